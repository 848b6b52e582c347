import { printedScope } from "../grammar/scope-syntax.js";
import { acceptsValue, type Template } from "../grammar/template.js";
import type { CompiledPolicy, CompiledScope } from "./compiled.js";
import { closeOver, expandTokens, type Meaning, namedMeanings } from "./scope-meanings.js";

/** A scope that a list of scopes names: for certain values, or, without `values`, a template for each of its values. */
export type ListedScope = Meaning | TemplateScope;

/** A template that stands for each of its values. */
export interface TemplateScope {
  readonly scope: CompiledScope;
  readonly values: undefined;
  /** The template, placeholders in braces. */
  readonly text: string;
  /** For each placeholder of the scope: the places whose values it takes. */
  readonly sites: readonly Site[];
}

/** A placeholder of a template, as one that a value must fit. */
interface Site {
  readonly template: Template;
  readonly index: number;
}

/**
 * Returns the scopes that an entry of a ceiling or of a registered scope names, before implications. There, unlike in a
 * token, a template stands for each of its values.
 */
export function listedScopes(
  policy: CompiledPolicy,
  entry: string,
  firstParty: boolean,
): readonly ListedScope[] {
  const templates = policy.templates.get(printedScope(entry));
  if (templates === undefined) return namedMeanings(policy, entry, firstParty);
  return templates.flatMap(({ scope: id, template, values }) => {
    const scope = policy.scopes[id] as CompiledScope;
    const sites = values.map((index) => ({ template, index }));
    const listed: TemplateScope = { scope, values: undefined, text: scope.name, sites };
    return scope.reserved && !firstParty ? [] : [listed];
  });
}

/**
 * Returns what listed scopes mean, implied scopes included, each under its current name and without values that its own form
 * refuses.
 */
export function closeOverListed(
  policy: CompiledPolicy,
  listed: readonly ListedScope[],
): readonly ListedScope[] {
  return listed.flatMap((one) => {
    if (one.values !== undefined) return [...closeOver(policy, [one]).values()];
    return one.scope.closure.map(({ scope }) =>
      listedInFull(policy.scopes[scope] as CompiledScope),
    );
  });
}

/** A declared scope for each of the values that its own form accepts. */
function listedInFull(scope: CompiledScope): ListedScope {
  const { name, template } = scope;
  const sites = template.names.map((_, index) => ({ template, index }));
  return sites.length === 0
    ? { scope, values: [], text: name }
    : { scope, values: undefined, text: name, sites };
}

/** What a client may have: decides whether a scope is within a list of scopes, by their meanings. */
export interface ScopeCeiling {
  covers(scope: ListedScope): boolean;
}

/** Prepares a list of scopes as a ceiling. Entries that the policy does not know cover nothing. */
export function createCeiling(
  policy: CompiledPolicy,
  entries: readonly string[],
  firstParty: boolean,
): ScopeCeiling {
  const concrete = expandTokens(policy, entries, firstParty);
  const templates = new Map<number, (readonly Site[])[]>();
  for (const entry of entries) {
    for (const listed of listedScopes(policy, entry, firstParty)) {
      if (listed.values === undefined) addTemplate(templates, listed);
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

/** Notes a template with everything that it implies. */
function addTemplate(
  templates: Map<number, (readonly Site[])[]>,
  { scope, sites }: TemplateScope,
): void {
  for (const { scope: id, values } of scope.closure) {
    const reached = values.map((place) => sites[place] as Site);
    const known = templates.get(id);
    if (known === undefined) templates.set(id, [reached]);
    else known.push(reached);
  }
}

function areTaken(values: readonly string[], sites: readonly Site[]): boolean {
  return sites.every(({ template, index }, at) => acceptsValue(template, index, values[at]));
}

/** Values of every kind that one form of template accepts and another refuses. */
const PROBES = ["a", "a.b", "urn"];

/** Whether each value that fits the first sites fits the second ones. */
function areWithin(inner: readonly Site[], outer: readonly Site[]): boolean {
  return inner.every((site, at) => {
    const other = outer[at] as Site;
    return PROBES.every(
      (value) =>
        !acceptsValue(site.template, site.index, value) ||
        acceptsValue(other.template, other.index, value),
    );
  });
}
