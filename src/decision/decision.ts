import { type Template, valueFault } from "../grammar/template.js";
import type { AuthenticationCondition } from "../policy/compiled-policy.js";

/** The decision that allows an operation. */
export interface Allowed {
  readonly allowed: true;
  readonly code: "allowed";
  /** The scopes of the first declared alternative that the token meets, with bound values. Empty for a public operation. */
  readonly scopes: readonly string[];
  /** Whether the operation may return additional detail: a scope of its `enrichedBy` is granted. */
  readonly enriched: boolean;
  /** The scopes of `enrichedBy` that are granted, in declared order. */
  readonly enrichments: readonly string[];
}

/** The members that every denial has. */
interface DenialMembers<Code extends string> {
  readonly allowed: false;
  readonly code: Code;
  /** One line for people. Its wording can change, the code does not. */
  readonly message: string;
}

/** Denial: the policy does not declare the tool or endpoint, or the path of the request could be read in two ways. */
export interface UnknownOperation extends DenialMembers<"unknown_operation"> {}

/** Hard denial: no token, scope or tier changes it. */
export interface Denied extends DenialMembers<"denied"> {
  /** The reason, as written in the policy. */
  readonly reason: string;
}

/** Denial: the value of a parameter is missing or not safe. */
export interface InvalidParams extends DenialMembers<"invalid_params"> {
  /** The name of the parameter. */
  readonly param: string;
}

/** Denial: the operation needs an access token and the request has none. */
export interface Unauthenticated extends DenialMembers<"unauthenticated"> {}

/** Denial: the access token is invalid, or its scope is malformed. */
export interface InvalidToken extends DenialMembers<"invalid_token"> {}

/** Denial that consent can fix. */
export interface InsufficientScope extends DenialMembers<"insufficient_scope"> {
  /** The scopes of the chosen alternative that are not in the token. Granting them allows the operation. */
  readonly missing: readonly string[];
  /** All scopes of the chosen alternative, which a challenge names (RFC 6750, section 3). */
  readonly scopes: readonly string[];
  /** Every alternative that consent can give, in declared order. */
  readonly accepted: readonly (readonly string[])[];
}

/** Denial: the token has the scope for another value of a parameter. */
export interface BindingMismatch extends DenialMembers<"binding_mismatch"> {
  /** The name of the parameter. */
  readonly param: string;
}

/** Denial: the operation is for other account types. */
export interface AccountTypeRequired extends DenialMembers<"account_type_required"> {
  /** The account types that are accepted. Empty if none is. */
  readonly accountTypes: readonly string[];
}

/**
 * Denial: the operation needs a higher tier or, if the tier is enough, an entitlement. The message states whether a scope is missing
 * in addition, but does not name it.
 */
export interface UpgradeRequired extends DenialMembers<"upgrade_required"> {
  /** The lowest tier that is accepted. Missing if the denial is about an entitlement. */
  readonly tier?: string;
  /** The tier of the token; `undefined` if the token has none. Missing if the denial is about an entitlement. */
  readonly had?: string | undefined;
  /** The entitlement that is missing. Missing if the denial is about the tier. */
  readonly entitlement?: string;
}

/**
 * Denial: the token has the scopes, but it does not name a required authentication context class, or the user authenticated too long
 * ago (RFC 9470). Authenticating again fixes it.
 */
export interface InsufficientUserAuthentication
  extends DenialMembers<"insufficient_user_authentication"> {
  /** The authentication context classes, of which one is enough. Missing if any is accepted. */
  readonly acr?: readonly string[];
  /** Maximum number of seconds since the authentication. Missing if there is no limit. */
  readonly maxAge?: number;
}

/**
 * Denial: only scopes that the client cannot be granted allow the operation. These are reserved scopes if the client is not
 * first-party, and restricted scopes that it is not approved for.
 */
export interface ReservedScope extends DenialMembers<"reserved_scope"> {}

/** Any decision that does not allow the operation. */
export type PolicyDenial =
  | UnknownOperation
  | Denied
  | InvalidParams
  | Unauthenticated
  | InvalidToken
  | InsufficientUserAuthentication
  | InsufficientScope
  | BindingMismatch
  | AccountTypeRequired
  | UpgradeRequired
  | ReservedScope;

/** Denial of malformed credentials, such as two `Authorization` headers. Only an authorizer returns it. */
export interface InvalidRequest extends DenialMembers<"invalid_request"> {}

/** Denial during an outage of the verifier or a callback. Only an authorizer returns it. */
export interface TemporarilyUnavailable extends DenialMembers<"temporarily_unavailable"> {}

/** A denial that only an authorizer returns, in addition to {@link PolicyDenial}: malformed credentials, or an outage. */
export type CredentialDenial = InvalidRequest | TemporarilyUnavailable;

