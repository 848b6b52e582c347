import { decideOperation, factsOf, tokenScopesOf } from "./decide.js";
import { allowed, INVALID_TOKEN, UNAUTHENTICATED, } from "./decision.js";
import { evaluateForToken, isMet } from "./evaluate.js";
import { explainDenial, isMismatch } from "./explain-denial.js";
import { createValueSearch } from "./infer-bindings.js";
import { scopesOf } from "./prepare.js";
/** The codes of the tools in a list: tools that can be called, and tools that consent, an upgrade or a sign-in would open. */
export const LISTED_CODES = new Set([
    "allowed",
    "insufficient_scope",
    "upgrade_required",
    "unauthenticated",
]);
const listers = new WeakMap();
/** Stores how a policy lists its tools, the hidden ones included. */
export function storeToolLister(policy, list) {
    listers.set(policy, list);
}
/**
 * Returns what `toolsFor` returns, and the hidden tools: for lists of objects on which tools decide.
 *
 * @param policy - a value that `definePolicy` or `loadPolicy` returned
 */
export function listWithHiddenTools(policy, token) {
    const list = listers.get(policy);
    return list(token);
}
/**
 * Returns the exact tools of a policy in declared order with their decisions for one token. Hidden tools are left out by
 * default.
 */
export function listTools(decider, token, withHidden = false) {
    const scopes = token === undefined ? undefined : decider.read(token);
    // read once: a scope that is a list would be read again for each tool
    const reader = { ...decider, read: () => scopes };
    const tokenScopes = tokenScopesOf(reader, token);
    const seen = tokenScopes && {
        tokenScopes,
        search: createValueSearch(tokenScopes),
        upgrades: createValueSearch(tokenScopes),
    };
    const views = [];
    for (const [name, { kind, hidden }] of decider.policy.operations) {
        const operation = decider.operations.get(name);
        if (kind !== "tool" || (hidden && !withHidden) || operation === undefined)
            continue;
        const decision = operation.plain === undefined
            ? decideForToken(decider.policy, operation, token, seen)
            : decideOperation(reader, operation, token, undefined);
        if (decision !== undefined && LISTED_CODES.has(decision.code))
            views.push({ name, decision });
    }
    return views;
}
/** Returns the decision for values that the token is bound to; `undefined` for a tool that a list leaves out. */
function decideForToken(policy, operation, token, seen) {
    if (operation.denied !== undefined)
        return operation.denied;
    if (token === undefined)
        return UNAUTHENTICATED;
    if (seen === undefined)
        return INVALID_TOKEN;
    const { tokenScopes, search, upgrades } = seen;
    const facts = factsOf(policy, operation, token);
    const judge = (facts, among) => operation.rules.map((rule) => evaluateForToken(rule, facts, among));
    const judged = judge(facts, search);
    // an exact entry has one rule
    const met = judged.flat().find((one) => isMet(one.alternative, tokenScopes, facts, one.values));
    if (met !== undefined)
        return allowed(scopesOf(met.alternative, met.values));
    // a list leaves these tools out; to find the parameter for the denial would visit every granted scope
    if (isMismatch(judged))
        return undefined;
    return explainDenial(policy, judged, tokenScopes, facts, (upgraded) => judge(upgraded, upgrades));
}
