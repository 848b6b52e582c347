import { type INestApplication, RequestMethod } from "@nestjs/common";
import { type ApplicationConfig, MetadataScanner, ModulesContainer, Reflector } from "@nestjs/core";
import { RoutePathFactory } from "@nestjs/core/router/route-path-factory.js";
import { markOf } from "../adapters/gate-marks.js";
import type { ListedRoute } from "../adapters/route-coverage.js";
import type { ListedApp } from "../adapters/route-gate.js";
import { readOwn } from "../decision/access-token.js";
import { distinctionsOf } from "./platform.js";

// a guard without a mark is not a handler: it can only refuse
// the names under which the decorators of Nest store what they are given
const GUARDS = "__guards__";
const PATH = "path";
const METHOD = "method";
const VERSION = "__version__";
const MODULE_PATH = "__module_path__";

const reflector = new Reflector();
type Target = Parameters<Reflector["get"]>[1];
const read = <Value>(name: string, target: Target) =>
  reflector.get<Value | undefined>(name, target);

/** Returns the guards of a controller and of its method, in the order in which Nest asks them. */
export function guardsOf(controller: Target, handler: Target): readonly object[] {
  return [controller, handler].flatMap((target) => read<readonly object[]>(GUARDS, target) ?? []);
}

/** Returns the routes of an application, each with the guards before its handler; `undefined` for another value. */
export function listApp(app: object): ListedApp | undefined {
  const config = readOwn(app, "config") as ApplicationConfig | undefined;
  if (typeof config?.getGlobalPrefix !== "function") return undefined;
  const modules = (app as INestApplication).get(ModulesContainer, { strict: false });
  const paths = new RoutePathFactory(config);
  const scanner = new MetadataScanner();
  const prefix = config.getGlobalPrefix();
  const versioningOptions = config.getVersioning();

  const routesOf = (controller: Target, modulePath: string | undefined): ListedRoute[] =>
    scanner.getAllMethodNames(controller.prototype as object).flatMap((name) => {
      const handler = (controller.prototype as Record<string, Target>)[name] as Target;
      const methodPath = read<string | string[]>(PATH, handler);
      if (methodPath === undefined) return [];
      const requestMethod = read<RequestMethod>(METHOD, handler) ?? RequestMethod.GET;
      const version =
        versioningOptions && (read(VERSION, controller) ?? versioningOptions.defaultVersion);
      const methodVersion = read<string>(VERSION, handler);
      const metadata = {
        ctrlPath: read<string>(PATH, controller) ?? "",
        methodPath: methodPath as string,
        ...(modulePath !== undefined && { modulePath }),
        ...(prefix !== "" && { globalPrefix: `/${prefix.replace(/^\//, "")}` }),
        ...(versioningOptions !== undefined && { versioningOptions }),
        ...(version !== undefined && { controllerVersion: version as string }),
        ...(methodVersion !== undefined && { methodVersion }),
      };
      const method = RequestMethod[requestMethod];
      return paths.create(metadata, requestMethod).map((path) => ({
        method,
        path,
        label: `${method} ${path} (${controller.name}.${name})`,
        handlers: [...guardsOf(controller, handler).filter(markOf), handler].map((handler) => ({
          path,
          handler,
          isUsed: false,
        })),
        distinguishes: [],
      }));
    });

  const routes = [...modules.values()].flatMap(({ controllers, metatype }) => {
    const modulePath =
      read<string>(MODULE_PATH + modules.applicationId, metatype) ??
      read<string>(MODULE_PATH, metatype);
    return [...controllers.values()].flatMap(({ metatype }) =>
      routesOf(metatype as Target, modulePath),
    );
  });
  return { routes, isMount: false, distinguishes: distinctionsOf(app as INestApplication) };
}
