import { printedScope } from "../grammar/scope-syntax.js";
import { acceptsValue, type Template } from "../grammar/template.js";
import type { CompiledPolicy, CompiledScope, Implied } from "./compiled.js";
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
 * Returns what listed scopes mean, implied scopes included, each once under its current name and without values that its own
 * form refuses.
 */
export function closeOverListed(
  policy: CompiledPolicy,
  listed: readonly ListedScope[],
): readonly ListedScope[] {
  const inFull = listed
    .flatMap((one) => (one.values === undefined ? one.scope.closure : []))
    .map(({ scope }) => listedInFull(policy.scopes[scope] as CompiledScope));
  const all = [...closeOver(policy, listed.filter(isBound)).values(), ...inFull];
  return [...new Map(all.map((one) => [one.text, one])).values()];
}

function isBound(listed: ListedScope): listed is Meaning {
  return listed.values !== undefined;
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
      if (listed.values === undefined) addTemplate(templates, listed, listed.scope.closure);
    }
  }
  return {
    covers: (listed) =>
      (isBound(listed) && concrete.has(listed.text)) || isTaken(listed, templates),
  };
}

/** Returns the listed scopes that none of the others implies. */
export function withoutImpliedListed(
  policy: CompiledPolicy,
  listed: readonly ListedScope[],
): readonly ListedScope[] {
  const kept = new Set(withoutImplied(policy, listed.filter(isBound)).map(({ text }) => text));
  const templates = new Map<number, (readonly Site[])[]>();
  for (const one of listed) {
    const implied = ({ scope }: Implied) => scope !== one.scope.id;
    if (one.values === undefined) addTemplate(templates, one, one.scope.closure.filter(implied));
  }
  return listed.filter((one) => (!isBound(one) || kept.has(one.text)) && !isTaken(one, templates));
}

/** Notes the scopes that a template implies, with the values that it hands on to them. */
function addTemplate(
  templates: Map<number, (readonly Site[])[]>,
  { sites }: TemplateScope,
  closure: readonly Implied[],
): void {
  for (const { scope: id, values } of closure) {
    const reached = values.map((place) => sites[place] as Site);
    const known = templates.get(id);
    if (known === undefined) templates.set(id, [reached]);
    else known.push(reached);
  }
}

/** Whether one of the noted templates stands for a scope: for its values, or for each value of its template. */
function isTaken(
  listed: ListedScope,
  templates: ReadonlyMap<number, readonly (readonly Site[])[]>,
): boolean {
  const covering = templates.get(listed.scope.id) ?? [];
  if (listed.values === undefined) return covering.some((sites) => areWithin(listed.sites, sites));
  return covering.some((sites) => areTaken(listed.values, sites));
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
