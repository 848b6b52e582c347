import { issuerListFault, resourceFault } from "../discovery/resource-identifier.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import { hasConditions } from "../policy/conditions.js";
import { checkOptions, isFunction, isStringList, oneOf, optional, positive, } from "../policy/option-checks.js";
import { nearest } from "../policy/suggest.js";
function isKey(value) {
    const isOne = typeof value === "string" || value instanceof Uint8Array;
    return isOne && value.length >= 16 ? undefined : "expected at least 16 characters or bytes";
}
function isTolerance(value) {
    const isOne = typeof value === "number" && value >= 0 && value <= 300;
    return isOne ? undefined : "expected a number from 0 to 300";
}
const TRUSTABLE_CLAIMS = ["tier", "account_type", "entitlements", "first_party"];
const NO_FACTS = "is missing: the policy has conditions on tier or account type. Give `subject`, which returns them, or " +
    "`trustClaims`, the claims of the token that count (`[]` for none)";
/** Checks the claims to trust, and that an option provides the facts that the conditions of the policy need. */
function trustClaimsFinding(value, { policy, subject }) {
    if (value === undefined) {
        return subject === undefined && hasConditions(compiledPolicyOf(policy)) ? NO_FACTS : undefined;
    }
    if (!Array.isArray(value))
        return `expected a list of ${nameList(TRUSTABLE_CLAIMS)}`;
    const list = Array.from(value);
    const faults = list.flatMap((name, index) => {
        if (!TRUSTABLE_CLAIMS.some((known) => known === name))
            return unknownClaim(name);
        return list.indexOf(name) < index ? `\`${name}\` is listed twice` : [];
    });
    return faults.length === 0 ? undefined : faults.join("; ");
}
function unknownClaim(name) {
    if (typeof name !== "string")
        return `expected names of claims, of ${nameList(TRUSTABLE_CLAIMS)}`;
    const meant = nearest(name, TRUSTABLE_CLAIMS);
    const hint = meant === undefined ? `expected ${nameList(TRUSTABLE_CLAIMS)}` : `did you mean \`${meant}\`?`;
    return `unknown claim \`${name}\`; ${hint}`;
}
function nameList(names) {
    return names.map((name) => `\`${name}\``).join(", ");
}
const CHECKS = {
    policy: (value) => void compiledPolicyOf(value),
    verify: optional(isFunction),
    subject: optional(isFunction),
    trustClaims: trustClaimsFinding,
    clockTolerance: optional(isTolerance),
    isRevoked: optional(isFunction),
    audit: optional(isFunction),
    onAuditError: optional(oneOf("continue", "deny")),
    sensitive: optional(isStringList),
    auditKey: optional(isKey),
    resource: optional(resourceFault),
    authorizationServers: optional(issuerListFault),
    challenge: optional(oneOf("minimum", "union", "auto")),
    upgradeStatus: optional(oneOf(402, 403)),
    timeout: optional(positive(600_000)),
    retryAfter: optional(positive(86_400)),
    onOutage: optional(isFunction),
    onRejected: optional(isFunction),
};
/**
 * Checks the options of an authorizer and returns a frozen copy of their own members.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID`, `ERR_POLICY_UNKNOWN`
 */
export function checkAuthorizerOptions(options) {
    return checkOptions("the authorizer", options, CHECKS);
}
