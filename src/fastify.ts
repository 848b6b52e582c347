import type {
  FastifyContextConfig,
  FastifyInstance,
  FastifyPluginCallback,
  FastifyReply,
  FastifyRequest,
  RegisterOptions,
} from "fastify";
import fastifyPlugin from "fastify-plugin";
import {
  authorizationHeaders,
  changedValueDenial,
  type GateOperation,
  unknownRoute,
  watchValues,
} from "./adapters/admit-request.js";
import { createEndpointResolver, type EndpointResolver } from "./adapters/endpoint-resolver.js";
import {
  createHttpGate,
  HTTP_GATE_CHECKS,
  type HttpAdmission,
  type HttpGateMembers,
  type HttpGateOptions,
  PATH_CHECKS,
} from "./adapters/http-gate.js";
import { createRequestStore } from "./adapters/request-store.js";
import { reportStatus, writeReply } from "./adapters/write-response.js";
import { type AccessToken, readOwn } from "./decision/access-token.js";
import type { Policy, ToolOf } from "./decision/define-policy.js";
import { type Finding, PolicyError } from "./errors.js";
import type { Mapping } from "./fastify/map-route.js";
import { createRouteTable, type DeclaredRoute, type Unmapped } from "./fastify/route-table.js";
import { routerFindings } from "./fastify/router-findings.js";
import { serveMetadata } from "./fastify/serve-metadata.js";
import { oncePerPolicy } from "./policy/once-per-policy.js";
import {
  checkOptions,
  isFunction,
  type OptionChecks,
  oneOf,
  optional,
  required,
} from "./policy/option-checks.js";
import type { PolicyTypes } from "./policy/policy-types.js";
import { describeFindings } from "./policy/report.js";
import type { PathOptions } from "./policy/route.js";
import type { Authorizer } from "./resource-server/authorizer-types.js";
import { mapAwaitable } from "./resource-server/callbacks.js";
import { isAuthorizer } from "./resource-server/option-checks.js";
import { type PinnedAuthorizer, pinned } from "./resource-server/pinned-authorizer.js";

export type { HttpGateMembers, HttpGateOptions } from "./adapters/http-gate.js";
export type { GateReport } from "./adapters/report-only.js";
export type { DeclaredRoute, Unmapped } from "./fastify/route-table.js";
export type { PathOptions } from "./policy/route.js";

/**
 * Registers the type of a program's policy, so that `config.tool` accepts only its tools. Merge it once, for the whole program:
 * `declare module "scope-policy/fastify" { interface Register { policy: typeof policy } }`.
 */
export interface Register {
  /** Reserved. Merge in the member `policy`. */
  readonly "~register"?: never;
}

/** Names of tools that a route's `config` accepts: those of the registered policy, without one any string. */
export type RegisteredTool = Register extends { readonly policy: infer Of extends Policy }
  ? ToolOf<Of>
  : string;

declare module "fastify" {
  interface FastifyContextConfig {
    /** Name of the tool in the policy. */
    tool?: RegisteredTool;
    /** Marks the route as an endpoint of the policy, by its method and `url`. */
    endpoint?: true;
    /** Marks the route as public: it needs no gate. */
    public?: true;
    /** Names what protects the route in place of this gate, which decides nothing then. */
    elsewhere?: string;
    /** Returns the parameters that the route does not have, or a promise of them. A failure or a timeout is a 503. */
    params?: (request: FastifyRequest) => unknown;
    /**
     * Returns additional arguments for the audit event, as an object of plain data. The gate calls it only if the authorizer has
     * an `audit`, after the decision, which never depends on it, and before the body is read.
     */
    arguments?: (request: FastifyRequest) => unknown;
  }
  interface FastifyRequest {
    /** Token with which the request passed the gate; `undefined` on public routes, and without credentials on public operations. */
    accessToken: AccessToken | undefined;
  }
  interface FastifyInstance {
    /** The token, the decision and the report of requests that passed the gate of this context. */
    scopePolicy: HttpGateMembers<FastifyRequest>;
  }
}

/** Options of the plugin. */
export interface ScopePolicyOptions<Types extends PolicyTypes = PolicyTypes>
  extends Omit<HttpGateOptions<FastifyRequest>, "requestId">,
    PathOptions {
  /** Authorizer that decides. */
  readonly authorizer: Authorizer<Types>;
  /**
   * What happens with a route that neither its `config` nor `isPublic` maps. `"refuse"`: every request gets 403. `"pass"`: the route is
   * not gated, for an app that adopts the gate route by route. `"fail-start"`: the server does not start. Default: `"refuse"`.
   */
  readonly unmapped?: Unmapped;
  /**
   * Returns whether a route is public, for routes of other plugins. The plugin asks once for each route, before the server starts.
   * `true` means the same as `public: true` in the route's `config`. An exception, and every result but `true` and `false`, prevents
   * the start. So does `true` for a route that its `config` maps.
   */
  readonly isPublic?: (route: DeclaredRoute) => boolean;
  /** Sets `unmapped` to `"fail-start"`, and prevents a start with an endpoint of the policy that no route serves. Default: `false`. */
  readonly strict?: boolean;
}

