import { type AccessToken, readOwn } from "../decision/access-token.js";
import type { Allowed } from "../decision/decision.js";
import type { Policy } from "../decision/define-policy.js";
import { PolicyError } from "../errors.js";
import { oncePerPolicy } from "../policy/once-per-policy.js";
import { isFunction, type OptionCheck, oneOf, optional } from "../policy/option-checks.js";
import { withoutPrototype } from "../policy/own-members.js";
import type { PolicyTypes } from "../policy/policy-types.js";
import type { PathOptions } from "../policy/route.js";
import type { Admission, Authorizer } from "../resource-server/authorizer-types.js";
import type { Awaitable } from "../resource-server/callbacks.js";
import { mapAwaitable } from "../resource-server/callbacks.js";
import type { Denial, DenialResponse } from "../resource-server/challenge.js";
import { requireAuthorizer } from "../resource-server/option-checks.js";
import type { PinnedAuthorizer } from "../resource-server/pinned-authorizer.js";
import { admitRequest, type GateCall, type GateSettings } from "./admit-request.js";
import { createReportOnly, type GateReport } from "./report-only.js";
import { createRequestIdReader } from "./request-audit.js";
import { createRequestStore } from "./request-store.js";

/** The options that every HTTP gate has. */
export interface HttpGateOptions<Request> {
  /**
   * Returns the id of a request for its audit events: a string or a number, sanitized and cut to 256 characters. By default
   * each request gets a random UUID. An id from a request header is under the control of the caller.
   */
  readonly requestId?: (request: Request) => unknown;
  /**
   * Returns claims that this server has verified already, of a session for example, in the form of an {@link AccessToken};
   * `undefined` or `null` for a caller without any. It may return a promise. A request with an `Authorization` header is decided by
   * that alone if the authorizer has `verify`. The authorizer checks `exp` and `nbf`, and asks `subject` and `isRevoked`, as for any
   * token; `tier`, `account_type`, `entitlements` and `first_party` count only if `trustClaims` names them. If the claims come from a cookie, protect
   * the routes against cross-site request forgery: the gate does not.
   */
  readonly authenticate?: (request: Request) => unknown;
  /**
   * Decides, audits and counts, but refuses no call, except those of operations that the policy denies: to see what the gate would
   * refuse before it does. **While it is set, nothing protects the routes.** Default: `false`.
   */
  readonly dangerouslyReportOnly?: boolean;
}

/** Checks of {@link HttpGateOptions}. */
export const HTTP_GATE_CHECKS = {
  requestId: optional(isFunction),
  authenticate: optional(isFunction),
  dangerouslyReportOnly: optional(oneOf(true, false)),
} satisfies Record<keyof HttpGateOptions<unknown>, OptionCheck>;

/** Checks of {@link PathOptions}. */
export const PATH_CHECKS = {
  trailingSlash: optional(oneOf("refuse", "ignore")),
  caseSensitive: optional(oneOf(true, false)),
} satisfies Record<keyof PathOptions, OptionCheck>;

/** The next step of a gate: run the handler, or write the response. `answered` reports the status that the client got. */
export interface HttpAdmission {
  readonly refusal: DenialResponse | undefined;
  readonly answered: Admission["answered"];
  /**
   * Whether the gate may stop an allowed request, whose connection was closed or whose response was sent meanwhile. A mark, and a gate
   * that only reports, stop none.
   */
  readonly enforced: boolean;
}

/** What the gates of all frameworks share: they find the operation of a request, and write the response. */
export interface HttpGate<Request> {
  /** Decides on a request, and keeps the result for its handler. */
  admit(request: Request, call: GateCall<Request>): Awaitable<HttpAdmission>;
  /** The members of every public gate, by request. */
  readonly members: HttpGateMembers<Request>;
  /**
   * Replaces the decision on a request that may continue by a denial. Returns whether it may continue even so, with
   * `dangerouslyReportOnly`; it has no token then.
   */
  revise(
    request: Request,
    operation: string,
    denial: Denial,
    authorizer: PinnedAuthorizer,
  ): boolean;
  /** Whether the gate only reports: `dangerouslyReportOnly`. */
  readonly isReportOnly: boolean;
}

/** The members of every HTTP gate that handlers use. */
export interface HttpGateMembers<Request> {
  /**
   * Returns the token with which a request passed the last gate.
   *
   * @throws {@link index!PolicyError} `ERR_COVERAGE` if the request has passed no gate of this authorizer, or if it has no valid
   * token
   */
  token(request: Request): AccessToken;
  /**
   * Returns the token as {@link HttpGateMembers.token} does; `undefined` for a request without credentials to a public operation, and
   * for a request that went on only because of `dangerouslyReportOnly`.
   *
   * @throws {@link index!PolicyError} `ERR_COVERAGE` if the request has passed no gate of this authorizer
   */
  optionalToken(request: Request): AccessToken | undefined;
  /**
   * Returns the decision that allowed a request at the last gate: the scopes that opened it, and whether it may return enriched
   * detail.
   *
   * @throws {@link index!PolicyError} `ERR_COVERAGE` if the request has passed no gate of this authorizer, or went on only because of
   * `dangerouslyReportOnly`
   */
  decision(request: Request): Allowed;
  /** Returns the decisions so far by operation and code, as counted with `dangerouslyReportOnly`; empty without it. */
  report(): GateReport;
}

