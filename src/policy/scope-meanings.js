import { readScopeTokens } from "../grammar/scope.js";
import { hasPlaceholder } from "../grammar/scope-syntax.js";
import { acceptsValue, bindTemplate } from "../grammar/template.js";
/**
 * Returns the scopes that one scope token names, before implications: the declared scope of that name, or every scope that
 * replaces it. A scope that does not accept the values of the older name is replaced by the scopes that it implies. Returns an
 * empty list for a token that the policy does not know. For a third party, a reserved scope is not a meaning.
 */
export function namedMeanings(policy, token, firstParty) {
    const named = [];
    for (const lookup of policy.lookups) {
        lookup(token).forEach((id, values) => {
            const scope = policy.scopes[id];
            if (firstParty || !scope.reserved)
                named.push(reach(scope, values));
        });
    }
    return follow(policy, named, ({ text }) => text === undefined).filter(isMeaning);
}
/** Returns all meanings of scope tokens, including implied ones, in declared order. */
export function expandTokens(policy, tokens, firstParty) {
    return withImpliedMeanings(policy, tokens.flatMap((token) => namedMeanings(policy, token, firstParty)));
}
/** Returns meanings and all meanings that they imply, in declared order. */
export function withImpliedMeanings(policy, roots) {
    const all = follow(policy, roots, () => true).filter(isMeaning);
    return new Map(all.sort(byDeclaration).map((meaning) => [meaning.text, meaning]));
}
/** Returns the meanings that none of the others implies, in declared order: the smallest set that implies the same. */
export function withoutImplied(policy, meanings) {
    const given = new Map([...meanings].map((meaning) => [meaning.text, meaning]));
    const steps = [...given.values()].flatMap((meaning) => stepFrom(policy, meaning));
    for (const { text } of follow(policy, steps, () => true).filter(isMeaning))
        given.delete(text);
    return [...given.values()].sort(byDeclaration);
}
/** Returns the given scopes, and those that they imply as far as `goesOn` allows. Follows each step of an implication once. */
function follow(policy, roots, goesOn) {
    const found = new Map();
    const queue = [...roots];
    for (const next of queue) {
        const key = [next.scope.id, ...next.values].join(" ");
        if (found.has(key))
            continue;
        found.set(key, next);
        if (goesOn(next))
            queue.push(...stepFrom(policy, next));
    }
    return [...found.values()];
}
/** Returns the scopes that a scope implies directly. */
function stepFrom(policy, { scope, values }) {
    return scope.implies.map((implied) => reach(policy.scopes[implied.scope], implied.values.map((place) => values[place])));
}
function reach(scope, values) {
    const { template } = scope;
    const isLegal = values.every((value, index) => acceptsValue(template, index, value));
    return { scope, values, text: isLegal ? bindTemplate(template, values) : undefined };
}
function isMeaning(reached) {
    return reached.text !== undefined;
}
/** Compares by declared order, then by text. */
function byDeclaration(left, right) {
    return left.scope.id - right.scope.id || (left.text < right.text ? -1 : 1);
}
/**
 * Parses the scope of an access token or a grant. Returns `undefined` if a decision would deny it: malformed, or with a
 * placeholder.
 */
export function readGrantedTokens(scope) {
    const tokens = readScopeTokens(scope);
    return tokens?.some(hasPlaceholder) === true ? undefined : tokens;
}
/** Returns all meanings of a scope as scope tokens, in declared order. */
export function expandScope(policy, scope, firstParty) {
    return [...expandTokens(policy, readGrantedTokens(scope) ?? [], firstParty).keys()];
}
/** Returns the part of `wanted` that `granted` does not cover; `undefined` if either is malformed. */
export function missingScope(policy, granted, wanted, firstParty) {
    const grantedTokens = readGrantedTokens(granted);
    const wantedTokens = readScopeTokens(wanted);
    if (grantedTokens === undefined || wantedTokens === undefined)
        return undefined;
    const covered = expandTokens(policy, grantedTokens, firstParty);
    const lacking = [];
    const unknown = [];
    for (const token of wantedTokens) {
        const named = namedMeanings(policy, token, firstParty);
        if (named.length === 0)
            unknown.push(token);
        lacking.push(...named.filter(({ text }) => !covered.has(text)));
    }
    return [...withoutImplied(policy, lacking).map(({ text }) => text), ...unknown].join(" ");
}
/** Returns the smallest scope with the same meanings. */
export function reduceScope(policy, scope, firstParty) {
    const meanings = expandTokens(policy, readGrantedTokens(scope) ?? [], firstParty);
    return withoutImplied(policy, meanings.values())
        .map(({ text }) => text)
        .join(" ");
}
