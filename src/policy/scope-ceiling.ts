import { PROBE_VALUES } from "../grammar/bound-value.js";
import { printedScope } from "../grammar/scope-syntax.js";
import { acceptanceKey, acceptsGranted, acceptsValue, type Template } from "../grammar/template.js";
import type { CompiledPolicy, CompiledScope } from "./compiled-policy.js";
import {
  expandTokens,
  isCovered,
  type Meaning,
  namedMeanings,
  withImpliedMeanings,
  withoutImplied,
} from "./scope-meanings.js";

/** A scope in a list of scopes: with certain values, or as a template for each of its values (without `values`). */
export type ListedScope = Meaning | TemplateScope;

/** A template that represents each of its values. */
export interface TemplateScope {
  readonly scope: CompiledScope;
  readonly values: undefined;
  /** The template, with placeholders in braces. */
  readonly text: string;
  /** For each placeholder of the scope: the placeholder of a template whose values it accepts. */
  readonly sites: readonly Site[];
}

/** A placeholder of a template, which determines the values that are accepted. */
interface Site {
  readonly template: Template;
  readonly index: number;
}

/**
 * Returns the scopes that an entry of a ceiling or of a registered scope names, before implications. Unlike in a token, a
 * template there represents each of its values.
 */
export function listedScopes(
  policy: CompiledPolicy,
  entry: string,
  firstParty: boolean,
): readonly ListedScope[] {
  const templates = policy.templates.get(printedScope(entry));
  if (templates === undefined) return namedMeanings(policy, entry, firstParty);
  return templates.flatMap(({ declared, template, values }) => {
    const scope = policy.scopes[declared] as CompiledScope;
    const sites = values.map((index) => ({ template, index }));
    const listed: TemplateScope = { scope, values: undefined, text: scope.name, sites };
    return scope.reserved && !firstParty ? [] : [listed];
  });
}

/**
 * Returns all meanings of listed scopes, including implied scopes. Each has its current name and only values that its own form
 * accepts.
 */
export function withImpliedListed(
  policy: CompiledPolicy,
  listed: readonly ListedScope[],
): readonly ListedScope[] {
  const meanings = listed.filter((one) => one.values !== undefined);
  const templates = listed.filter((one) => one.values === undefined);
  const ids = new Set(templates.flatMap((one) => one.scope.closure.map(({ scope }) => scope)));
  return [
    ...withImpliedMeanings(policy, meanings).values(),
    ...[...ids].map((id) => listedInFull(policy.scopes[id] as CompiledScope)),
  ];
}

/**
 * Returns the texts of the listed scopes that none of the others implies. The input is the result of {@link withImpliedListed} for
 * one entry: full templates, or scopes with values. Each step of an implication is followed once for sites that accept the same
 * values.
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

/** Returns the scopes that a template implies directly. */
function stepsFrom({ scope, sites }: Pick<TemplateScope, "scope" | "sites">) {
  return scope.implies.map((implied) => ({
    scope: implied.scope,
    sites: implied.values.map((place) => sites[place] as Site),
  }));
}

function sitesInFull({ template }: CompiledScope): readonly Site[] {
  return template.names.map((_, index) => ({ template, index }));
}

/** Returns a declared scope with all values that its own form accepts. */
function listedInFull(scope: CompiledScope): ListedScope {
  const { name } = scope;
  const sites = sitesInFull(scope);
  return sites.length === 0
    ? { scope, values: [], text: name }
    : { scope, values: undefined, text: name, sites };
}

/** The most that a client may be granted, as a list of scopes. */
export interface ScopeCeiling {
  /**
   * Returns whether a scope is within the list, by the meanings of the scopes. A template is only if one entry covers all of its
   * values: entries that cover some of them each are not added up.
   */
  covers(scope: ListedScope): boolean;
  /** Returns whether a scope is within the list for some values. */
  coversSome(scope: CompiledScope): boolean;
}

/** Creates a ceiling from a list of scopes. Entries that the policy does not know cover nothing. */
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
      return (
        isCovered(concrete, listed) || covering.some((sites) => areTaken(listed.values, sites))
      );
    },
    coversSome: ({ id }) =>
      templates.has(id) || [...concrete.values()].some(({ scope }) => scope.id === id),
  };
}

/** Adds a template and every scope that it implies. */
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
  return sites.every(({ template, index }, at) => acceptsGranted(template, index, values[at]));
}

/** Returns whether every value that the inner sites accept is accepted by the outer ones. */
function areWithin(inner: readonly Site[], outer: readonly Site[]): boolean {
  return inner.every((site, at) => {
    const other = outer[at] as Site;
    if (acceptanceKey(site.template, site.index) === acceptanceKey(other.template, other.index)) {
      return true;
    }
    return PROBE_VALUES.every(
      (value) =>
        !acceptsValue(site.template, site.index, value) ||
        acceptsValue(other.template, other.index, value),
    );
  });
}
