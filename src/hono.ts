import type { Context, MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { StatusCode } from "hono/utils/http-status";
import type { HttpGateOptions } from "./adapters/http-gate.js";
import type { PlainResponse } from "./adapters/metadata-route.js";
import { queryOf, targetOfUrl } from "./adapters/request-target.js";
import { createRouteGate, type RouteGate, UNHANDLED_STATUS } from "./adapters/route-gate.js";
import { bodyText } from "./adapters/write-response.js";
import { listApp } from "./hono/list-routes.js";
import type { PolicyTypes } from "./policy/policy-types.js";
import type { PathOptions } from "./policy/route.js";
import type { Authorizer } from "./resource-server/authorizer-types.js";

export type { HttpGateMembers, HttpGateOptions } from "./adapters/http-gate.js";
export type { GateReport } from "./adapters/report-only.js";
export type { RouteGate, RouteGateOptions } from "./adapters/route-gate.js";
export type { CoverOptions } from "./adapters/route-selection.js";
export type { PathOptions } from "./policy/route.js";

/**
 * Options for all gates of one authorizer. The router of Hono distinguishes letter case, so `assertCovers` reports
 * `caseSensitive: false`. `trailingSlash: "ignore"` needs `new Hono({ strict: false })`.
 */
export interface HonoGateOptions extends HttpGateOptions<Context>, PathOptions {}

/** Gates of one authorizer for Hono 4. */
export interface HonoGate<Types extends PolicyTypes = PolicyTypes>
  extends RouteGate<Types, Context, MiddlewareHandler> {}

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
    }),
    sources: (c) => [() => queryOf(Object.entries(c.req.queries()))],
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
    serve: (answer) => async (c, next) => {
      const found = answer(c.req.method, targetOfUrl(c.req.raw.url));
      return found ? responseOf(c, found) : next();
    },
    list: listApp,
  });
  return Object.freeze(gate);
}

/** Creates a response. It has the headers that the program has set on the context before, for CORS for example. */
function responseOf(c: Context, answer: PlainResponse): Response {
  const text = bodyText(c.req.method, answer) ?? null;
  return c.newResponse(text, answer.status as StatusCode, { ...answer.headers });
}
