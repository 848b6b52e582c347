import type { Middleware, ParameterizedContext } from "koa";
import { authorizationHeaders } from "./adapters/admit-request.js";
import type { HttpGateOptions } from "./adapters/http-gate.js";
import type { PlainResponse } from "./adapters/metadata-route.js";
import { pathOf } from "./adapters/request-target.js";
import { createRouteGate, type RouteGate } from "./adapters/route-gate.js";
import { isOver, reportStatus } from "./adapters/write-response.js";
import { readOwn } from "./decision/access-token.js";
import { listApp } from "./koa/list-routes.js";
import type { PolicyTypes } from "./policy/policy-types.js";
import type { PathOptions } from "./policy/route.js";
import type { Authorizer } from "./resource-server/authorizer-types.js";

export type { HttpGateMembers, HttpGateOptions } from "./adapters/http-gate.js";
export type { GateReport } from "./adapters/report-only.js";
export type { RouteGate, RouteGateOptions } from "./adapters/route-gate.js";
export type { CoverOptions } from "./adapters/route-selection.js";
export type { PathOptions } from "./policy/route.js";

/**
 * Options for all gates of one authorizer. `trailingSlash: "ignore"` and `caseSensitive: false` need routers without `strict` and
 * `sensitive`.
 */
export interface KoaGateOptions extends HttpGateOptions<ParameterizedContext>, PathOptions {}

/** Gates of one authorizer for Koa with `@koa/router`. */
export interface KoaGate<Types extends PolicyTypes = PolicyTypes>
  extends RouteGate<Types, ParameterizedContext, Middleware> {}

/**
 * Creates the gates of an authorizer for Koa 3 with `@koa/router`. They write nothing to `ctx.state`.
 *
 * @example
 * ```ts
 * import Router from "@koa/router";
 * import Koa from "koa";
 * import { createAuthorizer, definePolicy } from "scope-policy";
 * import { koaGate } from "scope-policy/koa";
 *
 * const policy = definePolicy({
 *   name: "School",
 *   version: "1",
 *   scopes: { "school:read": "Read settings", "projects:read": "Read projects" },
 *   tools: { get_settings: "school:read" },
 *   endpoints: { "GET /v1/projects/:projectId": "projects:read" },
 * });
 * const gate = koaGate(
 *   createAuthorizer({
 *     policy,
 *     verify: (rawToken) => (rawToken === "demo" ? { scope: "school:read", sub: "user-1" } : undefined),
 *     resource: "https://api.example.com/",
 *   }),
 * );
 *
 * const router = new Router();
 * router.get("/settings", gate("get_settings"), (ctx) => {
 *   ctx.body = { sub: gate.token(ctx).sub };
 * });
 * router.get("/v1/projects/:projectId", gate.endpoint(), (ctx) => {
 *   ctx.body = ctx.params;
 * });
 * const app = new Koa();
 * app.use(gate.metadata());
 * app.use(router.routes());
 * gate.assertCovers(app);
 * ```
 */
export function koaGate<Types extends PolicyTypes>(
  authorizer: Authorizer<Types>,
  options: KoaGateOptions = {},
): KoaGate<Types> {
  const { gate } = createRouteGate<Types, ParameterizedContext, Middleware>(authorizer, options, {
    name: "`koaGate`",
    syntax: "inside",
    storeOf: (ctx) => ctx.req,
    read: (ctx) => ({
      authorization: authorizationHeaders(ctx.req),
      route: {
        method: ctx.method,
        target: ctx.originalUrl,
        base: baseOf(ctx),
        // the router sets both for the layer that runs
        template: ctx["routerPath"] as unknown,
        values: () => ctx["params"] as unknown,
      },
    }),
    // a body is there only if it was parsed before the gate
    sources: (ctx) => [() => ctx.query, () => readOwn(ctx.request, "body")],
    create: (admit) => async (ctx, next) => {
      // a middleware before the gate can have begun a stream
      const wasOver = isOver(ctx.res);
      const { refusal, answered, enforced } = await admit(ctx);
      reportStatus(answered, ctx.res);
      // meanwhile the connection can have been closed, or another response sent
      if (refusal !== undefined) {
        if (!isOver(ctx.res)) write(ctx, refusal);
      } else if (!enforced || isOver(ctx.res) === wasOver) await next();
    },
    serve: (answer) => async (ctx, next) => {
      const found = answer(ctx.method, ctx.originalUrl);
      if (found) write(ctx, found);
      else await next();
    },
    list: listApp,
  });
  return Object.freeze(gate);
}

/** Returns the part of the path that `koa-mount` has removed; a text that no path begins with if the path was rewritten. */
function baseOf({ originalUrl, path }: ParameterizedContext): string {
  const whole = pathOf(originalUrl);
  return whole.endsWith(path) ? whole.slice(0, whole.length - path.length) : "*";
}

function write(ctx: ParameterizedContext, { status, headers, body }: PlainResponse): void {
  ctx.status = status;
  // `null` removes the headers of a body, so it comes first
  ctx.body = body === undefined ? null : JSON.stringify(body);
  ctx.set({ ...headers });
}
