import { type CanActivate, type ExecutionContext, UseGuards } from "@nestjs/common";
import { authorizationHeaders, type RawRequest } from "./adapters/admit-request.js";
import { markOf } from "./adapters/gate-marks.js";
import type { HttpGateOptions } from "./adapters/http-gate.js";
import { metadataRoute, type PlainResponse } from "./adapters/metadata-route.js";
import { createRouteGate, type RouteGate } from "./adapters/route-gate.js";
import { guardsOf, listApp } from "./nest/list-routes.js";
import type { PolicyTypes } from "./policy/definition.js";
import type { Authorizer } from "./resource-server/authorizer-types.js";

export type { HttpGateMembers, HttpGateOptions } from "./adapters/http-gate.js";
export type { GateReport } from "./adapters/report-only.js";
export type { RouteGate, RouteGateOptions } from "./adapters/route-gate.js";
export type { CoverOptions } from "./adapters/route-selection.js";

/** The part of a request of Express or Fastify that a gate reads. */
export interface NestRequest extends RawRequest {
  /** HTTP method. */
  readonly method: string;
  /** Request target, as received. */
  readonly originalUrl: string;
  /** Values of the parameters of the route. */
  readonly params?: unknown;
  /** Parsed query. */
  readonly query?: unknown;
  /** Parsed body. */
  readonly body?: unknown;
  /** Path prefix of the routers that the request passed (Express). */
  readonly baseUrl?: string;
  /** Matched route (Express). */
  readonly route?: { readonly path?: unknown };
  /** Matched route (Fastify). */
  readonly routeOptions?: { readonly url?: unknown };
  /** The request of Node (Fastify). */
  readonly raw?: RawRequest;
}

/** The part of a response of Node that a gate uses. */
export interface NestResponse {
  /** Whether a response has been sent. */
  readonly headersSent: boolean;
  /** Whether the connection is closed. */
  readonly destroyed: boolean;
  /** HTTP status. */
  statusCode: number;
  /** Registers a listener for the end of the response. */
  on(event: "finish", listener: () => void): unknown;
  /** Sets a header. */
  setHeader(name: string, value: string): unknown;
  /** Writes the body and ends the response. */
  end(text?: string): unknown;
}

interface Reply {
  readonly raw: NestResponse;
  readonly sent: boolean;
  code(status: number): Reply;
  headers(headers: object): Reply;
  send(text?: string): unknown;
}

/** A gate as a decorator of a method or of a controller, and as a guard for `UseGuards`. */
export type NestGateDecorator = MethodDecorator & ClassDecorator & CanActivate;

/** A middleware for `app.use` of Nest on Express and on Fastify. */
export type NestMiddleware = (
  req: { readonly method?: string; readonly url?: string; readonly originalUrl?: string },
  res: NestResponse,
  next: () => void,
) => void;

/** Options for all gates of one authorizer. */
export interface NestGateOptions extends HttpGateOptions<NestRequest> {}

/**
 * Gates of one authorizer for Nest. The function itself is a guard for `app.useGlobalGuards`, which refuses each handler without a
 * gate or mark as an unknown operation.
 */
export interface NestGate<Types extends PolicyTypes = PolicyTypes>
  extends RouteGate<Types, NestRequest, NestGateDecorator>,
    CanActivate {
  /**
   * Creates a middleware for `app.use` that serves the metadata of the resource at its well-known path, without credentials.
   * Requests for other paths go to the next handler.
   *
   * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` for an authorizer without `resource`
   *
   * {@link https://www.rfc-editor.org/rfc/rfc9728.html#section-3 RFC 9728, section 3}
   */
  metadata(): NestMiddleware;
}

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
  const { gate, createRefusal } = createRouteGate<Types, NestRequest, NestGateDecorator>(
    authorizer,
    options,
    {
      name: "`scopePolicyGuard`",
      syntax: "inside",
      storeOf: (request) => request.raw ?? request,
      read: (request) => ({
        authorization: authorizationHeaders(request.raw ?? request),
        route: {
          method: request.method,
          target: request.originalUrl,
          base: request.baseUrl ?? "",
          template: request.routeOptions?.url ?? request.route?.path,
          values: () => request.params,
        },
        sources: [() => request.query, () => request.body],
      }),
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
          const http = context.switchToHttp();
          const request = http.getRequest<NestRequest>();
          const response = http.getResponse<NestResponse | Reply>();
          const reply = isReply(response) ? response : undefined;
          const raw = reply?.raw ?? (response as NestResponse);
          const { refusal, answered } = await admit(request);
          if (answered !== undefined) raw.on("finish", () => answered(raw.statusCode));
          const isOver = raw.headersSent || raw.destroyed || reply?.sent === true;
          if (!isOver && refusal === undefined) return true;
          if (!isOver && refusal !== undefined) write(request.method, reply ?? raw, refusal);
          // `false` or an exception would make Nest write another response
          return new Promise<never>(() => undefined);
        };
        return Object.assign(decorate, { canActivate });
      },
      list: listApp,
    },
  );
  const refusal = createRefusal();
  const members = {
    canActivate: (context: ExecutionContext) => {
      const guards = guardsOf(context.getClass(), context.getHandler());
      const isMapped = guards.some(
        (guard) => isMark(guard) || markOf(guard)?.authorizer === authorizer,
      );
      return isMapped || refusal.canActivate(context);
    },
    metadata: (): NestMiddleware => {
      const route = metadataRoute(authorizer);
      return ({ method = "GET", url = "", originalUrl = url }, res, next) =>
        route.isMeant(originalUrl) ? write(method, res, route.answer(method)) : next();
    },
  };
  return Object.freeze(Object.assign(gate, members));
}

/** Returns whether a guard is a mark that decides nothing. */
function isMark(guard: object): boolean {
  const kind = markOf(guard)?.kind;
  return kind === "public" || kind === "elsewhere";
}

function isReply(response: NestResponse | Reply): response is Reply {
  return (response as Partial<Reply>).raw !== undefined;
}

function write(
  method: string,
  response: NestResponse | Reply,
  { status, headers, body }: PlainResponse,
): void {
  const text = method === "HEAD" || body === undefined ? undefined : JSON.stringify(body);
  if (isReply(response)) {
    response.code(status).headers(headers).send(text);
    return;
  }
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(text);
}
