import type { Context, MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { StatusCode } from "hono/utils/http-status";
import type { HttpGateOptions } from "./adapters/http-gate.js";
import { metadataRoute, type PlainResponse } from "./adapters/metadata-route.js";
import { targetOfUrl } from "./adapters/request-target.js";
import { createRouteGate, type RouteGate, UNHANDLED_STATUS } from "./adapters/route-gate.js";
import { listRoutes } from "./hono/list-routes.js";
import type { PolicyTypes } from "./policy/definition.js";
import type { Authorizer } from "./resource-server/authorizer-types.js";

export type { HttpGateMembers, HttpGateOptions } from "./adapters/http-gate.js";
export type { GateReport } from "./adapters/report-only.js";
export type { RouteGate, RouteGateOptions } from "./adapters/route-gate.js";
export type { CoverOptions } from "./adapters/route-selection.js";

/** Options for all gates of one authorizer. */
export interface HonoGateOptions extends HttpGateOptions<Context> {}

/** Gates of one authorizer for Hono 4. */
export interface HonoGate<Types extends PolicyTypes = PolicyTypes>
  extends RouteGate<Types, Context, MiddlewareHandler> {
  /**
   * Creates a middleware for the top of an application that serves the metadata of the resource at its well-known path, without
   * credentials. Requests for other paths go to the next handler.
   *
   * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` for an authorizer without `resource`
   *
   * {@link https://www.rfc-editor.org/rfc/rfc9728.html#section-3 RFC 9728, section 3}
   */
  metadata(): MiddlewareHandler;
}

/**
 * Creates the gates of an authorizer for Hono 4, on every runtime of Hono. They set no variable of the context.
 *
 * @example
 * ```ts
 * import { Hono } from "hono";
 * import { createAuthorizer, definePolicy } from "scope-policy";
 * import { honoGate } from "scope-policy/hono";
 *
 * const policy = definePolicy({
 *   name: "School",
 *   version: "1",
 *   scopes: { "school:read": "Read settings", "projects:read": "Read projects" },
 *   tools: { get_settings: "school:read" },
 *   endpoints: { "GET /v1/projects/:projectId": "projects:read" },
 * });
 * const gate = honoGate(
 *   createAuthorizer({
 *     policy,
 *     verify: (rawToken) => (rawToken === "demo" ? { scope: "school:read", sub: "user-1" } : undefined),
 *     resource: "https://api.example.com/",
 *   }),
 * );
 *
 * const app = new Hono();
 * app.use(gate.metadata());
 * app.get("/settings", gate("get_settings"), (c) => c.json(gate.token(c).sub));
 * app.get("/v1/projects/:projectId", gate.endpoint(), (c) => c.json(c.req.param("projectId")));
 * gate.assertCovers(app);
 * ```
 */
export function honoGate<Types extends PolicyTypes>(
  authorizer: Authorizer<Types>,
  options: HonoGateOptions = {},
): HonoGate<Types> {
  const { gate } = createRouteGate<Types, Context, MiddlewareHandler>(authorizer, options, {
    name: "`honoGate`",
    syntax: "whole",
    storeOf: (c) => c,
    read: (c) => ({
      // `Headers` has joined two `Authorization` headers with a comma: the authorizer rejects the combination
      authorization: c.req.raw.headers.get("authorization") ?? undefined,
      route: {
        method: c.req.method,
        target: targetOfUrl(c.req.raw.url),
        base: "",
        template: routePath(c),
        values: () => c.req.param(),
      },
      sources: [() => queryOf(c)],
    }),
    create: (admit) => async (c, next) => {
      const { refusal, answered } = await admit(c);
      if (refusal !== undefined) {
        answered?.(refusal.status);
        return responseOf(c, refusal);
      }
      let status = UNHANDLED_STATUS;
      try {
        await next();
        status = c.res.status;
      } finally {
        answered?.(status);
      }
      return undefined;
    },
    list: (app) => {
      const routes = listRoutes(app);
      return routes && { routes, isMount: false };
    },
  });
  return Object.freeze(
    Object.assign(gate, {
      metadata: (): MiddlewareHandler => {
        const route = metadataRoute(authorizer);
        return async (c, next) =>
          route.isMeant(targetOfUrl(c.req.raw.url))
            ? responseOf(c, route.answer(c.req.method))
            : next();
      },
    }),
  );
}

/** Returns the parameters of the query: a string each, or a list if a name occurs more than once. */
function queryOf(c: Context): object {
  return Object.fromEntries(
    Object.entries(c.req.queries()).map(([name, all]) => [name, all.length === 1 ? all[0] : all]),
  );
}

/** Creates a response. It has the headers that the program has set on the context before, for CORS for example. */
function responseOf(c: Context, { status, headers, body }: PlainResponse): Response {
  const text = c.req.method === "HEAD" || body === undefined ? null : JSON.stringify(body);
  return c.newResponse(text, status as StatusCode, { ...headers });
}