/**
 * The decision about one call: a value, never an exception. It is independent of HTTP.
 *
 * A decision object can be shared between calls. Do not change it.
 */
export type Decision = Allowed | PolicyDenial;

/** A code of a decision. */
export type DecisionCode = Decision["code"];

/** Every {@link DecisionCode}, in the order in which a decision checks for them. */
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
  "insufficient_user_authentication",
] as const satisfies readonly DecisionCode[];

// The denials that are the same for every call are shared objects.

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
  message: "invalid token: the access token is invalid or its scope is malformed",
});

export const RESERVED_SCOPE: ReservedScope = /* @__PURE__ */ Object.freeze({
  allowed: false,
  code: "reserved_scope",
  message: "reserved: only clients of the API's owner may do this",
});

/** The denial for an operation that only restricted scopes allow, to a client that is not approved for them. */
export const RESTRICTED_SCOPE: ReservedScope = /* @__PURE__ */ Object.freeze({
  allowed: false,
  code: "reserved_scope",
  message: "restricted: only clients that the API's owner approved may do this",
});

export const INVALID_REQUEST: InvalidRequest = /* @__PURE__ */ Object.freeze({
  allowed: false,
  code: "invalid_request",
  message: "invalid request: expected one `Authorization` header with one bearer token",
});

export const TEMPORARILY_UNAVAILABLE: TemporarilyUnavailable = /* @__PURE__ */ Object.freeze({
  allowed: false,
  code: "temporarily_unavailable",
  message: "temporarily unavailable: this cannot be checked now; try again later",
});

const NO_SCOPES: readonly string[] = /* @__PURE__ */ Object.freeze([]);

/** The decision about a public operation, without additional detail. */
export const PUBLIC: Allowed = Object.freeze(allowed(NO_SCOPES));

/** Returns the decision that allows an operation. */
export function allowed(scopes: readonly string[]): Allowed {
  return { allowed: true, code: "allowed", scopes, enriched: false, enrichments: NO_SCOPES };
}

/** Returns the hard denial of a policy. */
export function denied(reason: string): Denied {
  return Object.freeze({ allowed: false, code: "denied", message: `denied: ${reason}`, reason });
}

/** Returns the denial for a parameter whose value is missing or not safe. The message names which of both. */
export function invalidParams(param: string, value?: unknown, template?: Template): InvalidParams {
  const message = `invalid parameter \`${param}\`: ${valueFault(value, template)}`;
  return { allowed: false, code: "invalid_params", message, param };
}

/** Returns the denial that asks the user to authenticate again. */
export function insufficientAuthentication({
  acr,
  maxAge,
}: AuthenticationCondition): InsufficientUserAuthentication {
  const needs = [
    ...(acr === undefined
      ? []
      : [`with ${acr.length === 0 ? "no accepted method" : acr.join(" or ")}`]),
    ...(maxAge === undefined ? [] : [`in the last ${maxAge} seconds`]),
  ];
  return Object.freeze({
    allowed: false,
    code: "insufficient_user_authentication",
    message: `the user must have authenticated ${needs.join(" and ")}`,
    ...(acr !== undefined && { acr }),
    ...(maxAge !== undefined && { maxAge }),
  });
}

/** Returns the denial that consent can fix. */
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

/** Returns the denial for a token that is bound to another value of a parameter. */
export function bindingMismatch(param: string): BindingMismatch {
  const message = `the token is bound to another value of \`${param}\``;
  return { allowed: false, code: "binding_mismatch", message, param };
}

/** Returns the denial that names the accepted account types. */
export function accountTypeRequired(accountTypes: readonly string[]): AccountTypeRequired {
  const types = accountTypes.length === 0 ? "no type is accepted" : accountTypes.join(", ");
  const message = `another account type is required: ${types}`;
  return { allowed: false, code: "account_type_required", message, accountTypes };
}

/**
 * Returns the denial that asks for a higher tier.
 *
 * @param isScopeMissing - whether a scope would still be missing on that tier
 */
export function upgradeRequired(
  tier: string,
  had: string | undefined,
  isScopeMissing: boolean,
): UpgradeRequired {
  const message = `upgrade required: this needs the plan \`${tier}\` or above${scopeNote(isScopeMissing)}`;
  return { allowed: false, code: "upgrade_required", message, tier, had };
}

/**
 * Returns the denial that asks for an entitlement.
 *
 * @param isScopeMissing - whether a scope would still be missing with it
 */
export function entitlementRequired(entitlement: string, isScopeMissing: boolean): UpgradeRequired {
  const message = `upgrade required: this needs the add-on \`${entitlement}\`${scopeNote(isScopeMissing)}`;
  return { allowed: false, code: "upgrade_required", message, entitlement };
}

function scopeNote(isScopeMissing: boolean): string {
  return isScopeMissing ? ", and a scope that has not been granted" : "";
}
