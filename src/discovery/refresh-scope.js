import { readScopeTokens } from "../grammar/scope.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import { checkOptions, isBoolean, isString, optional, } from "../policy/option-checks.js";
import { createCeiling } from "../policy/scope-ceiling.js";
import { expandScope, expandTokens, namedMeanings, readGrantedTokens, withImpliedMeanings, withoutImplied, } from "../policy/scope-meanings.js";
import { OFFLINE_ACCESS, scopeTokens } from "./public-scopes.js";
const CHECKS = {
    clientScope: optional(isString),
    firstParty: optional(isBoolean),
    originalMeanings: optional((value) => readScopeTokens(value) === undefined
        ? "expected a scope, or a list of scope-tokens"
        : undefined),
};
const INVALID_SCOPE = Object.freeze({ ok: false, error: "invalid_scope" });
/**
 * Returns the scope for a refreshed token: the granted scope, or the requested part of it, without what the policy no longer
 * grants. The result never exceeds the grant, whatever is requested. A grant shrinks with the policy. With `originalMeanings` it
 * does not grow with the policy either, as far as names allow: a name that implies more now means more.
 *
 * A scope-token of the grant is kept if the client can have all of its meanings. Otherwise it is replaced by those that the
 * client can have. A request can also name a scope that the grant covers by implication or under another name. The result then
 * has current names.
 *
 * @param original - the scope of the grant
 * @param requested - the `scope` of the refresh request; `undefined` if it has none. `""` is refused: omit it instead
 *
 * @throws {@link PolicyError} `ERR_POLICY_UNKNOWN` for a value that is not a policy, `ERR_OPTIONS_INVALID` for invalid options
 *
 * {@link https://www.rfc-editor.org/rfc/rfc6749.html#section-6 RFC 6749, section 6}
 *
 * @example
 * ```ts
 * import { loadPolicy, refreshScope } from "scope-policy";
 *
 * const policy = loadPolicy({ name: "Shop", version: "2", scopes: { "orders:read": {} } });
 * refreshScope(policy, "orders:read orders:write").ok; // true: `orders:read` is left
 * refreshScope(policy, "orders:read", "orders:read orders:write").ok; // false
 * ```
 */
export function refreshScope(policy, original, requested, options = {}) {
    const compiled = compiledPolicyOf(policy);
    const { clientScope, originalMeanings, firstParty = false, } = checkOptions("the refresh", options, CHECKS);
    const granted = readGrantedTokens(original);
    if (granted === undefined)
        return INVALID_SCOPE;
    const asked = requested === undefined ? granted : scopeTokens(requested);
    if (asked === undefined)
        return INVALID_SCOPE;
    const covered = expandTokens(compiled, granted, firstParty);
    const written = new Set(granted);
    const limit = clientScope === undefined
        ? undefined
        : createCeiling(compiled, scopeTokens(clientScope) ?? [], firstParty);
    const recorded = originalMeanings === undefined
        ? undefined
        : recordedTexts(compiled, readScopeTokens(originalMeanings), firstParty);
    const mayStay = (meaning) => limit?.covers(meaning) !== false && recorded?.has(meaning.text) !== false;
    const scopes = new Set();
    for (const token of asked) {
        const named = namedMeanings(compiled, token, firstParty);
        // a name that the policy no longer has is dropped if the grant has it; otherwise it was never granted
        if (named.length === 0 && !written.has(token))
            return INVALID_SCOPE;
        if (!named.every(({ text }) => covered.has(text)))
            return INVALID_SCOPE;
        const all = [...withImpliedMeanings(compiled, named).values()];
        const staying = all.filter(mayStay);
        // an older name that is not in the grant could later mean more than the grant
        if (named.length > 0 && written.has(token) && staying.length === all.length)
            scopes.add(token);
        else
            for (const { text } of withoutImplied(compiled, staying))
                scopes.add(text);
    }
    if (scopes.size === 0)
        return INVALID_SCOPE;
    return {
        ok: true,
        scope: [...scopes].join(" "),
        scopes: [...scopes],
        narrowed: scopes.size !== written.size || granted.some((token) => !scopes.has(token)),
    };
}
/**
 * Returns the recorded meanings under their current names. A recorded name that is an older name now has been renamed or split
 * since, so everything that replaces it was part of it.
 */
function recordedTexts(policy, recorded, firstParty) {
    const named = recorded.flatMap((token) => namedMeanings(policy, token, firstParty));
    return new Set(named.map(({ text }) => text));
}
/**
 * Returns whether a granted scope includes a refresh token: the policy declares `offline_access`, and the scope covers it.
 *
 * @throws {@link PolicyError} `ERR_POLICY_UNKNOWN` for a value that is not a policy
 *
 * {@link https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess OpenID Connect Core, section 11}
 */
export function issuesRefreshToken(policy, scope) {
    return expandScope(compiledPolicyOf(policy), scope, false).includes(OFFLINE_ACCESS);
}