const ACCESS_TOKEN = "accessToken";
const MEMBERS = "scopePolicy";
const ALREADY_REGISTERED =
  "requests already have `accessToken`: register the plugin once, or in sibling contexts";

const CONTRADICTION = '`strict: true` means `"fail-start"`: leave one of the two out';

const acceptAny = () => undefined;
const CHECKS = {
  authorizer: required(isAuthorizer),
  authenticate: HTTP_GATE_CHECKS.authenticate,
  dangerouslyReportOnly: HTTP_GATE_CHECKS.dangerouslyReportOnly,
  ...PATH_CHECKS,
  isPublic: optional(isFunction),
  unmapped: (value: unknown, { strict }: Readonly<Record<string, unknown>>) => {
    const message = optional(oneOf("refuse", "pass", "fail-start"))(value);
    const isContradiction = strict === true && value !== undefined && value !== "fail-start";
    return message ?? (isContradiction ? CONTRADICTION : undefined);
  },
  strict: optional(oneOf(true, false)),
  // options of Fastify, which every plugin can get
  prefix: acceptAny,
  logLevel: acceptAny,
  logSerializers: acceptAny,
} satisfies OptionChecks & Record<keyof (ScopePolicyOptions & RegisterOptions), unknown>;

const plugin: FastifyPluginCallback<ScopePolicyOptions> = (instance, options, done) => {
  let failure: Error | undefined;
  try {
    gateContext(instance, options);
  } catch (error) {
    // Fastify would not catch the error, and `register` would not reject
    failure = error as Error;
  }
  done(failure);
};

function gateContext(instance: FastifyInstance, options: ScopePolicyOptions): void {
  const checked = checkOptions("`scopePolicy`", options, CHECKS);
  const { authorizer, strict = false, dangerouslyReportOnly: isReportOnly = false } = checked;
  const { unmapped = strict ? "fail-start" : "refuse", isPublic } = checked;
  if (instance.hasRequestDecorator(ACCESS_TOKEN)) {
    throw new PolicyError("ERR_OPTIONS_INVALID", ALREADY_REGISTERED);
  }
  const http = createHttpGate<FastifyRequest, PolicyTypes>(
    authorizer,
    { ...checked, requestId: ({ id }) => id },
    ({ raw }) => raw,
  );
  const { policy } = authorizer;
  const endpointsOf = oncePerPolicy((policy: Policy) => createEndpointResolver(policy, checked));
  const endpoints = endpointsOf(policy);
  const routes = createRouteTable({ policy, endpoints, unmapped, isPublic });
  const watchedParams = createRequestStore<WatchedParams>();

  instance.decorateRequest(ACCESS_TOKEN, undefined);
  instance.decorate(MEMBERS, http.members);

  instance.addHook("onRoute", (route) => {
    const { method, url, config = {}, schema } = route;
    route.config = routes.add({ method, url, config, schema });
  });

  instance.addHook("onReady", (ready) => {
    const found = routes.findings(instance);
    const needed = strict ? endpoints.names.filter((name) => endpoints.needsRoute(name)) : [];
    const unserved = needed.filter((name) => !routes.isServed(name));
    const all = [...routerFindings(instance, checked), ...found, ...unserved.map(unservedEndpoint)];
    if (all.length === 0) return ready();
    ready(new PolicyError("ERR_COVERAGE", describeFindings(all, "the app"), all));
  });

  instance.addHook("onRequest", (request, reply, done) => {
    if (request.is404) return done();
    const { config, url: template } = request.routeOptions;
    const mapping = routes.mappingOf(config);
    if (mapping.kind === "open" || (mapping.kind === "unmapped" && unmapped === "pass")) {
      return done();
    }
    const inForce = pinned(authorizer);
    const operation =
      operationOf(mapping, inForce.policy, endpointsOf, request, template) ??
      unknownRoute(request.method, request.url);
    if (operation.params.length > 0) {
      const { name } = operation;
      watchedParams.set(request.raw, { inForce, name, changed: watchValues(operation) });
    }
    const admission = http.admit(request, {
      authorizer: inForce,
      authorization: authorizationHeaders(request.raw),
      operation,
      read: readOwn(config, "params") as FastifyContextConfig["params"],
      sources: auditSourcesOf,
    });
    void mapAwaitable(admission, proceed, request, reply, done);
  });

  const proceed = (
    { refusal, answered }: HttpAdmission,
    request: FastifyRequest,
    reply: FastifyReply,
    done: () => void,
  ) => {
    reportStatus(answered, reply.raw);
    // the connection is closed, or another response has been sent
    if (reply.sent || reply.raw.destroyed) return void reply.hijack();
    if (refusal !== undefined) return writeReply(request.method, reply, refusal);
    request.accessToken = http.members.optionalToken(request);
    done();
  };

  // schemas coerce values after the decision: the handler must not read a value other than the decided one
  instance.addHook("preHandler", (request, reply, done) => {
    const note = watchedParams.get(request.raw);
    const param = note?.changed();
    if (note === undefined || param === undefined) return done();
    const { inForce, name } = note;
    const decision = changedValueDenial(param);
    if (http.revise(request, name, decision, inForce)) {
      request.accessToken = undefined;
      return done();
    }
    writeReply(request.method, reply, inForce.answer(decision, { operation: name }));
  });

  if (!isReportOnly) serveMetadata(instance, authorizer, routes);
}

