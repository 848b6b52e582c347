import type { Request } from "express";
import { type AccessToken, readOwn } from "./decision/access-token.js";
import type { KnownName } from "./decision/policy.js";
import { PolicyError } from "./errors.js";
import { coverageFindings, type GateKind, type Mark, markGate } from "./express/coverage.js";
import type { PolicyTypes } from "./policy/definition.js";
import { checkOptions, isFunction, type OptionCheck, optional } from "./policy/option-checks.js";
import { describeFindings } from "./policy/report.js";
import type { Admission, Authorizer } from "./resource-server/authorizer-types.js";
import { whenThere } from "./resource-server/facts.js";
import {
  admitAtGate,
  authorizationFields,
  type GateOperation,
  noOperation,
} from "./resource-server/gate.js";
import { type GateView, newRequestIds } from "./resource-server/gate-audit.js";
import { metadataRoute, type PlainAnswer } from "./resource-server/metadata-route.js";
import { newRequestNote } from "./resource-server/request-note.js";
import { type EndpointFinder, newEndpointFinder } from "./resource-server/routed-endpoint.js";

/**
 * What a gate says that it reads of a request: less than Express has, so that the types of Express 4 and 5 both fit, and
 * nothing of `params`, so that those of the handler are still inferred from the route.
 */
export interface GateRequest {
  /** The method. */
  readonly method: string;
  /** The prefix of the routers that the request came through, as it stands in the request. */
  readonly baseUrl: string;
  /** The request target, as it came. */
  readonly originalUrl: string;
  /** Names and values of the header fields, as they came. */
  readonly rawHeaders: readonly string[];
  /** The header fields as Node has put them together. */
  readonly headers: { readonly authorization?: string | undefined };
  /** The matched route. */
  readonly route?: unknown;
}

/** What it writes to. */
export interface GateResponse {
  /** Whether somebody has answered. */
  readonly headersSent: boolean;
  /** Whether the client has gone. */
  readonly destroyed: boolean;
  /** The status. */
  statusCode: number;
  /** Sets a header field. */
  setHeader(name: string, value: string): unknown;
  /** Writes the body and ends. */
  end(text?: string): unknown;
}

/** A middleware; it says nothing of a route's parameters, so that those of the handler after it stay typed. */
export type GateHandler = (
  req: GateRequest,
  res: GateResponse,
  next: () => void,
) => void | Promise<void>;

/** Options of all gates of one authorizer. */
export interface ExpressGateOptions {
  /**
   * Returns the id of a request for its audit events: a text or a number, cleaned and cut to 256 characters. By default each
   * request gets a random UUID. An id that you take from a header of the client is a text of the client.
   */
  readonly requestId?: (req: Request) => unknown;
}

/** Options of one gate. */
export interface GateOptions {
  /** Reads the parameters that the route does not have under the same name; a promise is waited for, as long as the authorizer's `timeout`. What it throws is a 503. */
  readonly params?: (req: Request) => unknown;
  /**
   * Returns more arguments for the audit event, as an object of plain data. It is called only where there is an `audit`, after
   * the decision, which never depends on it. What it throws is reported on the console, and a promise is not waited for.
   */
  readonly arguments?: (req: Request) => unknown;
}

/** The gates of one authorizer for Express 5 and 4. */
export interface ExpressGate<Types extends PolicyTypes = PolicyTypes> {
  /**
   * A middleware that goes on only with a token that may call a tool. Parameters of the tool are taken from the route where
   * it has them under the same name, else from `options.params`. It answers every refusal itself (status, RFC 6750
   * challenge, RFC 9457 body) and never calls `next(error)`.
   *
   * @throws {@link index!PolicyError} `ERR_OPERATION_UNKNOWN` for a name the policy lacks, `ERR_OPTIONS_INVALID`
   */
  <const Name extends string>(tool: KnownName<Types, Name>, options?: GateOptions): GateHandler;

  /**
   * Creates a middleware for a route that is one of the `endpoints` of the policy. The route's own template decides, and the
   * path of the request must mean the same endpoint in its one canonical spelling: for another case, an escape, a second or
   * last slash, and for templates that are patterns or lists it is an unknown operation. The route's names of parameters are
   * free, but each may occur once, and none may be the policy's name of another parameter that decides. Given to `use` it
   * does not know the route, and refuses every request.
   *
   * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID`
   */
  endpoint(options?: GateOptions): GateHandler;

  /** A mark for a route that needs no gate: does nothing, and `assertCovers` is content with it. */
  public(): GateHandler;

  /**
   * The token with which a request passed the last gate.
   *
   * @throws {@link index!PolicyError} `ERR_COVERAGE` where no gate of this authorizer has let the request through, and where a
   * public operation was called without credentials
   */
  token(req: object): AccessToken;

  /**
   * As {@link ExpressGate.token}, for handlers of public operations: `undefined` without credentials.
   *
   * @throws {@link index!PolicyError} `ERR_COVERAGE` where no gate of this authorizer has let the request through
   */
  optionalToken(req: object): AccessToken | undefined;

  /**
   * A middleware for the top of an application that serves the metadata of the resource at its well-known path, to
   * everybody. Other paths pass.
   *
   * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` for an authorizer without `resource`
   *
   * {@link https://www.rfc-editor.org/rfc/rfc9728.html#section-3 RFC 9728, section 3}
   */
  metadata(): GateHandler;

