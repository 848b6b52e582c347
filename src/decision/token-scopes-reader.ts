import { hasPlaceholder } from "../grammar/placeholder.js";
import { MAX_SCOPE_LENGTH, MAX_SCOPE_TOKENS } from "../grammar/scope.js";
import { isScopeToken } from "../grammar/scope-token.js";
import { acceptsValue } from "../grammar/template.js";
import type { CompiledPolicy, CompiledScope, ImpliedScope } from "../policy/compiled-policy.js";
import { readOwn } from "./access-token.js";
import { keepScopes, type TokenMarks } from "./own-token.js";
import { createTextTable } from "./text-table.js";
import {
  countWords,
  createTokenScopes,
  firstPartyScopes,
  joinValues,
  moreOf,
  type TokenScopes,
  type TokenScopesDraft,
} from "./token-scopes.js";

/**
 * Reads the scopes of a token, without reserved ones; `firstPartyScopes` returns those of a first-party client. Returns `undefined` for
 * a value that is not a token, or whose scope is malformed.
 */
export type TokenScopesReader = (token: unknown) => TokenScopes | undefined;

/** Budget of the cache by text, in characters: some 10,000 scope texts of the usual length, including bound scopes. */
const CACHE_BUDGET = 2 ** 23;
/** Weight of a cache entry in addition to its text, of each bound scope in it, and of each word of its sets of scopes, in characters. */
const ENTRY_WEIGHT = 256;
const BOUND_WEIGHT = 64;
const WORD_WEIGHT = 8;

/**
 * What one of this many hits by text means is kept with the token: a token that is held is among them soon. To keep it takes some 150 ns. A
 * prime number, so that a token that comes in turns with others is rarely passed over each time.
 */
export const KEEP_EACH = 31;

/**
 * Creates a reader. What a token means is found, in this order:
 * 1. with the token itself, while its `scope` is the same text: 5 ns. `tokenScopesOf` looks there before it calls the reader. To keep it
 *    there takes longer than a look-up by text, so the reader keeps it for one of some hits only;
 * 2. by the text, which many tokens share: 20 to 70 ns;
 * 3. by reading the text: some 1,500 ns. A scope that is a list is read each time, because it can change in place.
 */
export function createTokenScopesReader(
  policy: CompiledPolicy,
  marks: TokenMarks,
): TokenScopesReader {
  const byText = createTextTable(CACHE_BUDGET, weightOf);
  // the scopes of other tokens depend on more members than `scope`
  const isUnbounded = policy.boundaries.length === 0;
  let hits = 0;
  return (token) => {
    if (typeof token !== "object" || token === null) return undefined;
    const scope = readOwn(token, "scope");
    if (typeof scope !== "string") return readList(policy, scope);
    const known = byText.find(scope);
    if (known !== undefined) {
      hits += 1;
      if (hits % KEEP_EACH === 0 && isUnbounded && firstPartyScopes(known) === known)
        keepScopes(token, marks, known);
      return known;
    }
    const tokenScopes = readText(policy, scope);
    if (tokenScopes !== undefined) byText.add(tokenScopes);
    return tokenScopes;
  };
}

/** Returns what the scopes of a token take of the budget. */
function weightOf(tokenScopes: TokenScopes): number {
  const firstParty = firstPartyScopes(tokenScopes);
  const all = firstParty === tokenScopes ? [tokenScopes] : [tokenScopes, firstParty];
  const weights = all.map((one) => {
    const { keys = [] } = moreOf(one) ?? {};
    return ENTRY_WEIGHT + BOUND_WEIGHT * keys.length + WORD_WEIGHT * countWords(one);
  });
  return weights.reduce((sum, weight) => sum + weight, tokenScopes.text.length);
}

/**
 * Reads a scope text: scope-tokens separated by one space each (RFC 6749, section 3.3). A further space makes an empty token,
 * which is not a scope-token, so `split` is enough.
 */
function readText(policy: CompiledPolicy, text: string): TokenScopes | undefined {
  if (text === "") return collect(policy, text, []);
  return text.length > MAX_SCOPE_LENGTH ? undefined : collect(policy, text, text.split(" "));
}

/** Reads a list of scope-tokens. An item is one token and is not split. One malformed item makes the whole list invalid. */
function readList(policy: CompiledPolicy, value: unknown): TokenScopes | undefined {
  const tokens: string[] = [];
  try {
    if (!Array.isArray(value) || value.length > MAX_SCOPE_TOKENS) return undefined;
    for (let index = 0; index < value.length; index += 1) {
      const member: unknown = value[index];
      if (typeof member !== "string" || member.length > MAX_SCOPE_LENGTH) return undefined;
      tokens.push(member);
    }
  } catch {
    return undefined; // a getter or a proxy that throws
  }
  return collect(policy, "", tokens);
}

/** Returns the granted scopes of a list of scope-tokens, including implied ones; `undefined` if one is malformed. */
function collect(
  policy: CompiledPolicy,
  whole: string,
  tokens: readonly string[],
): TokenScopes | undefined {
  if (tokens.length > MAX_SCOPE_TOKENS) return undefined;
  const everyone = createDraft();
  const ownersOnly = createDraft();
  for (const text of tokens) {
    let known = false;
    for (const lookup of policy.lookups) {
      lookup(text).forEach((scope, values) => {
        known = true;
        const { reserved, closure } = policy.scopes[scope] as CompiledScope;
        add(reserved ? ownersOnly : everyone, policy, closure, values);
      });
    }
    // A text that a lookup finds is a scope-token without placeholders. A template in a token is not a grant for every value
    // but a mistake of the issuer: like a malformed token, it makes the whole scope invalid.
    if (!known && (!isScopeToken(text) || hasPlaceholder(text))) return undefined;
  }
  const all = {
    ids: [...everyone.ids, ...ownersOnly.ids],
    bound: [...everyone.bound, ...ownersOnly.bound],
    hasUnusable: everyone.hasUnusable || ownersOnly.hasUnusable,
  };
  const hasReserved = ownersOnly.ids.length > 0;
  const firstParty = hasReserved ? createTokenScopes(whole, all, undefined) : undefined;
  return createTokenScopes(whole, everyone, firstParty);
}

function createDraft(): TokenScopesDraft {
  return { ids: [], bound: [], hasUnusable: false };
}

/** Adds a scope and every scope that it implies. */
function add(
  draft: TokenScopesDraft,
  { scopes }: CompiledPolicy,
  closure: readonly ImpliedScope[],
  values: readonly string[],
): void {
  for (const { scope, values: places } of closure) {
    draft.ids.push(scope);
    if (places.length === 0) continue;
    const { template } = scopes[scope] as CompiledScope;
    const value = values[places[0] as number];
    // the value of a scope with another name may not be accepted here; then no call can use it
    if (places.length > 1 || template.coverage !== undefined || acceptsValue(template, 0, value))
      draft.bound.push([scope, joinValues(places, values)]);
    else draft.hasUnusable = true;
  }
}
