import type { ExecutionContext, INestApplication } from "@nestjs/common";
import { authorizationHeaders, type RawRequest } from "../adapters/admit-request.js";
import type { PlainResponse } from "../adapters/metadata-route.js";
import type { Distinction } from "../adapters/route-coverage.js";
import type { ReadRequest } from "../adapters/route-gate.js";
import {
  type GateReply,
  type GateResponse,
  isOver,
  writeReply,
  writeResponse,
} from "../adapters/write-response.js";

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

/** A request of either platform and its response. */
export interface Exchange {
  readonly request: NestRequest;
  /** The response of Node. */
  readonly response: GateResponse;
  /** Returns whether the connection is closed or a response has been sent. */
  readonly isOver: () => boolean;
  /** Writes the response. */
  readonly write: (answer: PlainResponse) => void;
}

/** Returns the request of Node. */
export function nodeRequestOf(request: NestRequest): RawRequest {
  return request.raw ?? request;
}

/** Reads a request of either platform. */
export function readRequest(request: NestRequest): ReadRequest {
  return {
    authorization: authorizationHeaders(nodeRequestOf(request)),
    route: {
      method: request.method,
      target: request.originalUrl,
      base: request.baseUrl ?? "",
      template: request.routeOptions?.url ?? request.route?.path,
      values: () => request.params,
    },
  };
}

/** Returns where arguments for the audit can be in a request of either platform. */
export function auditSourcesOf(request: NestRequest): readonly (() => unknown)[] {
  return [() => request.query, () => request.body];
}

/** The settings of a platform as it keeps them. */
interface PlatformInstance {
  /** The router of Express 5. It ignores settings that the application gets later. */
  readonly router?: ExpressRouter;
  /** The router of Express 4. */
  readonly _router?: ExpressRouter;
  /** The options of Fastify, in `routerOptions` or, in version 5, beside it. */
  readonly initialConfig?: RouterOptions & { readonly routerOptions?: RouterOptions };
}

type ExpressRouter = Readonly<Partial<Record<"strict" | "caseSensitive", unknown>>>;
type RouterOptions = Readonly<Partial<Record<"ignoreTrailingSlash" | "caseSensitive", unknown>>>;

/** Returns what the router of the platform distinguishes; everything for an unknown platform. */
export function distinctionsOf(app: INestApplication): readonly Distinction[] {
  const instance = app.getHttpAdapter().getInstance() as PlatformInstance | undefined;
  const initialConfig = instance?.initialConfig;
  // Express 4 throws for the name of Express 5
  const router = initialConfig ? undefined : (instance?._router ?? instance?.router);
  const given = [initialConfig, initialConfig?.routerOptions];
  const isSlashIgnored = router
    ? router.strict !== true
    : given.some((one) => one?.ignoreTrailingSlash === true);
  const isCaseIgnored = router
    ? router.caseSensitive !== true
    : given.some((one) => one?.caseSensitive === false);
  return [
    ...(isSlashIgnored ? [] : (["trailing_slash"] as const)),
    ...(isCaseIgnored ? [] : (["letter_case"] as const)),
  ];
}

/** Returns the request and the response of a guard's context. */
export function exchangeOf(context: ExecutionContext): Exchange {
  const http = context.switchToHttp();
  const request = http.getRequest<NestRequest>();
  const given = http.getResponse<GateResponse | GateReply>();
  const reply = isReply(given) ? given : undefined;
  const response = isReply(given) ? given.raw : given;
  return {
    request,
    response,
    isOver: () => isOver(response) || reply?.sent === true,
    write: (answer) =>
      reply
        ? writeReply(request.method, reply, answer)
        : writeResponse(request.method, response, answer),
  };
}

function isReply(response: GateResponse | GateReply): response is GateReply {
  return (response as Partial<GateReply>).raw !== undefined;
}
