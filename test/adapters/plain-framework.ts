import type { Authorizer } from "scope-policy";
import type { HttpAdmission, HttpGateOptions } from "../../src/adapters/http-gate.js";
import type { PlainResponse } from "../../src/adapters/metadata-route.js";
import type { Distinction, ListedHandler, ListedRoute } from "../../src/adapters/route-coverage.js";
import { createRouteGate, type ListedApp, type RouteGate } from "../../src/adapters/route-gate.js";
import type { PolicyTypes } from "../../src/policy/policy-types.js";
import type { PathOptions } from "../../src/policy/route.js";
import type { Awaitable } from "../../src/resource-server/callbacks.js";

/*
 * A framework without a server or a router: the requests, handlers and applications of the gates that every framework shares.
 */

export interface PlainRequest {
  readonly target: string;
  readonly method?: string;
  /** Default: the target. */
  readonly template?: string;
  readonly values?: object;
  readonly token?: string;
}

type PlainHandler = (request: PlainRequest) => Awaitable<HttpAdmission>;
type PlainMiddleware = (method: string, target: string) => PlainResponse | undefined;
export type PlainGate = RouteGate<PolicyTypes, PlainRequest, PlainHandler, PlainMiddleware>;

export function plainGate(
  authorizer: Authorizer,
  options: HttpGateOptions<PlainRequest> & PathOptions = {},
): PlainGate {
  return createRouteGate<PolicyTypes, PlainRequest, PlainHandler, PlainMiddleware>(
    authorizer,
    options,
    {
      name: "`plainGate`",
      syntax: "inside",
      storeOf: (request) => request,
      read: ({ method = "GET", target, template = target, values, token }) => ({
        authorization: token === undefined ? undefined : `Bearer ${token}`,
        route: { method, target, base: "", template, values: () => values },
      }),
      sources: () => [],
      create: (admit) => (request) => admit(request),
      serve: (answer) => answer,
      list: (app) => ("routes" in app ? (app as ListedApp) : undefined),
    },
  ).gate;
}

export const handle = (): void => undefined;

/** Returns a route with handlers of its own, after those given to `use`: each a handler, or a path and a handler. */
export function routeOf(
  line: string,
  handlers: readonly object[],
  used: readonly (readonly [path: string, handler: object])[] = [],
  distinguishes: readonly Distinction[] = [],
): ListedRoute {
  const [method = "", path = ""] = line.split(" ");
  const before: ListedHandler[] = used.map(([at, handler]) => ({
    path: at,
    handler,
    isUsed: true,
  }));
  const own = handlers.map((handler) => ({ path, handler, isUsed: false }));
  return { method, path, handlers: [...before, ...own], distinguishes };
}
