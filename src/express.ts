import type { Request } from "express";
import {
  authorizationHeaders,
  type GateOperation,
  unknownRoute,
} from "./adapters/admit-request.js";
import { createEndpointResolver, type EndpointResolver } from "./adapters/endpoint-resolver.js";
import { type GateKind, markGate, ofGet } from "./adapters/gate-marks.js";
import {
  createHttpGate,
  HTTP_GATE_CHECKS,
  type HttpAdmission,
  type HttpGateMembers,
  type HttpGateOptions,
  PATH_CHECKS,
  requireReason,
} from "./adapters/http-gate.js";
import { metadataRoute, warnWithoutMetadata } from "./adapters/metadata-route.js";
import type { RouteGateOptions } from "./adapters/route-gate.js";
import type { CoverOptions } from "./adapters/route-selection.js";
import {
  type GateResponse,
  isOver,
  reportStatus,
  writeResponse,
} from "./adapters/write-response.js";
import { readOwn } from "./decision/access-token.js";
import type { Policy } from "./decision/define-policy.js";
import { createParamsReader, operationForGate } from "./decision/gate-decider.js";
import type { KnownName } from "./decision/operation-name.js";
import { PolicyError } from "./errors.js";
import { routeCoverageFindings } from "./express/coverage.js";
import { isMountedAt } from "./express/layer.js";
import { markMetadata } from "./express/marks.js";
import { isServed } from "./express/reach.js";
import { oncePerPolicy } from "./policy/once-per-policy.js";
import { checkOptions, isFunction, type OptionCheck, optional } from "./policy/option-checks.js";
import type { PolicyTypes } from "./policy/policy-types.js";
import { describeFindings } from "./policy/report.js";
import type { PathOptions } from "./policy/route.js";
import type { Authorizer } from "./resource-server/authorizer-types.js";
import { isPending } from "./resource-server/callbacks.js";
import { pinned } from "./resource-server/pinned-authorizer.js";

export type { HttpGateMembers, HttpGateOptions } from "./adapters/http-gate.js";
export type { GateReport } from "./adapters/report-only.js";
export type { RouteGateOptions } from "./adapters/route-gate.js";
export type { CoverOptions } from "./adapters/route-selection.js";
export type { GateResponse } from "./adapters/write-response.js";
export type { PathOptions } from "./policy/route.js";

/**
 * The part of a request in the type of a gate. It is small, so that the types of Express 4 and 5 both fit, and it has no
 * `params`, so that Express still infers those of the handler from the route.
 */
export interface GateRequest {
  /** HTTP method. */
  readonly method: string;
  /** Path prefix of the routers that the request passed, as written in the request. */
  readonly baseUrl: string;
  /** Request target, as received. */
  readonly originalUrl: string;
  /** Names and values of the headers, as received. */
  readonly rawHeaders: readonly string[];
  /** Headers after Node has combined them. */
  readonly headers: { readonly authorization?: string | undefined };
  /** Matched route. */
  readonly route?: unknown;
}

/** A middleware. Its type has no route parameters, so that those of the next handler stay typed. */
export type GateHandler = (
  req: GateRequest,
  res: GateResponse,
  next: () => void,
) => void | Promise<void>;

/** Options for all gates of one authorizer. */
export interface ExpressGateOptions extends HttpGateOptions<Request>, PathOptions {}

/** Options of one gate. */
export interface GateOptions extends RouteGateOptions<Request> {}

