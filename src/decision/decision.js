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
];
// The denials that are the same for every call are shared objects.
export const UNKNOWN_OPERATION = /* @__PURE__ */ Object.freeze({
    allowed: false,
    code: "unknown_operation",
    message: "unknown operation: the policy names no such tool or endpoint",
});
export const UNAUTHENTICATED = /* @__PURE__ */ Object.freeze({
    allowed: false,
    code: "unauthenticated",
    message: "authentication required: this needs an access token",
});
export const INVALID_TOKEN = /* @__PURE__ */ Object.freeze({
    allowed: false,
    code: "invalid_token",
    message: "invalid token: the access token is invalid or its scope is malformed",
});
export const RESERVED_SCOPE = /* @__PURE__ */ Object.freeze({
    allowed: false,
    code: "reserved_scope",
    message: "reserved: only clients of the API's owner may do this",
});
export const INVALID_REQUEST = /* @__PURE__ */ Object.freeze({
    allowed: false,
    code: "invalid_request",
    message: "invalid request: expected one `Authorization` header with one bearer token",
});
export const TEMPORARILY_UNAVAILABLE = /* @__PURE__ */ Object.freeze({
    allowed: false,
    code: "temporarily_unavailable",
    message: "temporarily unavailable: this cannot be checked now; try again later",
});
const NO_SCOPES = /* @__PURE__ */ Object.freeze([]);
/** The decision about a public operation, without and with its enriched detail. */
export const PUBLIC = Object.freeze(allowed(NO_SCOPES));
export const PUBLIC_ENRICHED = /* @__PURE__ */ Object.freeze({
    ...PUBLIC,
    enriched: true,
});
/** Returns the decision that allows an operation. */
export function allowed(scopes) {
    return { allowed: true, code: "allowed", scopes, enriched: false };
}
/** Returns the hard denial of a policy. */
export function denied(reason) {
    return Object.freeze({ allowed: false, code: "denied", message: `denied: ${reason}`, reason });
}
/** Returns the denial for a parameter whose value is missing or not safe. */
export function invalidParams(param) {
    const message = `invalid parameter \`${param}\`: expected 1 to 128 characters of \`A-Z a-z 0-9 _ . ~ -\``;
    return { allowed: false, code: "invalid_params", message, param };
}
/** Returns the denial that consent can fix. */
export function insufficientScope(missing, scopes, accepted) {
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
export function bindingMismatch(param) {
    const message = `the token is bound to another value of \`${param}\``;
    return { allowed: false, code: "binding_mismatch", message, param };
}
/** Returns the denial that names the accepted account types. */
export function accountTypeRequired(accountTypes) {
    const types = accountTypes.length === 0 ? "no type is accepted" : accountTypes.join(", ");
    const message = `another account type is required: ${types}`;
    return { allowed: false, code: "account_type_required", message, accountTypes };
}
/**
 * Returns the denial that asks for a higher tier.
 *
 * @param isScopeMissing - whether a scope would still be missing on that tier
 */
export function upgradeRequired(tier, had, isScopeMissing) {
    const rest = isScopeMissing ? ", and a scope that has not been granted" : "";
    const message = `upgrade required: this needs the plan \`${tier}\` or above${rest}`;
    return { allowed: false, code: "upgrade_required", message, tier, had };
}