/**
 * Plugin for Fastify 5 with the gate of an authorizer. The gate decides in `onRequest`, before the body is read, for every route
 * of the context in which you register it and of its child contexts. The route's `config` names the operation: `{ tool }`,
 * `{ endpoint: true }`, `{ public: true }`, or `{ elsewhere }` for a route that something else protects. For an endpoint, the route's
 * own `url` decides, and the path of the request must match the same endpoint in its one canonical spelling. The gate denies a
 * route without any of these as an unknown operation: see `unmapped`. The gate ignores the handler that responds with 404.
 *
 * In `preHandler` the gate responds with 400 `invalid_params` if a schema or a hook has changed the value of a route parameter
 * after the decision. The number `7` is the same value as the string `7`, but not the same as `007`.
 *
 * Await `register` before the first route. The gate also covers earlier routes. With `unmapped: "fail-start"`, `strict` or `isPublic`,
 * it checks them when the server starts. The plugin also serves the metadata of the authorizer's `resource` (RFC 9728, section 3) at
 * its well-known path, outside of every prefix; with `dangerouslyReportOnly` it does not.
 *
 * `register` rejects with a {@link index!PolicyError} `ERR_OPTIONS_INVALID` for invalid options, all at once, and for a second
 * registration in the same context or in a child: register in sibling contexts.
 * `ready` and `listen` reject with a {@link index!PolicyError} `ERR_COVERAGE` that has all findings: an unknown tool, an endpoint
 * that the policy does not have, with `"fail-start"` unmapped routes, and with `strict` endpoints that no route serves.
 *
 * @example
 * ```ts
 * import fastify from "fastify";
 * import { createAuthorizer, definePolicy } from "scope-policy";
 * import { scopePolicy } from "scope-policy/fastify";
 *
 * const policy = definePolicy({
 *   name: "School",
 *   version: "1",
 *   scopes: { "school:read": "Read settings" },
 *   tools: { get_settings: "school:read" },
 * });
 * const authorizer = createAuthorizer({
 *   policy,
 *   verify: (rawToken) => (rawToken === "demo" ? { scope: "school:read", sub: "user-1" } : undefined),
 * });
 *
 * const app = fastify();
 * await app.register(scopePolicy, { authorizer, strict: true });
 * app.get("/settings", { config: { tool: "get_settings" } }, async (request) => request.accessToken?.sub);
 * await app.ready();
 * ```
 */
export const scopePolicy = fastifyPlugin<ScopePolicyOptions>(plugin, {
  fastify: "5.x",
  name: "scope-policy",
});

/** The parameters of a decision that hooks can change before the handler reads them. */
interface WatchedParams {
  readonly inForce: PinnedAuthorizer;
  readonly name: string;
  readonly changed: () => string | undefined;
}

function unservedEndpoint(path: string): Finding {
  const message = "no route with `endpoint: true` serves the endpoint";
  return { code: "unserved_endpoint", path, message };
}

function operationOf(
  mapping: Mapping,
  policy: Policy,
  endpointsOf: (policy: Policy) => EndpointResolver,
  request: FastifyRequest,
  template: string | undefined,
): GateOperation | undefined {
  if (mapping.kind === "tool")
    return { name: mapping.name, params: mapping.paramsOf(policy), values: valuesOf(request) };
  if (mapping.kind !== "endpoint") return undefined;
  const { method, url: target } = request;
  const endpoints = endpointsOf(policy);
  return (
    endpoints.findKnown(method, "", target, template) ??
    endpoints.find({ method, target, base: "", template, values: valuesOf(request) })
  );
}

function valuesOf(request: FastifyRequest): () => unknown {
  return () => request.params;
}

/** Returns where arguments for the audit can be. The body has not been read yet. */
function auditSourcesOf(request: FastifyRequest): readonly (() => unknown)[] {
  const { config } = request.routeOptions;
  const more = readOwn(config, "arguments") as FastifyContextConfig["arguments"];
  return [() => more?.(request), () => request.query];
}
