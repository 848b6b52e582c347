import type { Policy } from "../decision/define-policy.js";
import { createParamsReader, operationForGate } from "../decision/gate-decider.js";
import type { KnownName } from "../decision/operation-name.js";
import { PolicyError } from "../errors.js";
import { oncePerPolicy } from "../policy/once-per-policy.js";
import { checkOptions, isFunction, type OptionCheck, optional } from "../policy/option-checks.js";
import type { PolicyTypes } from "../policy/policy-types.js";
import { describeFindings } from "../policy/report.js";
import type { PathOptions } from "../policy/route.js";
import type { Authorizer } from "../resource-server/authorizer-types.js";
import type { Awaitable } from "../resource-server/callbacks.js";
import { pinned } from "../resource-server/pinned-authorizer.js";
import { type GateCall, type GateOperation, unknownRoute } from "./admit-request.js";
import { createEndpointResolver, type RoutedRequest } from "./endpoint-resolver.js";
import { type GateMark, markGate, ofGet } from "./gate-marks.js";
import {
  createHttpGate,
  HTTP_GATE_CHECKS,
  type HttpAdmission,
  type HttpGateMembers,
  type HttpGateOptions,
  PATH_CHECKS,
  requireReason,
} from "./http-gate.js";
import { metadataRoute, type PlainResponse, warnWithoutMetadata } from "./metadata-route.js";
import {
  type Distinction,
  type ListedRoute,
  optionFindings,
  routeFindings,
} from "./route-coverage.js";
import { type CoverOptions, createSelection } from "./route-selection.js";
import type { TemplateSyntax } from "./route-template.js";

/** Options of one gate. */
export interface RouteGateOptions<Request> {
  /** Returns the parameters that the route does not have under the same name, or a promise of them. If it throws, rejects or exceeds the authorizer's `timeout`, the response is 503. */
  readonly params?: (request: Request) => unknown;
  /**
   * Returns additional arguments for the audit event, as an object of plain data. The gate calls it only if the authorizer has
   * an `audit`, after the decision, which never depends on it. The gate reports an exception on the console, and does not wait
   * for a promise.
   */
  readonly arguments?: (request: Request) => unknown;
}

/** The gates of one authorizer for the routes of a framework. */
export interface RouteGate<Types extends PolicyTypes, Request, Handler, Middleware = Handler>
  extends HttpGateMembers<Request> {
  /**
   * Creates a handler that lets a request continue only if it may call a tool. The gate reads the tool's parameters from the route
   * if it has them under the same name, otherwise from `options.params`. It responds to every denial itself (status, RFC 6750
   * challenge, RFC 9457 body).
   *
   * @throws {@link index!PolicyError} `ERR_OPERATION_UNKNOWN` for a name that the policy does not have, `ERR_OPTIONS_INVALID`
   */
  <const Name extends string>(
    tool: KnownName<Types, Name>,
    options?: RouteGateOptions<Request>,
  ): Handler;

  /**
   * Creates a handler for a route that is one of the `endpoints` of the policy. The route's own template decides, and the path of
   * the request must match the same endpoint in its one canonical spelling. The gate denies everything else as an unknown
   * operation: other letter case, an escape, a double or trailing slash (see `caseSensitive` and `trailingSlash` of the options of
   * all gates), and templates that are patterns. You can choose the names of the route's parameters, but each may occur only once,
   * and none may be the policy's name of another parameter that decides.
   *
   * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID`
   */
  endpoint(options?: RouteGateOptions<Request>): Handler;

  /** Creates a handler that marks a route without a gate for `assertCovers` and does nothing else. */
  public(): Handler;

  /**
   * Creates a handler that marks a route which something else protects, for `assertCovers`, and does nothing else: it decides
   * nothing.
   *
   * @param reason - what protects the route, for people who read the code
   * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` without a reason
   */
  elsewhere(reason: string): Handler;

  /**
   * Creates a middleware for the top of an application that serves the metadata of the resource at its well-known path, without
   * credentials. Requests for other paths go to the next handler.
   *
   * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` for an authorizer without `resource`
   *
   * {@link https://www.rfc-editor.org/rfc/rfc9728.html#section-3 RFC 9728, section 3}
   */
  metadata(): Middleware;

  /**
   * Checks that each route of an application is gated or marked before its first handler, and that each endpoint of the policy is a
   * route with `gate.endpoint()`, or with a gate by the name of the endpoint. Call it at startup, after the last route. Gates of
   * another authorizer do not count, and its marks only on the route itself. The check compares `trailingSlash` and `caseSensitive`
   * of the gates with the router, and runs no function of the program.
   *
   * @throws {@link index!PolicyError} `ERR_COVERAGE` with all findings at once; `ERR_OPTIONS_INVALID` for a value that is not an
   * application, and for invalid options
   */
  assertCovers(app: object, options?: CoverOptions): void;
}