/** Gates of one authorizer for Express 5 and 4. */
export interface ExpressGate<Types extends PolicyTypes = PolicyTypes>
  extends HttpGateMembers<object> {
  /**
   * Creates a middleware that calls the next handler only if the request may call a tool. The gate reads the tool's parameters
   * from the route if it has them under the same name, otherwise from `options.params`. It responds to every denial itself
   * (status, RFC 6750 challenge, RFC 9457 body) and never calls `next(error)`.
   *
   * @throws {@link index!PolicyError} `ERR_OPERATION_UNKNOWN` for a name that the policy does not have, `ERR_OPTIONS_INVALID`
   */
  <const Name extends string>(tool: KnownName<Types, Name>, options?: GateOptions): GateHandler;

  /**
   * Creates a middleware for a route that is one of the `endpoints` of the policy. The route's own template decides, and the
   * path of the request must match the same endpoint in its one canonical spelling. The gate denies everything else as an
   * unknown operation: other letter case, an escape, a double or trailing slash (see `caseSensitive` and `trailingSlash` of
   * {@link ExpressGateOptions}), and templates that are patterns or lists. You
   * can choose the names of the route's parameters, but each may occur only once, and none may be the policy's name of another
   * parameter that decides. Given to `use`, the gate does not know the route and denies every request.
   *
   * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID`
   */
  endpoint(options?: GateOptions): GateHandler;

  /** Creates a middleware that marks a route without a gate for `assertCovers` and does nothing else. */
  public(): GateHandler;

  /**
   * Creates a middleware that marks a route which something else protects, for `assertCovers`, and does nothing else: it decides
   * nothing.
   *
   * @param reason - what protects the route, for people who read the code
   * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` without a reason
   */
  elsewhere(reason: string): GateHandler;

  /**
   * Creates a middleware for the top of an application that serves the metadata of the resource at its well-known path, without
   * credentials. Requests for other paths go to the next handler.
   *
   * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` for an authorizer without `resource`
   *
   * {@link https://www.rfc-editor.org/rfc/rfc9728.html#section-3 RFC 9728, section 3}
   */
  metadata(): GateHandler;

  /**
   * Checks that each route of an application or router is gated or marked before its first handler, and that each endpoint of the
   * policy is a route with `gate.endpoint()`, or with a gate by the name of the endpoint. Call it at startup, after the last route.
   * A gate that is given to `use` covers a route only if no path below it binds a parameter again that the gate decides on. Gates of
   * another authorizer do not count, and its marks only on the route itself. The check includes routers and mounted applications. It runs no function of the program, and
   * ignores other functions given to `use` and `param`.
   *
   * @throws {@link index!PolicyError} `ERR_COVERAGE` with all findings at once; `ERR_OPTIONS_INVALID` for a value that is not an
   * application, and for invalid options
   */
  assertCovers(app: object, options?: CoverOptions): void;
}

/**
 * Creates the gates of an authorizer for Express 5 and 4. They write nothing to `req.auth`, `req.user` or `res.locals`.
 *
 * @example
 * ```ts
 * import express from "express";
 * import { createAuthorizer, definePolicy } from "scope-policy";
 * import { expressGate } from "scope-policy/express";
 *
 * const policy = definePolicy({
 *   name: "School",
 *   version: "1",
 *   scopes: { "school:read": "Read settings", "projects:read": "Read projects" },
 *   tools: { get_settings: "school:read" },
 *   endpoints: { "GET /v1/projects/:projectId": "projects:read" },
 * });
 * const gate = expressGate(
 *   createAuthorizer({
 *     policy,
 *     verify: (rawToken) => (rawToken === "demo" ? { scope: "school:read", sub: "user-1" } : undefined),
 *     resource: "https://api.example.com/",
 *   }),
 * );
 *
 * const app = express();
 * app.use(gate.metadata());
 * app.get("/settings", gate("get_settings"), (req, res) => void res.json(gate.token(req).sub));
 * app.get("/v1/projects/:projectId", gate.endpoint(), (req, res) => void res.json(req.params.projectId));
 * gate.assertCovers(app);
 * ```
 */