const NO_GATE = "the request has passed no gate of this authorizer: put one before the handler";
const NO_TOKEN = "the operation is public and was called without a token: use `optionalToken`";
const NOT_ALLOWED =
  "the gate only reports, and would have refused the request: use `optionalToken`";
const NOTHING_VERIFIED =
  "the authorizer has no `verify` and the gate no `authenticate`: give one of them, so that callers can be known";

/**
 * Creates what the gate of a framework needs for its requests.
 *
 * @param options - checked options
 * @param storeOf - returns the object of a request that the result is stored with
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` if nothing can authenticate a caller
 */
export function createHttpGate<Request extends object, Types extends PolicyTypes>(
  authorizer: Authorizer<Types>,
  options: HttpGateOptions<Request>,
  storeOf: (request: Request) => object = (request) => request,
): HttpGate<Request> {
  requireAuthorizer(authorizer);
  // an inherited `dangerouslyReportOnly` would open every route
  const own = withoutPrototype(options);
  const { requestId, authenticate, dangerouslyReportOnly: isReportOnly = false } = own;
  if (authenticate === undefined && !authorizer.verifiesTokens) {
    throw new PolicyError("ERR_OPTIONS_INVALID", NOTHING_VERIFIED);
  }
  const requestIdOf = createRequestIdReader(requestId);
  const namesOf = oncePerPolicy(knownNames);
  const isKnown = (operation: string) => namesOf(authorizer.policy).has(operation);
  const reportOnly = isReportOnly ? createReportOnly(isKnown) : undefined;
  const admitted = createRequestStore<Admission>();

  const stored = (request: Request): Admission => {
    const found = admitted.get(storeOf(request));
    if (found === undefined) throw new PolicyError("ERR_COVERAGE", NO_GATE);
    return found;
  };
  const settings: GateSettings<Request> = { authenticate, enforced: !isReportOnly, requestIdOf };
  /** Keeps the admission of a request for its handler. */
  const keep = (
    admission: Admission,
    request: Request,
    { operation }: GateCall<Request>,
  ): HttpAdmission => {
    const answered = readOwn(admission, "answered") as Admission["answered"];
    const mayContinue =
      reportOnly?.mayContinue(operation.name, admission) ?? admission.decision.allowed;
    if (mayContinue) admitted.set(storeOf(request), admission);
    const isRefused = !mayContinue && admission.kind === "refused";
    const refusal = isRefused ? admission.answer : undefined;
    return { refusal, answered, enforced: settings.enforced };
  };
  return {
    isReportOnly,
    admit: (request, call) =>
      mapAwaitable(admitRequest(request, call, settings), keep, request, call),
    revise: (request, operation, decision, authorizer) => {
      if (reportOnly === undefined) return false;
      const { decision: first } = stored(request);
      // the gate would have refused the request before
      if (!first.allowed) return true;
      reportOnly.revise(operation, first, decision);
      const answer = authorizer.answer(decision, { operation });
      admitted.set(storeOf(request), { kind: "refused", decision, answer, token: undefined });
      return true;
    },
    members: {
      token: (request) => {
        const { decision, token } = stored(request);
        // the claims of a token with an unreadable scope are not valid
        if (token !== undefined && decision.code !== "invalid_token") return token;
        throw new PolicyError("ERR_COVERAGE", decision.allowed ? NO_TOKEN : NOT_ALLOWED);
      },
      optionalToken: (request) => {
        const { decision, token } = stored(request);
        return decision.allowed ? token : undefined;
      },
      decision: (request) => {
        const { decision } = stored(request);
        if (!decision.allowed) throw new PolicyError("ERR_COVERAGE", NOT_ALLOWED);
        return decision;
      },
      report: () => reportOnly?.report() ?? {},
    },
  };
}

/**
 * Checks the reason of a route that something else protects.
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID`
 */
export function requireReason(reason: unknown): void {
  if (typeof reason === "string" && reason.trim() !== "") return;
  throw new PolicyError("ERR_OPTIONS_INVALID", "expected what protects the route, as a text");
}

/** Returns the names of the operations of a policy. The name of a tool that only a pattern matches is not one: clients choose it. */
function knownNames({ definition }: Policy): ReadonlySet<string> {
  return new Set(
    [definition.tools, definition.endpoints].flatMap((part) => Object.keys(part ?? {})),
  );
}
