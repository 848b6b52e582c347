import { hasBoundScope, hasScope } from "./token-scopes.js";
/** What blocks an alternative in a way that consent cannot fix. The first that applies, in this order, is its blocker. */
export const BLOCKERS = { reserved: 0, accountType: 1, tier: 2, binding: 3, nothing: 4 };
/** Returns the first condition of an alternative that the token does not meet: its blocker, bindings aside. */
function failedConditionOf({ source, gated }, facts) {
    if (!gated)
        return BLOCKERS.nothing;
    if (source.reserved && !facts.firstParty)
        return BLOCKERS.reserved;
    if (source.accountTypes?.some((type) => type === facts.accountType) === false)
        return BLOCKERS.accountType;
    return facts.rank < source.tier ? BLOCKERS.tier : BLOCKERS.nothing;
}
/**
 * Returns the first declared alternative that the token meets. An any-of rule is decided here; `decideByScopes` in `decide.ts`
 * is a shortcut with the same result for rules whose alternatives are one scope each.
 */
export function firstMetAlternative({ rule, values }, tokenScopes, facts) {
    const { alternatives } = rule;
    for (let index = 0; index < alternatives.length; index += 1) {
        const alternative = alternatives[index];
        if (isMet(alternative, tokenScopes, facts, values))
            return alternative;
    }
    return undefined;
}
/** As {@link firstMetAlternative}, for a rule that requires only scopes. */
export function firstMetByScopes({ alternatives }, tokenScopes) {
    for (let index = 0; index < alternatives.length; index += 1) {
        const alternative = alternatives[index];
        if (hasLiterals(alternative, tokenScopes))
            return alternative;
    }
    return undefined;
}
/** Returns whether an alternative is met: the token has all of its scopes, for these values, and meets its conditions. */
export function isMet(alternative, tokenScopes, facts, values) {
    if (!hasLiterals(alternative, tokenScopes))
        return false;
    const { bound } = alternative;
    for (let index = 0; index < bound.length; index += 1) {
        if (hasBoundScope(tokenScopes, bound[index], values) !== true)
            return false;
    }
    return failedConditionOf(alternative, facts) === BLOCKERS.nothing;
}
/** Returns whether the token has every scope without placeholders that an alternative requires. */
function hasLiterals({ literals }, tokenScopes) {
    // loops by index here and above: every decision runs them
    for (let index = 0; index < literals.length; index += 1) {
        if (!hasScope(tokenScopes, literals[index]))
            return false;
    }
    return true;
}
/** Returns what blocks each alternative of a rule for the values of a call. */
export function evaluateForCall({ rule, values }, tokenScopes, facts) {
    return rule.alternatives.map((alternative) => {
        const gate = failedConditionOf(alternative, facts);
        const isElsewhere = gate === BLOCKERS.nothing && mismatchesOf(alternative, tokenScopes, values).length > 0;
        return { rule, alternative, values, blockedBy: isElsewhere ? BLOCKERS.binding : gate };
    });
}
/** Returns what blocks each alternative of a rule for values that the token is bound to. */
export function evaluateForToken(rule, facts, search) {
    return rule.alternatives.map((alternative) => {
        const gate = failedConditionOf(alternative, facts);
        const values = gate === BLOCKERS.nothing ? search.find(rule, alternative) : [];
        const blockedBy = values === undefined ? BLOCKERS.binding : gate;
        return { rule, alternative, values: values ?? [], blockedBy };
    });
}
/** Returns the templates that the token has for other values only. */
export function mismatchesOf({ bound }, tokenScopes, values) {
    return bound.filter((use) => hasBoundScope(tokenScopes, use, values) === false);
}
