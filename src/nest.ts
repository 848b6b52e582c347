import { type CanActivate, type ExecutionContext, UseGuards } from "@nestjs/common";
import { countingMarkOf, isMark } from "./adapters/gate-marks.js";
import type { HttpGateOptions } from "./adapters/http-gate.js";
import { createRouteGate, type RouteGate } from "./adapters/route-gate.js";
import { type GateResponse, reportStatus, writeResponse } from "./adapters/write-response.js";
import { guardsOf, listApp } from "./nest/list-routes.js";
import {
  auditSourcesOf,
  exchangeOf,
  type NestRequest,
  nodeRequestOf,
  readRequest,
} from "./nest/platform.js";
import type { PolicyTypes } from "./policy/policy-types.js";
import type { PathOptions } from "./policy/route.js";
import type { Authorizer } from "./resource-server/authorizer-types.js";

export type { HttpGateMembers, HttpGateOptions } from "./adapters/http-gate.js";
export type { GateReport } from "./adapters/report-only.js";
export type { RouteGate, RouteGateOptions } from "./adapters/route-gate.js";
export type { CoverOptions } from "./adapters/route-selection.js";
export type { GateResponse as NestResponse } from "./adapters/write-response.js";
export type { NestRequest } from "./nest/platform.js";
export type { PathOptions } from "./policy/route.js";

/** A gate as a decorator of a method or of a controller, and as a guard for `UseGuards`. */
export type NestGateDecorator = MethodDecorator & ClassDecorator & CanActivate;

/** A middleware for `app.use` of Nest on Express and on Fastify. */
export type NestMiddleware = (
  req: { readonly method?: string; readonly url?: string; readonly originalUrl?: string },
  res: GateResponse,
  next: () => void,
) => void;

/**
 * Options for all gates of one authorizer. `trailingSlash: "ignore"` and `caseSensitive: false` need a platform that ignores the same:
 * Express without `strict routing` and `case sensitive routing`, Fastify with `ignoreTrailingSlash` and `caseSensitive: false`.
 */
export interface NestGateOptions extends HttpGateOptions<NestRequest>, PathOptions {}

/**
 * Gates of one authorizer for Nest. The function itself is a guard for `app.useGlobalGuards`, which refuses each handler without a
 * gate or mark as an unknown operation.
 */
export interface NestGate<Types extends PolicyTypes = PolicyTypes>
  extends RouteGate<Types, NestRequest, NestGateDecorator, NestMiddleware>,
    CanActivate {}

/**
 * Creates the gates of an authorizer for Nest, on Express and on Fastify.
 *
 * @example
 * ```ts
 * import type { INestApplication } from "@nestjs/common";
 * import { createAuthorizer, definePolicy } from "scope-policy";
 * import { scopePolicyGuard } from "scope-policy/nest";
 *
 * const policy = definePolicy({
 *   name: "School",
 *   version: "1",
 *   scopes: { "school:read": "Read settings" },
 *   tools: { get_settings: "school:read" },
 * });
 * export const gate = scopePolicyGuard(
 *   createAuthorizer({
 *     policy,
 *     verify: (rawToken) => (rawToken === "demo" ? { scope: "school:read", sub: "user-1" } : undefined),
 *   }),
 * );
 *
 * // on a method of a controller: @gate("get_settings"), @gate.endpoint(), @gate.public()
 * export function protect(app: INestApplication): void {
 *   app.useGlobalGuards(gate);
 *   gate.assertCovers(app);
 * }
 * ```
 */
export function scopePolicyGuard<Types extends PolicyTypes>(
  authorizer: Authorizer<Types>,
  options: NestGateOptions = {},
): NestGate<Types> {
  const { gate, createRefusal } = createRouteGate<
    Types,
    NestRequest,
    NestGateDecorator,
    NestMiddleware
  >(authorizer, options, {
    name: "`scopePolicyGuard`",
    syntax: "inside",
    storeOf: nodeRequestOf,
    read: readRequest,
    sources: auditSourcesOf,
    create: (admit) => {
      // Nest also calls a function given to `UseGuards` with `new` and no argument
      function decorate(...given: readonly unknown[]) {
        if (given.length > 0)
          Reflect.apply(UseGuards(decorate as NestGateDecorator), undefined, given);
      }
      const canActivate = async (context: ExecutionContext): Promise<boolean> => {
        if (isMark(decorate)) return true;
        // a gate cannot answer a message of another protocol
        if (context.getType() !== "http") return false;
        const { request, response, isOver, write } = exchangeOf(context);
        // a middleware before the gate can have begun a stream
        const wasOver = isOver();
        const { refusal, answered, enforced } = await admit(request);
        reportStatus(answered, response);
        if (refusal !== undefined) {
          if (!isOver()) write(refusal);
        } else if (!enforced || isOver() === wasOver) return true;
        // `false` or an exception would make Nest write another response
        return new Promise<never>(() => undefined);
      };
      return Object.assign(decorate, { canActivate });
    },
    serve:
      (answer) =>
      ({ method = "GET", url = "", originalUrl = url }, res, next) => {
        const found = answer(method, originalUrl);
        if (found) writeResponse(method, res, found);
        else next();
      },
    list: listApp,
  });
  const refusal = createRefusal();
  const canActivate = (context: ExecutionContext) =>
    guardsOf(context.getClass(), context.getHandler()).some((guard) =>
      countingMarkOf(guard, authorizer),
    ) || refusal.canActivate(context);
  return Object.freeze(Object.assign(gate, { canActivate }));
}
