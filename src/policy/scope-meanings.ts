import { hasPlaceholder } from "../grammar/placeholder.js";
import { readScopeTokens } from "../grammar/scope.js";
import { acceptsGranted, bindTemplate } from "../grammar/template.js";
import type { CompiledPolicy, CompiledScope } from "./compiled-policy.js";

/**
 * A meaning of a scope token: a declared scope with the values of its placeholders. The meanings of a token are the scope that it
 * names, or every scope that replaces it, and all scopes that these imply.
 */
export interface Meaning {
  readonly scope: CompiledScope;
  readonly values: readonly string[];
  /** The scope token of the meaning, with the current name of the scope. */
  readonly text: string;
}

/** Meanings by their text. */
export type Meanings = ReadonlyMap<string, Meaning>;

/** A declared scope with values that its form may not accept, because they can come from a name of another form. */
interface ReachedScope {
  readonly scope: CompiledScope;
  readonly values: readonly string[];
  /** The scope token. `undefined` if the form does not accept the values: no call can use the scope, so it is not a meaning. */
  readonly text: string | undefined;
}

/**
 * Returns the scopes that one scope token names, before implications: the declared scope of that name, or every scope that
 * replaces it. A scope that does not accept the values of the older name is replaced by the scopes that it implies. Returns an
 * empty list for a token that the policy does not know. For a third party, a reserved scope is not a meaning.
 */
export function namedMeanings(
  policy: CompiledPolicy,
  token: string,
  firstParty: boolean,
): readonly Meaning[] {
  const named: ReachedScope[] = [];
  for (const lookup of policy.lookups) {
    lookup(token).forEach((id, values) => {
      const scope = policy.scopes[id] as CompiledScope;
      if (firstParty || !scope.reserved) named.push(reach(scope, values));
    });
  }
  return follow(policy, named, ({ text }) => text === undefined).filter(isMeaning);
}

/** Returns all meanings of scope tokens, including implied ones, in declared order. */
export function expandTokens(
  policy: CompiledPolicy,
  tokens: readonly string[],
  firstParty: boolean,
): Meanings {
  return withImpliedMeanings(
    policy,
    tokens.flatMap((token) => namedMeanings(policy, token, firstParty)),
  );
}

/** Returns meanings and all meanings that they imply, in declared order. */
export function withImpliedMeanings(policy: CompiledPolicy, roots: Iterable<Meaning>): Meanings {
  const all = follow(policy, roots, () => true).filter(isMeaning);
  return new Map(all.sort(byDeclaration).map((meaning) => [meaning.text, meaning]));
}

/** Returns the scope tokens that cover a meaning by its matching rule: its own text, then the others. */
export function coveringTexts({ scope, values, text }: Meaning): readonly string[] {
  const { template } = scope;
  const [value] = values;
  if (template.coverage === undefined || value === undefined) return [text];
  return template.coverage.covering(value).map((other) => bindTemplate(template, [other]));
}

/** Returns whether some scope tokens, including those that they imply, cover a meaning. */
export function isCovered(granted: { has(text: string): boolean }, meaning: Meaning): boolean {
  return coveringTexts(meaning).some((text) => granted.has(text));
}

/** Returns the meanings that none of the others implies or covers, in declared order: the smallest set that covers the same. */
export function withoutImplied(
  policy: CompiledPolicy,
  meanings: Iterable<Meaning>,
): readonly Meaning[] {
  const given = new Map([...meanings].map((meaning) => [meaning.text, meaning]));
  const steps = [...given.values()].flatMap((meaning) => stepFrom(policy, meaning));
  const implied = new Set(follow(policy, steps, () => true).flatMap(({ text }) => text ?? []));
  const isRest = (meaning: Meaning) =>
    !coveringTexts(meaning).some(
      (text) => implied.has(text) || (text !== meaning.text && given.has(text)),
    );
  return [...given.values()].filter(isRest).sort(byDeclaration);
}

/** Returns the given scopes, and those that they imply as far as `goesOn` allows. Follows each step of an implication once. */
function follow(
  policy: CompiledPolicy,
  roots: Iterable<ReachedScope>,
  goesOn: (reached: ReachedScope) => boolean,
): ReachedScope[] {
  const found = new Map<string, ReachedScope>();
  const queue = [...roots];
  for (const next of queue) {
    const key = [next.scope.id, ...next.values].join(" ");
    if (found.has(key)) continue;
    found.set(key, next);
    if (goesOn(next)) queue.push(...stepFrom(policy, next));
  }
  return [...found.values()];
}

/** Returns the scopes that a scope implies directly. */
function stepFrom(
  policy: CompiledPolicy,
  { scope, values }: ReachedScope,
): readonly ReachedScope[] {
  return scope.implies.map((implied) =>
    reach(
      policy.scopes[implied.scope] as CompiledScope,
      implied.values.map((place) => values[place] as string),
    ),
  );
}

function reach(scope: CompiledScope, values: readonly string[]): ReachedScope {
  const { template } = scope;
  const isLegal = values.every((value, index) => acceptsGranted(template, index, value));
  return { scope, values, text: isLegal ? bindTemplate(template, values) : undefined };
}

function isMeaning(reached: ReachedScope): reached is Meaning {
  return reached.text !== undefined;
}

/** Compares by declared order, then by text. */
function byDeclaration(left: Meaning, right: Meaning): number {
  return left.scope.id - right.scope.id || (left.text < right.text ? -1 : 1);
}

/**
 * Parses the scope of an access token or a grant. Returns `undefined` if a decision would deny it: malformed, or with a
 * placeholder.
 */
export function readGrantedTokens(scope: unknown): readonly string[] | undefined {
  const tokens = readScopeTokens(scope);
  return tokens?.some(hasPlaceholder) === true ? undefined : tokens;
}

/** Returns all meanings of a scope as scope tokens, in declared order. */
export function expandScope(policy: CompiledPolicy, scope: unknown, firstParty: boolean): string[] {
  return [...expandTokens(policy, readGrantedTokens(scope) ?? [], firstParty).keys()];
}

/** Returns the part of `wanted` that `granted` does not cover; `undefined` if either is malformed. */
export function missingScope(
  policy: CompiledPolicy,
  granted: unknown,
  wanted: unknown,
  firstParty: boolean,
): string | undefined {
  const grantedTokens = readGrantedTokens(granted);
  const wantedTokens = readScopeTokens(wanted);
  if (grantedTokens === undefined || wantedTokens === undefined) return undefined;
  const covered = expandTokens(policy, grantedTokens, firstParty);
  const lacking: Meaning[] = [];
  const unknown: string[] = [];
  for (const token of wantedTokens) {
    const named = namedMeanings(policy, token, firstParty);
    if (named.length === 0) unknown.push(token);
    lacking.push(...named.filter((meaning) => !isCovered(covered, meaning)));
  }
  return [...withoutImplied(policy, lacking).map(({ text }) => text), ...unknown].join(" ");
}

/** Returns the smallest scope that covers the same meanings. */
export function reduceScope(policy: CompiledPolicy, scope: unknown, firstParty: boolean): string {
  const meanings = expandTokens(policy, readGrantedTokens(scope) ?? [], firstParty);
  return withoutImplied(policy, meanings.values())
    .map(({ text }) => text)
    .join(" ");
}
