import "reflect-metadata";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  All,
  Controller,
  Delete,
  Get,
  type INestApplication,
  Module,
  type ModuleMetadata,
  Patch,
  Post,
  Put,
  Req,
} from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import express from "express";
import { type NestRequest, scopePolicyGuard } from "../../src/nest.js";
import { httpRoutes, httpToolRequest } from "./http-routes.js";
import { type Running, readProblem, type Subject } from "./subject.js";

/** What the router of a platform ignores in a path. Default: as the platform does. */
export interface RouterSettings {
  readonly isSlashIgnored?: boolean;
  readonly isCaseIgnored?: boolean;
}

/** The platforms of Nest. */
export const PLATFORMS = {
  "Nest on Express": ({ isSlashIgnored = true, isCaseIgnored = true }: RouterSettings) => {
    const app = express();
    // the adapter creates the router, which ignores settings that come later
    app.set("strict routing", !isSlashIgnored);
    app.set("case sensitive routing", !isCaseIgnored);
    return new ExpressAdapter(app);
  },
  "Nest on Fastify": ({ isSlashIgnored = false, isCaseIgnored = false }: RouterSettings) =>
    new FastifyAdapter({
      routerOptions: { ignoreTrailingSlash: isSlashIgnored, caseSensitive: !isCaseIgnored },
    }),
} as const;

export type Platform = keyof typeof PLATFORMS;

/** A handler of a controller, with its decorators as functions. */
export interface NestHandler {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly decorators: readonly MethodDecorator[];
  readonly run: (request: NestRequest) => unknown;
}

const VERBS = { GET: Get, POST: Post, PUT: Put, PATCH: Patch, DELETE: Delete, ALL: All };

/** Creates a controller as the compiled form of a decorated class does. */
export function createController(
  path: string,
  handlers: readonly NestHandler[],
  decorators: readonly ClassDecorator[] = [],
): new () => object {
  class Generated {}
  for (const { name, method, path, decorators, run } of handlers) {
    const descriptor = {
      value: (request: NestRequest) => run(request),
      configurable: true,
      writable: true,
    };
    Object.defineProperty(Generated.prototype, name, descriptor);
    const verb = VERBS[method as keyof typeof VERBS];
    for (const decorator of [verb(path), ...decorators])
      decorator(Generated.prototype, name, descriptor);
    Req()(Generated.prototype, name, 0);
  }
  for (const decorator of [Controller(path), ...decorators]) decorator(Generated);
  return Generated;
}

/** Creates an application of controllers. Without the option, Nest on Express parses bodies before its guards run. */
export function createNest(
  platform: Platform,
  controllers: readonly (new () => object)[],
  router: RouterSettings = {},
  imports: ModuleMetadata["imports"] = [],
): Promise<INestApplication> {
  class App {}
  Module({ controllers: [...controllers], imports })(App);
  return NestFactory.create(App, PLATFORMS[platform](router), { logger: false, bodyParser: false });
}

/** Starts an application. */
export async function listenNest(app: INestApplication): Promise<Running> {
  await app.listen(0, "127.0.0.1");
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  return { port, close: () => app.close() };
}

const PARSES = "Fastify parses the body before the guards of Nest run";
const PARSED_BEFORE = {
  "tool-body-malformed": PARSES,
  "endpoint-body-form": PARSES,
  "endpoint-body-malformed": PARSES,
  "endpoint-body-prototype": PARSES,
  "endpoint-body-huge": PARSES,
  "endpoint-body-media-type": PARSES,
};

/** Nest on both platforms, with the endpoints of `/v1` in a controller of their own, below the global guard. */
export const NEST_SUBJECTS: readonly Subject[] = (Object.keys(PLATFORMS) as Platform[]).map(
  (name): Subject => ({
    name,
    lacks: {},
    cannot: name === "Nest on Fastify" ? PARSED_BEFORE : {},
    start: async (world) => {
      const gate = scopePolicyGuard(world.authorizer);
      const handlers = httpRoutes(world).map(
        ({ operation, isTool, method, path, params }, index) => ({
          name: `handler${index}`,
          method,
          path,
          decorators: [isTool ? gate(operation) : gate.endpoint()],
          run: (request: NestRequest) => {
            const given = request.params as Record<string, string>;
            const seen = Object.fromEntries(params.map((key) => [key, given[key]]));
            world.reach(operation, gate.optionalToken(request), seen);
            return { ok: true };
          },
        }),
      );
      const isNested = ({ path }: { readonly path: string }) => path.startsWith("/v1/");
      const app = await createNest(name, [
        createController(
          "/v1",
          handlers.filter(isNested).map((one) => ({ ...one, path: one.path.slice("/v1".length) })),
        ),
        createController(
          "",
          handlers.filter((one) => !isNested(one)),
        ),
      ]);
      app.use(gate.metadata());
      app.useGlobalGuards(gate);
      gate.assertCovers(app);
      return listenNest(app);
    },
    toolRequest: httpToolRequest,
    read: readProblem,
  }),
);
