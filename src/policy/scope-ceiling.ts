import { printedScope } from "../grammar/scope-syntax.js";
import { acceptanceKey, acceptsValue, type Template } from "../grammar/template.js";
import type { CompiledPolicy, CompiledScope } from "./compiled.js";
import {
  closeOver,
  expandTokens,
  type Meaning,
  namedMeanings,
  withoutImplied,
} from "./scope-meanings.js";

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
  const meanings = listed.filter((one) => one.values !== undefined);
  const templates = listed.filter((one) => one.values === undefined);
  const ids = new Set(templates.flatMap((one) => one.scope.closure.map(({ scope }) => scope)));
  return [
    ...closeOver(policy, meanings).values(),
    ...[...ids].map((id) => listedInFull(policy.scopes[id] as CompiledScope)),
  ];
}

/**
 * Returns the texts of the listed scopes that none of the others implies, for what {@link closeOverListed} returns of one entry:
 * templates in full, or scopes with values. Each step of an implication is taken once for sites that accept the same values.
 */
export function textsWithoutImplied(
  policy: CompiledPolicy,
  listed: readonly ListedScope[],
): ReadonlySet<string> {
  const meanings = listed.filter((one) => one.values !== undefined);
  const left = new Set(withoutImplied(policy, meanings).map(({ text }) => text));
  const templates = listed.filter((one) => one.values === undefined);
  for (const { text } of templates) left.add(text);
  const seen = new Set<string>();
  const queue = templates.flatMap(stepsFrom);
  for (const { scope: id, sites } of queue) {
    const scope = policy.scopes[id] as CompiledScope;
    const accepted = sites.map(({ template, index }) => acceptanceKey(template, index));
    const key = [id, ...accepted].join(" ");
    if (seen.has(key)) continue;
    seen.add(key);
    if (areWithin(sitesInFull(scope), sites)) left.delete(scope.name);
    queue.push(...stepsFrom({ scope, sites }));
  }
  return left;
}

/** What a template implies in one step. */
function stepsFrom({ scope, sites }: Pick<TemplateScope, "scope" | "sites">) {
  return scope.implies.map((implied) => ({
    scope: implied.scope,
    sites: implied.values.map((place) => sites[place] as Site),
  }));
}

function sitesInFull({ template }: CompiledScope): readonly Site[] {
  return template.names.map((_, index) => ({ template, index }));
}

/** A declared scope for each of the values that its own form accepts. */
function listedInFull(scope: CompiledScope): ListedScope {
  const { name } = scope;
  const sites = sitesInFull(scope);
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