/** A request as its framework exposes it. */
export interface ReadRequest extends Pick<GateCall<never>, "authorization"> {
  readonly route: RoutedRequest;
}

/** The routes of an application, or of a router that is mounted somewhere. */
export interface ListedApp {
  readonly routes: readonly ListedRoute[];
  /** Whether the routes are mounted somewhere; a function if that depends on `under`. */
  readonly isMount: boolean | ((under: string) => boolean);
  /** What the router distinguishes on all routes. A mounted application has the router of the outermost one. */
  readonly distinguishes: readonly Distinction[];
}

/** What a framework adds to the gates that are the same in all. */
export interface Framework<Request extends object, Handler extends object, Middleware> {
  /** The name of the function for messages. */
  readonly name: string;
  /** Where parameters of its routes can be. */
  readonly syntax: TemplateSyntax;
  /** Returns the object of a request that the result of the gate is stored with. */
  storeOf(request: Request): object;
  read(request: Request): ReadRequest;
  /** Returns the sources of arguments for the audit. Called only for an event. */
  sources(request: Request): readonly (() => unknown)[];
  /** Creates a handler that asks whether its request may continue, and writes the refusal if not. */
  create(admit: (request: Request) => Awaitable<HttpAdmission>): Handler;
  /** Creates a middleware that writes the response of `answer`, and calls the next handler if there is none. */
  serve(answer: (method: string, target: string) => PlainResponse | undefined): Middleware;
  /** Returns the routes; `undefined` for a value that is not an application. */
  list(app: object): ListedApp | undefined;
}

/** The gates of a framework, and what only its entry uses. */
export interface MadeGate<Types extends PolicyTypes, Request, Handler, Middleware> {
  readonly gate: RouteGate<Types, Request, Handler, Middleware>;
  /** Creates a gate that takes each request for an unknown operation. */
  readonly createRefusal: () => Handler;
}

/** The status that a client sees if the handler throws what the framework does not handle. */
export const UNHANDLED_STATUS = 500;

const PASS: HttpAdmission = { refusal: undefined, answered: undefined, enforced: false };
const NO_APP = "expected an application or a router of the framework";

/**
 * Creates the gates of an authorizer for a framework.
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID`
 */
export function createRouteGate<
  Types extends PolicyTypes,
  Request extends object,
  Handler extends object,
  Middleware = Handler,