export function expressGate<Types extends PolicyTypes>(
  authorizer: Authorizer<Types>,
  options: ExpressGateOptions = {},
): ExpressGate<Types> {
  const checked = checkOptions("`expressGate`", options, EXPRESS_CHECKS);
  const http = createHttpGate(authorizer, checked);
  const endpointsOf = oncePerPolicy((policy: Policy) => createEndpointResolver(policy, checked));
  // now, so that the first request does not wait for it
  endpointsOf(authorizer.policy);
  const { trailingSlash, caseSensitive } = checked;

  const createGate = (
    kind: GateKind,
    find: (req: GateRequest, policy: Policy) => GateOperation | undefined,
    paramsOf: ReturnType<typeof createParamsReader>,
    options: GateOptions = {},
    name?: string,
  ) => {
    const { params, arguments: more } = checkOptions("a gate", options, GATE_CHECKS);
    const hasReader = params !== undefined;
    // a body is there only if it was parsed before the gate
    const sources = (req: Request) => [
      () => more?.(req),
      () => req.query,
      () => readOwn(req, "body"),
    ];
    const mark = {
      kind,
      authorizer,
      name,
      get params() {
        return paramsOf(authorizer.policy);
      },
      hasReader,
      trailingSlash,
      caseSensitive,
    };
    return markGate<GateHandler>((given, res, next) => {
      const req = given as Request;
      // a middleware before the gate can have begun a stream
      const wasOver = isOver(res);
      const inForce = pinned(authorizer);
      const admission = http.admit(req, {
        authorizer: inForce,
        authorization: authorizationHeaders(req),
        operation: find(req, inForce.policy) ?? unknownRoute(req.method, req.originalUrl),
        read: params,
        sources,
      });
      return isPending(admission)
        ? proceedAfter(admission, wasOver, req, res, next)
        : proceed(admission, req, res, next);
    }, mark);
  };
  const createMark = (kind: GateKind) =>
    markGate<GateHandler>((_req, _res, next) => next(), {
      kind,
      authorizer,
      params: [],
      hasReader: false,
    });

  const gate = (name: string, options?: GateOptions) => {
    operationForGate(authorizer.policy, name);
    const paramsOf = createParamsReader(name);
    return createGate(
      "operation",
      (req, policy) => {
        return { name, params: paramsOf(policy), values: () => (req as Request).params };
      },
      paramsOf,
      options,
      ofGet(name),
    );
  };
  return Object.freeze(
    Object.assign(gate, {
      endpoint: (options?: GateOptions) =>
        createGate(
          "endpoint",
          (req, policy) => endpointOf(endpointsOf(policy), req),
          noParams,
          options,
        ),
      ...(http.members as HttpGateMembers<object>),
      public: () => createMark("public"),
      elsewhere: (reason: string) => {
        requireReason(reason);
        return createMark("elsewhere");
      },
      metadata: () => {
        const route = metadataRoute(authorizer);
        return markMetadata<GateHandler>(
          ({ method, originalUrl }, res, next) =>
            route.isMeant(originalUrl) ? writeResponse(method, res, route.answer(method)) : next(),
          route.path,
        );
      },
      assertCovers: (app: object, options: CoverOptions = {}) => {
        const endpoints = endpointsOf(authorizer.policy);
        const findings = routeCoverageFindings(app, authorizer, endpoints, options);
        if (findings.length > 0)
          throw new PolicyError("ERR_COVERAGE", describeFindings(findings, "the app"), findings);
        if (!http.isReportOnly && !isMountedAt(app))
          warnWithoutMetadata(authorizer, (path) => isServed(app, path));
      },
    }),
  );
}

const noParams = () => [];

const EXPRESS_CHECKS = {
  ...HTTP_GATE_CHECKS,
  ...PATH_CHECKS,
} satisfies Record<keyof ExpressGateOptions, OptionCheck>;
const GATE_CHECKS = {
  params: optional(isFunction),
  arguments: optional(isFunction),
} satisfies Record<keyof GateOptions, OptionCheck>;

function endpointOf(endpoints: EndpointResolver, req: GateRequest): GateOperation | undefined {
  const { method, originalUrl: target, baseUrl: base } = req;
  const template = readOwn(req.route, "path");
  return (
    endpoints.findKnown(method, base, target, template) ?? findEndpoint(endpoints, req, template)
  );
}

function findEndpoint(
  endpoints: EndpointResolver,
  req: GateRequest,
  template: unknown,
): GateOperation | undefined {
  const { method, originalUrl: target, baseUrl: base } = req;
  const values = () => (req as Request).params;
  return endpoints.find({ method, target, base, template, values });
}

/** Writes the refusal, or calls the next handler. */
function proceed(
  { refusal, answered }: HttpAdmission,
  req: Request,
  res: GateResponse,
  next: () => void,
): void {
  reportStatus(answered, res);
  if (refusal === undefined) next();
  else writeResponse(req.method, res, refusal);
}

async function proceedAfter(
  admission: Promise<HttpAdmission>,
  wasOver: boolean,
  req: Request,
  res: GateResponse,
  next: () => void,
): Promise<void> {
  const settled = await admission;
  const { refusal, answered, enforced } = settled;
  // meanwhile the connection was closed or another response was sent: a timeout, a server that stops
  if (refusal !== undefined || !enforced || isOver(res) === wasOver)
    return proceed(settled, req, res, next);
  reportStatus(answered, res);
}
