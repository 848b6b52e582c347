import type { Router } from "@koa/router";
import { markOf } from "../adapters/gate-marks.js";
import type { Distinction, ListedHandler, ListedRoute } from "../adapters/route-coverage.js";
import type { ListedApp } from "../adapters/route-gate.js";
import { segmentsOf } from "../adapters/route-selection.js";
import { readOwn } from "../decision/access-token.js";

type Layer = Pick<Router["stack"][number], "path" | "methods" | "stack" | "regexp" | "opts">;
type StackedRouter = Pick<Router, "exclusive"> & { readonly stack: readonly Layer[] };

const MAX_METHODS = 20;

/** Returns the routes of a router, or of all routers given to `use` of an application; `undefined` for another value. */
export function listApp(app: object): ListedApp | undefined {
  const own = routerOf(app);
  if (own !== undefined) return { routes: listRoutes(own, []), isMount: true, distinguishes: [] };
  const middleware = readOwn(app, "middleware");
  if (!Array.isArray(middleware)) return undefined;
  const gates: ListedHandler[] = [];
  const routes = (middleware as readonly object[]).flatMap((handler) => {
    if (markOf(handler) !== undefined) gates.push({ path: "/", handler, isUsed: true });
    // the function that `router.routes()` returns
    const inner = routerOf(Object.getOwnPropertyDescriptor(handler, "router")?.value);
    return inner === undefined ? [] : listRoutes(inner, [...gates]);
  });
  return { routes, isMount: false, distinguishes: [] };
}

function routerOf(found: unknown): StackedRouter | undefined {
  return Array.isArray(readOwn(found, "stack")) ? (found as StackedRouter) : undefined;
}

/** Returns the routes of a router in their order, each with the gates before it. */
function listRoutes(
  { stack, exclusive }: StackedRouter,
  above: readonly ListedHandler[],
): readonly ListedRoute[] {
  return stack.flatMap((layer, index) => {
    // a router that runs one layer alone runs no function given to `use`
    const before = exclusive ? [] : stack.slice(0, index);
    const own = handlersOf(layer);
    const distinguishes = distinctionsOf(layer);
    return methodsOf(layer).map((method): ListedRoute => {
      const passed = before.filter((one) => isPassed(one, layer, method));
      const gates = passed
        .flatMap(handlersOf)
        .filter(({ handler }) => markOf(handler))
        .map((one) => ({ ...one, isUsed: true }));
      const path = String(layer.path);
      return { method, path, handlers: [...above, ...gates, ...own], distinguishes };
    });
  });
}

/** Returns what the path of a layer distinguishes. */
function distinctionsOf({ opts }: Layer): readonly Distinction[] {
  return [
    ...(opts.strict === true ? (["trailing_slash"] as const) : []),
    ...(opts.sensitive === true ? (["letter_case"] as const) : []),
  ];
}

/** Returns the handlers of a layer without the functions given to `param`, which run before the gates. */
function handlersOf({ path, stack }: Layer): readonly ListedHandler[] {
  return stack
    .filter((handler) => !Object.hasOwn(handler, "param"))
    .map((handler) => ({ path: String(path), handler, isUsed: false }));
}

/** Returns the methods of a layer, those of `all` as one. The router adds HEAD to GET. */
function methodsOf({ methods }: Layer): readonly string[] {
  if (methods.length > MAX_METHODS) return ["ALL"];
  return methods.filter((method) => method !== "HEAD" || !methods.includes("GET"));
}

/** Returns whether every request of a layer passes an earlier one. Paths that stand for all of the layer's paths must match. */
function isPassed(one: Layer, other: Layer, method: string): boolean {
  const isMet =
    one.methods.length === 0 || one.methods.includes(method) || one.methods.length > MAX_METHODS;
  if (!isMet) return false;
  if (one.path === other.path && String(one.regexp) === String(other.regexp)) return true;
  if (!/[$^]/.test(one.regexp.source) && one.regexp.test("")) return true;
  if (typeof one.path !== "string" || typeof other.path !== "string") return false;
  // in a text without patterns one value stands for all
  if (/[{}*"\\]/.test(other.path)) return false;
  const path = `/${segmentsOf(other.path)
    .map((segment) => segment.replaceAll(/:\w+/g, "pr0be"))
    .join("/")}`;
  const probes = [path, path.toUpperCase(), path.toLowerCase()].flatMap((text) => [
    text,
    `${text}/`,
  ]);
  return probes.every((text) => !other.regexp.test(text) || one.regexp.test(text));
}
