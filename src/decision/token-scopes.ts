import { entryOf } from "../grammar/entry-of.js";
import type { CompiledPolicy, CompiledScope } from "../policy/compiled-policy.js";
import type { PreparedUse, Values } from "./prepared.js";
import { createScopeSet, hasId, idsOf, isFar, type ScopeSet } from "./scope-set.js";

/**
 * The scopes that are granted in a token, including implied ones, but not reserved ones. There is one object for each token that is
 * held, so it has what most tokens have in 64 bytes, and the rest in {@link MoreScopes}.
 */
export interface TokenScopes {
  /** The scope text of the token; `""` if its scope is a list. */
  readonly text: string;
  /** The first 64 scopes, as in a {@link ScopeSet}. A template is granted if it is for any values. */
  readonly low: number;
  readonly high: number;
  /**
   * The values of every template that is granted, joined by spaces, if all have the same ones: most tokens are bound to one value, and
   * then one comparison answers for all templates. Otherwise `undefined`.
   */
  readonly values: string | undefined;
  /** The rest; `undefined` for most tokens. */
  readonly more: MoreScopes | undefined;
}

interface MoreScopes {
  /** The scopes from the 65th on. */
  readonly far: ScopeSet["far"];
  /** The templates by their values, if the token has different ones. */
  readonly byValues: ReadonlyMap<string, ScopeSet> | undefined;
  /** The bound scopes in the order of the token, each its id and its values, joined by spaces; empty if all have the same values. */
  readonly keys: readonly string[];
  /** The scopes for a first-party client; `undefined` if they are the same. */
  readonly firstParty: TokenScopes | undefined;
}

/** Granted scopes while they are collected. */
export interface TokenScopesDraft {
  readonly ids: number[];
  /** Each bound scope with its values. No value contains a space. */
  readonly bound: (readonly [scope: number, values: string])[];
  /** Whether a template is granted for values that no call can use, so it is not in `bound` for them. */
  hasUnusable: boolean;
}

/** Creates the scopes of a token. */
export function createTokenScopes(
  text: string,
  { ids, bound, hasUnusable }: TokenScopesDraft,
  firstParty: TokenScopes | undefined,
): TokenScopes {
  const { low, high, far } = createScopeSet(ids);
  const [first] = bound;
  const isOne = !hasUnusable && bound.every(([, values]) => values === first?.[1]);
  const values = isOne ? first?.[1] : undefined;
  if (isOne && far === undefined && firstParty === undefined)
    return { text, low, high, values, more: undefined };
  const byValues = isOne ? undefined : setsByValues(bound);
  const keys = isOne ? [] : [...new Set(bound.map(([scope, values]) => `${scope} ${values}`))];
  return { text, low, high, values, more: { far, byValues, keys, firstParty } };
}

function setsByValues(bound: TokenScopesDraft["bound"]): ReadonlyMap<string, ScopeSet> {
  const lists = new Map<string, number[]>();
  for (const [scope, values] of bound) entryOf(lists, values, (): number[] => []).push(scope);
  return new Map([...lists].map(([values, scopes]) => [values, createScopeSet(scopes)]));
}

/** Returns the scopes of a token of a first-party client. */
export function firstPartyScopes(tokenScopes: TokenScopes): TokenScopes {
  return tokenScopes.more?.firstParty ?? tokenScopes;
}

/** Returns whether a scope is in the token; for a template, whether it is for any value. */
export function hasScope({ low, high, more }: TokenScopes, scope: number): boolean {
  if (scope < 32) return ((low >>> scope) & 1) === 1;
  if (scope < 64) return ((high >>> scope) & 1) === 1;
  return more !== undefined && isFar(more.far, scope);
}

/** Returns whether a template is in the token for these values; `undefined` if the token does not have it for any value. */
export function hasBoundScope(
  tokenScopes: TokenScopes,
  { scope, params, coverage }: PreparedUse,
  values: Values,
): boolean | undefined {
  if (!hasScope(tokenScopes, scope)) return undefined;
  const value = values[params[0] as number];
  if (coverage === undefined)
    return isFor(tokenScopes, scope, params.length === 1 ? value : joinValues(params, values));
  // a value that is not known, in a list of tools, is covered if every value is
  if (value === undefined) return isFor(tokenScopes, scope, coverage.every);
  return coverage.covering(value).some((one) => isFor(tokenScopes, scope, one));
}

/** Returns whether the token has a template, which it has for some values, for these. */
export function isFor(
  { values: only, more }: TokenScopes,
  scope: number,
  values: string | undefined,
): boolean {
  if (values === undefined) return false;
  if (only !== undefined) return only === values;
  const found = more?.byValues?.get(values);
  return found !== undefined && hasId(found, scope);
}

/** Joins the values at some places. */
export function joinValues(places: readonly number[], values: Values): string {
  return places.map((place) => values[place]).join(" ");
}

/** Returns whether a token has all scopes of another one, for the same values. */
export function includesScopes(
  { scopes }: CompiledPolicy,
  tokenScopes: TokenScopes,
  others: TokenScopes,
): boolean {
  const { low, high, more } = others;
  const values = boundValuesOf(others);
  const isTemplate = (scope: number) => (scopes[scope] as CompiledScope).template.names.length > 0;
  return idsOf({ low, high, far: more?.far }).every(
    (scope) =>
      hasScope(tokenScopes, scope) &&
      (!isTemplate(scope) ||
        (values.get(scope) ?? []).every((list) => isFor(tokenScopes, scope, list.join(" ")))),
  );
}

/** The lists of values for which a token has each template, by the id of the template. */
export type BoundValues = ReadonlyMap<number, readonly (readonly string[])[]>;

/** Returns every list of values for which the token has any template. Visits all bound scopes, so it is not for each decision. */
export function boundValuesOf({ low, high, values, more }: TokenScopes): BoundValues {
  const lists = new Map<number, (readonly string[])[]>();
  if (values !== undefined) {
    // ids of scopes without placeholders are here too, and nothing asks for them
    for (const scope of idsOf({ low, high, far: more?.far })) lists.set(scope, [values.split(" ")]);
    return lists;
  }
  for (const key of more?.keys ?? []) {
    const [scope, ...values] = key.split(" ");
    const list = lists.get(Number(scope)) ?? [];
    list.push(values);
    lists.set(Number(scope), list);
  }
  return lists;
}
