/** The operation may be carried out. */
export interface Allowed {
  readonly allowed: true;
  readonly code: "allowed";
  /** The first declared alternative that is met, whole and with bound values; empty for a public operation. */
  readonly scopes: readonly string[];
  /** Whether a public operation may show the detail that its `enrichedBy` scope adds. */
  readonly enriched: boolean;
}

interface Refused<Code extends string> {
  readonly allowed: false;
  readonly code: Code;
  /** One line for people. The sentence may change, the code does not. */
  readonly message: string;
}

/** The policy names no such tool or endpoint, or the request's path is not canonical. */
export interface UnknownOperation extends Refused<"unknown_operation"> {}

/** A hard denial: nothing that can be granted changes it. */
export interface Denied extends Refused<"denied"> {
  /** The policy's words. */
  readonly reason: string;
}

/** A parameter of a rule that applies is missing or no safe value. */
export interface InvalidParams extends Refused<"invalid_params"> {
  /** Which parameter. */
  readonly param: string;
}

/** No credentials, and the operation needs some. */
export interface Unauthenticated extends Refused<"unauthenticated"> {}

/** Credentials were presented and are no good, or their scope is malformed. */
export interface InvalidToken extends Refused<"invalid_token"> {}

/** Consent could fix it. */
export interface InsufficientScope extends Refused<"insufficient_scope"> {
  /** The scopes of the chosen alternative that the token does not hold: granting them allows the operation. */
  readonly missing: readonly string[];
  /** The chosen alternative whole: what a challenge names (RFC 6750, section 3). */
  readonly scopes: readonly string[];
  /** Every alternative that consent could give, in declared order. */
  readonly accepted: readonly (readonly string[])[];
}

/** The token holds the scope, for another value of a parameter. */
export interface BindingMismatch extends Refused<"binding_mismatch"> {
  /** The parameter whose value the token is not bound to. */
  readonly param: string;
}

/** Only for other kinds of account. */
export interface AccountTypeRequired extends Refused<"account_type_required"> {
  /** The kinds of account that would do. */
  readonly accountTypes: readonly string[];
}

/** A higher tier is needed. The message states whether a scope is missing in addition; it does not name the scope. */
export interface UpgradeRequired extends Refused<"upgrade_required"> {
  /** The lowest tier that is accepted. */
  readonly tier: string;
  /** The tier of the token; `undefined` where the token has none. */
  readonly had: string | undefined;
}

/** Only reserved scopes would do, and the client is not first-party. */
export interface ReservedScope extends Refused<"reserved_scope"> {}

/** Every answer but yes. */
export type Denial =
  | UnknownOperation
  | Denied
  | InvalidParams
  | Unauthenticated
  | InvalidToken
  | InsufficientScope
  | BindingMismatch
  | AccountTypeRequired
  | UpgradeRequired
  | ReservedScope;

/** The credentials are no bearer token at all: only an authorizer says so, in the place of `invalid_token`. */
export interface InvalidRequest extends Refused<"invalid_request"> {}

/** What must be known of the token cannot be known now: only an authorizer says so, in the place of `invalid_token`. */
export interface TemporarilyUnavailable extends Refused<"temporarily_unavailable"> {}

/** What an authorizer says besides: of credentials, and of the outage of what it asks. */
export type DoorDenial = InvalidRequest | TemporarilyUnavailable;

/**
 * What a policy says of one call: a value, never an exception. It knows nothing of HTTP.
 *
 * Decisions may be shared between calls; do not change them.
 */
export type Decision = Allowed | Denial;

/** The codes of a decision, in the order in which they are decided. */
export type DecisionCode = Decision["code"];

/** {@link DecisionCode} as data, in the order in which the codes are decided. */
export const DECISION_CODES = [
  "unknown_operation",
  "denied",
  "invalid_params",
  "unauthenticated",
  "invalid_token",
  "allowed",
  "insufficient_scope",
  "binding_mismatch",
  "account_type_required",
  "upgrade_required",
  "reserved_scope",
] as const satisfies readonly DecisionCode[];

/** What is the same for every call stands here once. */
export const UNKNOWN_OPERATION: UnknownOperation = /* @__PURE__ */ Object.freeze({
  allowed: false,
  code: "unknown_operation",
  message: "unknown operation: the policy names no such tool or endpoint",
});

export const UNAUTHENTICATED: Unauthenticated = /* @__PURE__ */ Object.freeze({
  allowed: false,
  code: "unauthenticated",
  message: "authentication required: this needs an access token",
});

export const INVALID_TOKEN: InvalidToken = /* @__PURE__ */ Object.freeze({
  allowed: false,
  code: "invalid_token",
  message: "invalid token: the access token or its scope is no good",
});

export const RESERVED_SCOPE: ReservedScope = /* @__PURE__ */ Object.freeze({
  allowed: false,
  code: "reserved_scope",
  message: "reserved: only clients of the API's owner may do this",
});

export const INVALID_REQUEST: InvalidRequest = /* @__PURE__ */ Object.freeze({
  allowed: false,
  code: "invalid_request",
  message: "invalid request: expected one `Authorization` field with one bearer token",
});

export const TEMPORARILY_UNAVAILABLE: TemporarilyUnavailable = /* @__PURE__ */ Object.freeze({
  allowed: false,
  code: "temporarily_unavailable",
  message: "temporarily unavailable: this cannot be checked now; try again later",
});

const NO_SCOPES: readonly string[] = /* @__PURE__ */ Object.freeze([]);

export const PUBLIC: Allowed = /* @__PURE__ */ Object.freeze(/* @__PURE__ */ allowed(NO_SCOPES));
export const PUBLIC_ENRICHED: Allowed = /* @__PURE__ */ Object.freeze({
  ...PUBLIC,
  enriched: true,
});

export function allowed(scopes: readonly string[]): Allowed {
  return { allowed: true, code: "allowed", scopes, enriched: false };
}

export function denied(reason: string): Denied {
  return Object.freeze({ allowed: false, code: "denied", message: `denied: ${reason}`, reason });
}

export function invalidParams(param: string): InvalidParams {
  const message = `invalid parameter \`${param}\`: expected 1 to 128 of \`A-Z a-z 0-9 _ . ~ -\``;
  return { allowed: false, code: "invalid_params", message, param };
}

export function insufficientScope(
  missing: readonly string[],
  scopes: readonly string[],
  accepted: readonly (readonly string[])[],
): InsufficientScope {
  return {
    allowed: false,
    code: "insufficient_scope",
    message: "more scope is needed: the user can grant it",
    missing,
    scopes,
    accepted,
  };
}

export function bindingMismatch(param: string): BindingMismatch {
  const message = `the token is bound to another value of \`${param}\``;
  return { allowed: false, code: "binding_mismatch", message, param };
}

export function accountTypeRequired(accountTypes: readonly string[]): AccountTypeRequired {
  const kinds = accountTypes.length === 0 ? "no kind" : accountTypes.join(", ");
  const message = `another kind of account is required: ${kinds}`;
  return { allowed: false, code: "account_type_required", message, accountTypes };
}

/** @param isScopeMissing - whether the token would still lack a scope on that tier */
export function upgradeRequired(
  tier: string,
  had: string | undefined,
  isScopeMissing: boolean,
): UpgradeRequired {
  const rest = isScopeMissing ? ", and a scope that has not been granted" : "";
  const message = `upgrade required: this needs the plan \`${tier}\` or above${rest}`;
  return { allowed: false, code: "upgrade_required", message, tier, had };
}