  /**
   * Checks at start-up, after the last route, that each route of an application or router is gated or marked as public before
   * its first handler, and that each endpoint of the policy is a route with `gate.endpoint()`. A gate that is given to `use`
   * covers a route only if no path below it binds a parameter that it decides on again. Gates of another authorizer do not
   * count. Routers are looked into. An application mounted in another cannot be, which is a finding; functions given to `use`
   * and `param` are not looked at.
   *
   * @throws {@link index!PolicyError} `ERR_COVERAGE` with every finding at once; `ERR_OPTIONS_INVALID` for what is no application
   */
  assertCovers(app: object): void;
}

/**
 * Makes the gates of an authorizer for Express 5 and 4. Nothing is written to `req.auth`, `req.user` or `res.locals`.
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
  const { requestId } = checkOptions("`expressGate`", options, EXPRESS_CHECKS);
  const { policy } = authorizer;
  const requestIdOf = newRequestIds(requestId);
  const endpoints = newEndpointFinder(policy);
  const admitted = newRequestNote<Admission>();

  const guard = (
    kind: GateKind,
    find: (req: GateRequest) => GateOperation | undefined,
    needs: readonly string[],
    options: GateOptions = {},
  ) => {
    const { params, arguments: more } = checkOptions("a gate", options, GATE_CHECKS);
    const mark = { kind, authorizer, params: needs, hasReader: params !== undefined };
    return markGate<GateHandler>((req, res, next) => {
      const admission = admitAtGate(authorizer, {
        authorization: authorizationFields(req),
        operation: find(req) ?? noOperation(req.method, req.originalUrl),
        read: params && (() => params(req as Request)),
        view: () => viewOf(req as Request, more, requestIdOf),
      });
      const hasWaited = admission instanceof Promise;
      return whenThere(admission, (admission) => {
        if (admission.kind === "refused") return write(req, res, admission.answer);
        // nobody is there any more, or somebody else has answered meanwhile: a timeout, a server that stops
        if (hasWaited && (res.headersSent || res.destroyed)) return;
        admitted.set(req, admission);
        next();
      });
    }, mark);
  };

  const admittedOf = (req: object) => {
    const found = admitted.get(req);
    if (found === undefined) throw new PolicyError("ERR_COVERAGE", NO_GATE);
    return found.token;
  };

  const publicMark: Mark = { kind: "public", authorizer, params: [], hasReader: false };
  const gate = (name: string, options?: GateOptions) => {
    const { params } = policy.operation(name as never);
    return guard(
      "operation",
      (req) => ({ name, params, values: () => (req as Request).params }),
      params,
      options,
    );
  };
  return Object.freeze(
    Object.assign(gate, {
      endpoint: (options?: GateOptions) =>
        guard("endpoint", (req) => endpointOf(endpoints, req), [], options),
      public: () => markGate<GateHandler>((_req, _res, next) => next(), publicMark),
      token: (req: object) => {
        const token = admittedOf(req);
        if (token === undefined) throw new PolicyError("ERR_COVERAGE", NO_TOKEN);
        return token;
      },
      optionalToken: admittedOf,
      metadata: () => {
        const route = metadataRoute(authorizer);
        return (req: GateRequest, res: GateResponse, next: () => void) =>
          route.isMeant(req.originalUrl) ? write(req, res, route.answer(req.method)) : next();
      },
      assertCovers: (app: object) => {
        const findings = coverageFindings(app, authorizer, endpoints);
        if (findings.length === 0) return;
        throw new PolicyError("ERR_COVERAGE", describeFindings(findings, "the app"), findings);
      },
    }),
  );
}

const EXPRESS_CHECKS = {
  requestId: optional(isFunction),
} satisfies Record<keyof ExpressGateOptions, OptionCheck>;
const GATE_CHECKS = {
  params: optional(isFunction),
  arguments: optional(isFunction),
} satisfies Record<keyof GateOptions, OptionCheck>;

/** What the audit reads of a request: what the option `arguments` returns, the query, and a body that was parsed before the gate. */
function viewOf(
  req: Request,
  more: GateOptions["arguments"],
  requestIdOf: (req: Request) => string,
): GateView {
  return {
    sources: [() => more?.(req), () => req.query, () => readOwn(req, "body")],
    requestId: () => requestIdOf(req),
  };
}

const NO_GATE =
  "no gate of this authorizer has let the request through: put one before the handler";
const NO_TOKEN = "the operation is public and was called without a token: use `optionalToken`";

function endpointOf(endpoints: EndpointFinder, req: GateRequest): GateOperation | undefined {
  const { method, originalUrl: target, baseUrl: base } = req;
  const values = () => (req as Request).params;
  return endpoints.find({ method, target, base, template: readOwn(req.route, "path"), values });
}

/** Writes an answer, unless there is one already or nobody to read it. */
function write({ method }: GateRequest, res: GateResponse, answer: PlainAnswer): void {
  if (res.headersSent || res.destroyed) return;
  res.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers)) res.setHeader(name, value);
  if (method === "HEAD" || answer.body === undefined) res.end();
  else res.end(JSON.stringify(answer.body));
}
