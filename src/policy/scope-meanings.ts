import { readScopeTokens } from "../grammar/scope.js";
import { holdsPlaceholder } from "../grammar/scope-syntax.js";
import { acceptsValue, bindTemplate, type Template } from "../grammar/template.js";
import type { CompiledPolicy, CompiledScope, Implied } from "./compiled.js";

/**
 * A meaning of a scope token: a declared scope with the values of its placeholders. A token means the scope that it
 * names, or every scope that replaces it, and everything these imply.
 */
export interface Meaning {
  readonly scope: CompiledScope;
  readonly values: readonly string[];
  /** The scope token of the meaning, under the scope's current name. */
  readonly text: string;
}

/** Meanings by their text. */
export type Meanings = ReadonlyMap<string, Meaning>;

/**
 * Returns the scopes that one scope token names, before implications: the declared scope of that name, or every scope that
 * replaces it. Empty for a token that the policy does not know. For a third party, a reserved scope is not a meaning.
 */
export function namedMeanings(
  policy: CompiledPolicy,
  token: string,
  firstParty: boolean,
): readonly Meaning[] {
  const named: Meaning[] = [];
  for (const lookup of policy.lookups) {
    lookup(token).forEach((id, values) => {
      const scope = policy.scopes[id] as CompiledScope;
      const meaning = meaningOf(scope, values);
      if (meaning !== undefined && (firstParty || !scope.reserved)) named.push(meaning);
    });
  }
  return named;
}

/** Returns all meanings of scope tokens, implied ones included, in declared order. */
export function expandTokens(
  policy: CompiledPolicy,
  tokens: readonly string[],
  firstParty: boolean,
): Meanings {
  return closeOver(
    policy,
    tokens.flatMap((token) => namedMeanings(policy, token, firstParty)),
  );
}

/** Returns meanings with everything that they imply, in declared order. Each step of an implication is taken once. */
export function closeOver(policy: CompiledPolicy, roots: Iterable<Meaning>): Meanings {
  const found = new Map<string, Meaning>();
  const open: Meaning[] = [];
  const add = (meaning: Meaning) => {
    if (found.has(meaning.text)) return;
    found.set(meaning.text, meaning);
    open.push(meaning);
  };
  for (const root of roots) add(root);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const implied of stepFrom(policy, next)) add(implied);
  }
  return new Map([...found].sort(([, left], [, right]) => left.scope.id - right.scope.id));
}

/** Returns the meanings that none of the others implies: the smallest set with the same meanings. */
export function withoutImplied(
  policy: CompiledPolicy,
  meanings: Iterable<Meaning>,
): readonly Meaning[] {
  const all = closeOver(policy, meanings);
  const implied = new Set<string>();
  for (const meaning of all.values()) {
    for (const { text } of stepFrom(policy, meaning)) implied.add(text);
  }
  return [...all.values()].filter(({ text }) => !implied.has(text));
}

/** What a meaning implies in one step. */
function stepFrom(policy: CompiledPolicy, { scope, values }: Meaning): readonly Meaning[] {
  return scope.implies.flatMap(
    (implied) =>
      meaningOf(policy.scopes[implied.scope] as CompiledScope, valuesOf(implied, values)) ?? [],
  );
}

function valuesOf({ values: places }: Implied, values: readonly string[]): readonly string[] {
  return places.map((place) => values[place] as string);
}

/** `undefined` where a value comes from a name of another form and cannot stand in this one: no call can use it. */
function meaningOf(scope: CompiledScope, values: readonly string[]): Meaning | undefined {
  const { template } = scope;
  return accepts(template, values)
    ? { scope, values, text: bindTemplate(template, values) }
    : undefined;
}

function accepts(template: Template, values: readonly string[]): boolean {
  return values.every((value, index) => acceptsValue(template, index, value));
}

/** Reads the scope of a token or a grant; `undefined` where a decision would refuse it: malformed, or with a placeholder. */
export function readGrantedTokens(scope: unknown): readonly string[] | undefined {
  const tokens = readScopeTokens(scope);
  return tokens?.some(holdsPlaceholder) === true ? undefined : tokens;
}

/** All meanings of a scope as scope tokens, in declared order. */
export function expandScope(policy: CompiledPolicy, scope: unknown, firstParty: boolean): string[] {
  return [...expandTokens(policy, readGrantedTokens(scope) ?? [], firstParty).keys()];
}

/** The part of `wanted` that `granted` does not cover; `undefined` where either is malformed. */
export function missingScope(
  policy: CompiledPolicy,
  granted: unknown,
  wanted: unknown,
  firstParty: boolean,
): string | undefined {
  const held = readGrantedTokens(granted);
  const asked = readScopeTokens(wanted);
  if (held === undefined || asked === undefined) return undefined;
  const covered = expandTokens(policy, held, firstParty);
  const lacking: Meaning[] = [];
  const unknown: string[] = [];
  for (const token of asked) {
    const named = namedMeanings(policy, token, firstParty);
    if (named.length === 0) unknown.push(token);
    lacking.push(...named.filter(({ text }) => !covered.has(text)));
  }
  return [...withoutImplied(policy, lacking).map(({ text }) => text), ...unknown].join(" ");
}

/** The smallest scope with the same meanings. */
export function reduceScope(policy: CompiledPolicy, scope: unknown, firstParty: boolean): string {
  const meanings = expandTokens(policy, readGrantedTokens(scope) ?? [], firstParty);
  return withoutImplied(policy, meanings.values())
    .map(({ text }) => text)
    .join(" ");
}
