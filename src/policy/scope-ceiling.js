import { printedScope } from "../grammar/scope-syntax.js";
import { acceptanceKey, acceptsValue } from "../grammar/template.js";
import { expandTokens, namedMeanings, withImpliedMeanings, withoutImplied, } from "./scope-meanings.js";
/**
 * Returns the scopes that an entry of a ceiling or of a registered scope names, before implications. Unlike in a token, a
 * template there represents each of its values.
 */
export function listedScopes(policy, entry, firstParty) {
    const templates = policy.templates.get(printedScope(entry));
    if (templates === undefined)
        return namedMeanings(policy, entry, firstParty);
    return templates.flatMap(({ scope: id, template, values }) => {
        const scope = policy.scopes[id];
        const sites = values.map((index) => ({ template, index }));
        const listed = { scope, values: undefined, text: scope.name, sites };
        return scope.reserved && !firstParty ? [] : [listed];
    });
}
/**
 * Returns all meanings of listed scopes, including implied scopes. Each has its current name and only values that its own form
 * accepts.
 */
export function withImpliedListed(policy, listed) {
    const meanings = listed.filter((one) => one.values !== undefined);
    const templates = listed.filter((one) => one.values === undefined);
    const ids = new Set(templates.flatMap((one) => one.scope.closure.map(({ scope }) => scope)));
    return [
        ...withImpliedMeanings(policy, meanings).values(),
        ...[...ids].map((id) => listedInFull(policy.scopes[id])),
    ];
}
/**
 * Returns the texts of the listed scopes that none of the others implies. The input is the result of {@link withImpliedListed} for
 * one entry: full templates, or scopes with values. Each step of an implication is followed once for sites that accept the same
 * values.
 */
export function textsWithoutImplied(policy, listed) {
    const meanings = listed.filter((one) => one.values !== undefined);
    const left = new Set(withoutImplied(policy, meanings).map(({ text }) => text));
    const templates = listed.filter((one) => one.values === undefined);
    for (const { text } of templates)
        left.add(text);
    const seen = new Set();
    const queue = templates.flatMap(stepsFrom);
    for (const { scope: id, sites } of queue) {
        const scope = policy.scopes[id];
        const accepted = sites.map(({ template, index }) => acceptanceKey(template, index));
        const key = [id, ...accepted].join(" ");
        if (seen.has(key))
            continue;
        seen.add(key);
        if (areWithin(sitesInFull(scope), sites))
            left.delete(scope.name);
        queue.push(...stepsFrom({ scope, sites }));
    }
    return left;
}
/** Returns the scopes that a template implies directly. */
function stepsFrom({ scope, sites }) {
    return scope.implies.map((implied) => ({
        scope: implied.scope,
        sites: implied.values.map((place) => sites[place]),
    }));
}
function sitesInFull({ template }) {
    return template.names.map((_, index) => ({ template, index }));
}
/** Returns a declared scope with all values that its own form accepts. */
function listedInFull(scope) {
    const { name } = scope;
    const sites = sitesInFull(scope);
    return sites.length === 0
        ? { scope, values: [], text: name }
        : { scope, values: undefined, text: name, sites };
}
/** Creates a ceiling from a list of scopes. Entries that the policy does not know cover nothing. */
export function createCeiling(policy, entries, firstParty) {
    const concrete = expandTokens(policy, entries, firstParty);
    const templates = new Map();
    for (const entry of entries) {
        for (const listed of listedScopes(policy, entry, firstParty)) {
            if (listed.values === undefined)
                addTemplate(templates, listed);
        }
    }
    return {
        covers: (listed) => {
            const covering = templates.get(listed.scope.id) ?? [];
            if (listed.values === undefined) {
                return covering.some((sites) => areWithin(listed.sites, sites));
            }
            return concrete.has(listed.text) || covering.some((sites) => areTaken(listed.values, sites));
        },
    };
}
/** Adds a template and every scope that it implies. */
function addTemplate(templates, { scope, sites }) {
    for (const { scope: id, values } of scope.closure) {
        const reached = values.map((place) => sites[place]);
        const known = templates.get(id);
        if (known === undefined)
            templates.set(id, [reached]);
        else
            known.push(reached);
    }
}
function areTaken(values, sites) {
    return sites.every(({ template, index }, at) => acceptsValue(template, index, values[at]));
}
/** One value of each kind that some form of template accepts and another rejects. */
const PROBES = ["a", "a.b", "urn"];
/** Returns whether every value that the inner sites accept is accepted by the outer ones. */
function areWithin(inner, outer) {
    return inner.every((site, at) => {
        const other = outer[at];
        return PROBES.every((value) => !acceptsValue(site.template, site.index, value) ||
            acceptsValue(other.template, other.index, value));
    });
}
