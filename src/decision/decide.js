import { acceptsValue } from "../grammar/template.js";
import { isToolName } from "../policy/tool-names.js";
import { readOwn } from "./access-token.js";
import { allowed, INVALID_TOKEN, invalidParams, PUBLIC, PUBLIC_ENRICHED, UNAUTHENTICATED, UNKNOWN_OPERATION, } from "./decision.js";
import { evaluateForCall, firstMetAlternative, firstMetByScopes, isMet, } from "./evaluate.js";
import { explainDenial, explainMissingScopes } from "./explain-denial.js";
import { combinePatterns, prepareOperation, scopesOf, } from "./prepare.js";
import { createTokenScopesReader, hasScope, } from "./token-scopes.js";
/** Creates the decider of a compiled policy. */
export function createDecider(policy) {
    const operations = new Map();
    for (const [name, operation] of policy.operations)
        operations.set(name, prepareOperation(operation));
    return {
        policy,
        read: createTokenScopesReader(policy),
        operations,
        patterns: policy.patterns.map(({ matches, operation }) => ({
            matches,
            operation: prepareOperation(operation),
        })),
    };
}
/** Returns the operation of a name: its exact entry, otherwise the patterns that match it combined. */
export function operationOf(decider, name) {
    if (typeof name !== "string")
        return undefined;
    const exact = decider.operations.get(name);
    if (exact !== undefined || decider.patterns.length === 0 || !isToolName(name))
        return exact;
    const matching = decider.patterns.filter((pattern) => pattern.matches(name));
    return combinePatterns(name, matching.map((pattern) => pattern.operation));
}
/** Returns the decision about a call. Total: any value in any position gives a decision. */
export function decide(decider, token, name, params) {
    const operation = operationOf(decider, name);
    if (operation === undefined)
        return UNKNOWN_OPERATION;
    return decideOperation(decider, operation, token, params);
}
/** Returns the decision about a call of a resolved operation. The order of its steps, that of `DECISION_CODES`, is guaranteed. */
export function decideOperation(decider, operation, token, params) {
    const { scopesOnly } = operation;
    if (scopesOnly !== undefined) {
        // not denied, no parameter, not public: of the steps below, only those about the token are left
        if (token === undefined)
            return UNAUTHENTICATED;
        const tokenScopes = tokenScopesOf(decider, token);
        return tokenScopes === undefined ? INVALID_TOKEN : decideByScopes(scopesOnly, tokenScopes);
    }
    if (operation.denied !== undefined)
        return operation.denied;
    const cases = operation.plain ?? readCases(operation, params);
    if (typeof cases === "string")
        return invalidParams(cases);
    if (token === undefined)
        return operation.public ? PUBLIC : UNAUTHENTICATED;
    const tokenScopes = tokenScopesOf(decider, token);
    if (tokenScopes === undefined)
        return INVALID_TOKEN;
    const facts = factsOf(decider.policy, operation, token);
    if (operation.public)
        return isEnriched(operation, tokenScopes, facts) ? PUBLIC_ENRICHED : PUBLIC;
    const granted = grant(cases, tokenScopes, facts);
    if (granted !== undefined)
        return granted;
    const judge = (facts) => cases.map((one) => evaluateForCall(one, tokenScopes, facts));
    return explainDenial(decider.policy, judge(facts), tokenScopes, facts, judge);
}
/** Returns the decision about a rule that requires only scopes. */
function decideByScopes(rule, tokenScopes) {
    if (rule.single === undefined) {
        const met = firstMetByScopes(rule, tokenScopes);
        return met === undefined ? explainMissingScopes(rule, tokenScopes) : met.granted;
    }
    // most decisions end here; the ids lie side by side, since reading each from its alternative takes a tenth of the time
    const { ids, denial } = rule.single;
    for (let index = 0; index < ids.length; index += 1) {
        if (hasScope(tokenScopes, ids[index]))
            return rule.alternatives[index].granted;
    }
    return denial;
}
/** Returns the scopes in a token, reserved ones only for a first-party client; `undefined` for an invalid token. */
export function tokenScopesOf(decider, token) {
    const scopes = decider.read(token);
    return scopes && (isFirstParty(token) ? scopes.firstParty : scopes.thirdParty);
}
/** Returns whether the token has an own `first_party` member that is exactly `true`. */
function isFirstParty(token) {
    try {
        // the comparison comes first: for most tokens it is the only cost
        return (token.first_party === true &&
            Object.hasOwn(token, "first_party"));
    }
    catch {
        return false; // a getter or a proxy that throws
    }
}
const NO_FACTS = {
    firstParty: false,
    tier: undefined,
    rank: -1,
    accountType: undefined,
};
/** Reads the facts of a token that the conditions of an operation need. Without conditions, nothing is read. */
export function factsOf(policy, operation, token) {
    if (!operation.gated)
        return NO_FACTS;
    const tier = readOwn(token, "tier");
    const named = typeof tier === "string" ? tier : undefined;
    const rank = named === undefined ? -1 : (policy.tierRank.get(named) ?? -1);
    const accountType = readOwn(token, "account_type");
    return { firstParty: isFirstParty(token), tier: named, rank, accountType };
}
/** Returns the cases of a call, or the name of the first parameter whose value is missing or not safe. */
function readCases({ rules }, params) {
    const cases = [];
    for (const rule of rules) {
        const values = readValues(rule, params);
        if (typeof values === "string")
            return values;
        cases.push({ rule, values });
    }
    return cases;
}
/** Returns the values of a rule's parameters, or the name of the first one whose value is missing or not safe. */
function readValues(rule, params) {
    const values = [];
    for (const { name, sites } of rule.params) {
        const value = readOwn(params, name);
        if (!sites.every(({ template, index }) => acceptsValue(template, index, value)))
            return name;
        values.push(value);
    }
    return values;
}
/** Returns whether a public operation may show its enriched detail: the token meets every `enrichedBy` of its rules. */
function isEnriched({ rules }, tokenScopes, facts) {
    const asked = rules.flatMap((rule) => rule.enriched ?? []);
    return asked.length > 0 && asked.every((one) => isMet(one, tokenScopes, facts, []));
}
/**
 * Returns the decision if the token meets an alternative of every case, otherwise `undefined`. The decision names the first
 * declared one of each.
 */
function grant(cases, tokenScopes, facts) {
    if (cases.length === 1) {
        const only = cases[0];
        const met = firstMetAlternative(only, tokenScopes, facts);
        return met && (met.granted ?? allowed(scopesOf(met, only.values)));
    }
    const scopes = [];
    for (const one of cases) {
        const met = firstMetAlternative(one, tokenScopes, facts);
        if (met === undefined)
            return undefined;
        scopes.push(...scopesOf(met, one.values));
    }
    return allowed([...new Set(scopes)]);
}
