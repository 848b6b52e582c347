import { bindTemplate } from "../grammar/template.js";
import { allowed, denied, insufficientScope, } from "./decision.js";
/** Compiles an operation of a policy for the request path. */
export function prepareOperation(operation) {
    const rules = operation.rules.map(prepareRule);
    return {
        name: operation.name,
        params: operation.params,
        public: operation.public,
        ...summarizeRules(rules, operation.denial === undefined ? undefined : denied(operation.denial)),
    };
}
const NO_VALUES = Object.freeze([]);
function summarizeRules(rules, denial) {
    const plain = rules.every((rule) => rule.params.length === 0)
        ? rules.map((rule) => ({ rule, values: NO_VALUES }))
        : undefined;
    const [rule, another] = rules;
    const isScopesOnly = denial === undefined && rule?.accepted !== undefined && another === undefined;
    return {
        denied: denial,
        rules,
        gated: rules.some((rule) => rule.gated),
        plain,
        scopesOnly: isScopesOnly ? rule : undefined,
    };
}
/** Returns what is precomputed for a rule that requires only scopes, without conditions and templates. */
function summarizeScopes(alternatives) {
    const granted = alternatives.flatMap((one) => (one.gated ? [] : (one.granted ?? [])));
    const [first] = granted;
    if (first === undefined || granted.length < alternatives.length)
        return { accepted: undefined, single: undefined };
    const accepted = Object.freeze(granted.map(({ scopes }) => scopes));
    const ids = alternatives.flatMap((one) => one.literals);
    if (alternatives.some((one) => one.literals.length !== 1))
        return { accepted, single: undefined };
    const denial = Object.freeze(insufficientScope(first.scopes, first.scopes, accepted));
    return { accepted, single: { ids, denial } };
}
function prepareRule(rule) {
    const prepare = createPreparer();
    const alternatives = rule.alternatives.map(prepare);
    const enriched = rule.enriched && prepare(rule.enriched);
    const gated = [...alternatives, ...(enriched ? [enriched] : [])].some((one) => one.gated);
    return { params: rule.params, alternatives, enriched, gated, ...summarizeScopes(alternatives) };
}
const NO_USES = Object.freeze([]);
/** Creates a function that prepares the alternatives of one rule. Equal uses of a scope are prepared once. */
function createPreparer() {
    const prepared = new Map();
    const prepareOnce = (use) => {
        const known = prepared.get(use) ?? prepareUse(use);
        prepared.set(use, known);
        return known;
    };
    return (source) => {
        const uses = source.uses.map(prepareOnce);
        const bound = uses.filter((use) => use.params.length > 0);
        return {
            source,
            uses,
            literals: uses.filter((use) => use.params.length === 0).map((use) => use.scope),
            bound: bound.length === 0 ? NO_USES : bound,
            gated: source.reserved || source.accountTypes !== undefined || source.tier >= 0,
            granted: source.scopes && Object.freeze(allowed(source.scopes)),
        };
    };
}
/** Marks a gap: a character that no scope-token contains. */
const GAP = " ";
function prepareUse({ scope, params }) {
    const { template } = scope;
    if (params.length === 0)
        return { scope: scope.id, params, pieces: [scope.name], gaps: [] };
    const pieces = bindTemplate(template, template.names.map(() => GAP)).split(GAP);
    const gaps = template.segments.filter((segment) => typeof segment === "number");
    return { scope: scope.id, params, pieces, gaps };
}
/** Returns the scopes of an alternative with their values. Scopes whose values are not known are left out. */
export function scopesOf({ source, uses }, values) {
    return source.scopes ?? textsOf(uses, values);
}
/** Returns the texts of scopes, each once: two templates have the same text if two parameters have the same value. */
export function textsOf(uses, values) {
    const known = uses.filter(({ params }) => params.every((place) => values[place] !== undefined));
    const texts = known.map((use) => scopeTextOf(use, values));
    return texts.length === 1 ? texts : [...new Set(texts)];
}
/** Returns the text of a scope for the values of a rule's parameters. */
function scopeTextOf({ params, pieces, gaps }, values) {
    let text = pieces[0];
    for (let index = 0; index < gaps.length; index += 1) {
        const param = params[gaps[index]];
        text += values[param] + pieces[index + 1];
    }
    return text;
}
/**
 * Combines the patterns that match a name into one operation. If one of them is a hard denial, the operation is denied.
 * Otherwise the token must meet the rules of all that are not public. The operation is public only if all of them are.
 * Returns `undefined` if no pattern matches.
 */
export function combinePatterns(name, matching) {
    const [first] = matching;
    if (first === undefined)
        return undefined;
    const isPublic = matching.every((operation) => operation.public);
    const demanding = matching.filter((operation) => isPublic || !operation.public);
    const rules = demanding.flatMap((operation) => operation.rules);
    return {
        name,
        params: Object.freeze([...new Set(demanding.flatMap((operation) => operation.params))]),
        public: isPublic,
        ...summarizeRules(rules, matching.find((operation) => operation.denied)?.denied),
    };
}