>(
  authorizer: Authorizer<Types>,
  options: HttpGateOptions<Request> & PathOptions,
  framework: Framework<Request, Handler, Middleware>,
): MadeGate<Types, Request, Handler, Middleware> {
  const checked = checkOptions(framework.name, options, OPTION_CHECKS);
  const http = createHttpGate<Request, Types>(authorizer, checked, (request) =>
    framework.storeOf(request),
  );
  const endpointsOf = oncePerPolicy((policy: Policy) =>
    createEndpointResolver(policy, checked, framework.syntax),
  );
  // now, so that the first request does not wait for it
  endpointsOf(authorizer.policy);
  const { trailingSlash, caseSensitive } = checked;

  const createGate = (
    { kind, name, paramsOf }: GateFacts,
    find: (route: RoutedRequest, policy: Policy) => GateOperation | undefined,
    given: RouteGateOptions<Request> = {},
  ) => {
    const { params, arguments: more } = checkOptions("a gate", given, GATE_CHECKS);
    const sources = (request: Request) => [() => more?.(request), ...framework.sources(request)];
    const handler = framework.create((request) => {
      const { authorization, route } = framework.read(request);
      const inForce = pinned(authorizer);
      const operation = find(route, inForce.policy) ?? unknownRoute(route.method, route.target);
      return http.admit(request, {
        authorizer: inForce,
        authorization,
        operation,
        read: params,
        sources,
      });
    });
    return markGate(handler, {
      kind,
      authorizer,
      name,
      get params() {
        return paramsOf(authorizer.policy);
      },
      hasReader: params !== undefined,
      trailingSlash,
      caseSensitive,
    });
  };
  const createMark = (kind: GateMark["kind"]) =>
    markGate(
      framework.create(() => PASS),
      { kind, authorizer, params: [], hasReader: false },
    );

  const gate = Object.assign(
    (name: string, options?: RouteGateOptions<Request>) => {
      operationForGate(authorizer.policy, name);
      const paramsOf = createParamsReader(name);
      const find = ({ values }: RoutedRequest, policy: Policy) => {
        return { name, params: paramsOf(policy), values };
      };
      return createGate({ kind: "operation", name: ofGet(name), paramsOf }, find, options);
    },
    {
      ...http.members,
      endpoint: (options?: RouteGateOptions<Request>) =>
        createGate(ENDPOINT_GATE, (route, policy) => endpointsOf(policy).find(route), options),
      public: () => createMark("public"),
      elsewhere: (reason: string) => {
        requireReason(reason);
        return createMark("elsewhere");
      },
      metadata: () => {
        const route = metadataRoute(authorizer);
        return framework.serve((method, target) =>
          route.isMeant(target) ? route.answer(method) : undefined,
        );
      },
      assertCovers: (app: object, options: CoverOptions = {}) => {
        const listed = framework.list(app);
        if (listed === undefined) throw new PolicyError("ERR_OPTIONS_INVALID", NO_APP);
        const selection = createSelection(options, listed.isMount);
        const { mount, isMount } = selection;
        const routes =
          mount === "" ? listed.routes : listed.routes.map((route) => mountedAt(mount, route));
        const findings = [
          ...(isMount ? [] : optionFindings(checked, listed.distinguishes)),
          ...routeFindings(routes, authorizer, endpointsOf(authorizer.policy), selection),
        ];
        if (findings.length > 0)
          throw new PolicyError("ERR_COVERAGE", describeFindings(findings, "the app"), findings);
        if (isMount || http.isReportOnly) return;
        warnWithoutMetadata(authorizer, (path) => routes.some((route) => route.path === path));
      },
    },
  );
  return { gate, createRefusal: () => createGate(ENDPOINT_GATE, () => undefined) };
}

/** What the mark of a gate has from the gate. */
interface GateFacts extends Pick<GateMark, "kind" | "name"> {
  readonly paramsOf: ReturnType<typeof createParamsReader>;
}

const ENDPOINT_GATE: GateFacts = { kind: "endpoint", name: undefined, paramsOf: () => [] };

const OPTION_CHECKS = { ...HTTP_GATE_CHECKS, ...PATH_CHECKS } satisfies Record<
  keyof HttpGateOptions<unknown> | keyof PathOptions,
  OptionCheck
>;
const GATE_CHECKS = {
  params: optional(isFunction),
  arguments: optional(isFunction),
} satisfies Record<keyof RouteGateOptions<unknown>, OptionCheck>;

/** Returns a route of a router as it is in the application that the router is mounted in. */
function mountedAt(mount: string, route: ListedRoute): ListedRoute {
  const whole = (path: string) => mount + (path === "/" ? "" : path);
  return {
    ...route,
    path: whole(route.path),
    handlers: route.handlers.map((one) => ({ ...one, path: whole(one.path) })),
  };
}
