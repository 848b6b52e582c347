import { readOwn } from "../decision/access-token.js";
import { firstItems } from "../grammar/any-value.js";
import { MAX_SCOPE_TOKENS } from "../grammar/scope.js";
import { checkOptions, oneOf, optional } from "../policy/option-checks.js";
/** The claims in which issuers put a scope. Only one is read, since a union would grant more than each of them. */
export const SCOPE_CLAIMS = ["scope", "scp", "scopes", "permissions"];
const TEXTS = ["sub", "client_id", "iss", "jti"];
const TIMES = ["exp", "iat"];
const FACTS = ["tier", "account_type"];
const READING_CHECKS = {
    scopeClaim: optional(oneOf(...SCOPE_CLAIMS)),
    isScopeList: optional(oneOf(true, false)),
};
/**
 * Returns the access token of verified claims: a new frozen object with the claims that {@link AccessToken} names. Reads own
 * members only.
 *
 * Returns `undefined` if the scope claim, `sub`, `client_id`, `iss`, `jti`, `exp` or `iat` has a wrong type. A token without the
 * scope claim has the scope `""`. A `tier`, `account_type` or `first_party` of a wrong type is left out. It verifies nothing: not
 * the signature, not the time, not the type of the token.
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` for an unknown or invalid member of `reading`
 */
export function accessTokenFromClaims(claims, reading = {}) {
    checkOptions("the reading of a scope", reading, READING_CHECKS);
    const claim = (readOwn(reading, "scopeClaim") ?? "scope");
    const isList = (readOwn(reading, "isScopeList") ?? claim !== "scope");
    return readAccessToken(claims, { claim, isList });
}
/** Returns the scope of claims; `""` without the claim, `undefined` for a value of a wrong type. */
export function readScope(claims, { claim, isList }) {
    return readScopeClaim(readOwn(claims, claim), isList);
}
/** Returns what {@link accessTokenFromClaims} returns, for a checked source. */
export function readAccessToken(claims, source) {
    const scope = readScope(claims, source);
    if (scope === undefined)
        return undefined;
    const token = { scope };
    for (const name of TEXTS) {
        const value = readOwn(claims, name);
        if (value === undefined)
            continue;
        if (typeof value !== "string")
            return undefined;
        token[name] = value;
    }
    for (const name of TIMES) {
        const value = readOwn(claims, name);
        if (value === undefined)
            continue;
        if (typeof value !== "number" || !Number.isFinite(value))
            return undefined;
        token[name] = value;
    }
    for (const name of FACTS) {
        const value = readOwn(claims, name);
        if (typeof value === "string")
            token[name] = value;
    }
    if (readOwn(claims, "first_party") === true)
        token["first_party"] = true;
    createdTokens.set(Object.freeze(token), readOwn(claims, "nbf"));
    return token;
}
/** The tokens that {@link readAccessToken} returned, with their `nbf`. They are deeply frozen, so they can be passed on as they are. */
const createdTokens = new WeakMap();
/** Returns whether {@link readAccessToken} returned a token. */
export function isCreatedToken(token) {
    return createdTokens.has(token);
}
/** Returns the `nbf` of the claims of a token. It is not a member of the token, but it limits the token. */
export function notBeforeOf(token) {
    return createdTokens.get(token);
}
/** Returns the scope of a claim: one text (RFC 8693, section 4.2), or a list if that is accepted. */
function readScopeClaim(value, isList) {
    if (value === undefined)
        return "";
    if (typeof value === "string")
        return value;
    // every decision rejects a longer list
    const list = isList ? firstItems(value, MAX_SCOPE_TOKENS + 1) : undefined;
    if (list === undefined || list.length > MAX_SCOPE_TOKENS)
        return undefined;
    return list.every((member) => typeof member === "string") ? Object.freeze(list) : undefined;
}
