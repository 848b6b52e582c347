import { hasPlaceholder } from "../grammar/placeholder.js";
import { MAX_SCOPE_LENGTH, MAX_SCOPE_TOKENS } from "../grammar/scope.js";
import { isScopeToken } from "../grammar/scope-token.js";
import type { CompiledPolicy, CompiledScope, ImpliedScope } from "../policy/compiled-policy.js";
import { readOwn } from "./access-token.js";
import { createBoundedCache } from "./bounded-cache.js";
import type { PreparedUse, Values } from "./prepare.js";

/** The scopes that are granted in a token, including implied ones. */
export interface TokenScopes {
  /** A bit for each scope, by its id, 32 in a word. The bit of a template is set if it is granted for any value. */
  readonly bits: readonly number[];
  /** The keys of the bound scopes: the id of the template and its values, joined by spaces. No value contains a space. */
  readonly bound: ReadonlySet<string>;
}

/** The scopes in a token, with and without reserved ones: a reserved scope counts for first-party clients only. */
export interface TokenScopesByClient {
  readonly thirdParty: TokenScopes;
  readonly firstParty: TokenScopes;
}

/** The granted scopes of a scope text, as the cache keeps them. */
interface CachedScopes extends TokenScopesByClient {
  readonly scope: string;
}

/** Granted scopes while they are collected. */
interface TokenScopesDraft {
  readonly bits: number[];
  bound: Set<string>;
}

/** Returns whether a scope is in the token; for a template, whether it is for any value. */
export function hasScope(tokenScopes: TokenScopes, scope: number): boolean {
  return (((tokenScopes.bits[scope >>> 5] as number) >>> (scope & 31)) & 1) === 1;
}

/** Returns whether a template is in the token for these values; `undefined` if the token does not have it for any value. */
export function hasBoundScope(
  tokenScopes: TokenScopes,
  { scope, params, coverage }: PreparedUse,
  values: Values,
): boolean | undefined {
  if (!hasScope(tokenScopes, scope)) return undefined;
  if (coverage === undefined) return tokenScopes.bound.has(keyOf(scope, params, values));
  const value = values[params[0] as number];
  // a value that is not known, in a list of tools, is covered if every value is
  if (value === undefined) return tokenScopes.bound.has(`${scope} ${coverage.every}`);
  return coverage.covering(value).some((one) => tokenScopes.bound.has(`${scope} ${one}`));
}

/** Returns the key of a bound scope: the id of the template, then the values at the given places. */
function keyOf(scope: number, places: readonly number[], values: Values): string {
  let key = String(scope);
  for (const place of places) key += ` ${values[place]}`;
  return key;
}

/** Returns every list of values for which the token has a template. Visits all bound scopes, so it is for denials only. */
export function boundValues(
  tokenScopes: TokenScopes,
  scope: number,
): readonly (readonly string[])[] {
  const prefix = `${scope} `;
  return [...tokenScopes.bound].flatMap((key) =>
    key.startsWith(prefix) ? [key.slice(prefix.length).split(" ")] : [],
  );
}

/** The lists of values for which a token has each template, by the id of the template. */
export type BoundValues = ReadonlyMap<number, readonly (readonly string[])[]>;

/** Returns every list of values for which the token has any template. */
export function boundValuesOf(tokenScopes: TokenScopes): BoundValues {
  const lists = new Map<number, (readonly string[])[]>();
  for (const key of tokenScopes.bound) {
    const [scope, ...values] = key.split(" ");
    const list = lists.get(Number(scope)) ?? [];
    list.push(values);
    lists.set(Number(scope), list);
  }
  return lists;
}

/** Reads the scopes of a token. Returns `undefined` for a value that is not a token, or whose scope is malformed. */
export type TokenScopesReader = (token: unknown) => TokenScopesByClient | undefined;

/** Budget of the cache by text, in characters: some 10,000 scope texts of the usual length, including bound scopes. */
const CACHE_BUDGET = 2 ** 23;
/** Weight of a cache entry in addition to its text, and of each bound scope in it, in characters. */
const ENTRY_WEIGHT = 256;
const BOUND_WEIGHT = 64;

/** One of this many hits by text puts the token into the cache by token. */
const PROMOTE_EACH = 16;

/**
 * Creates a reader with two caches. The cache by text is bounded; many tokens share a text. The cache by token has the
 * identity of the token as its key, refers to it weakly, and is valid only while `scope` of the token is the same string. An
 * entry there costs more than a look-up by text, so only one of `PROMOTE_EACH` hits adds one; a token in frequent use gets
 * there soon. A scope that is a list is read again each time, because it can change in place.
 */
export function createTokenScopesReader(policy: CompiledPolicy): TokenScopesReader {
  const byText = createBoundedCache<CachedScopes>(CACHE_BUDGET);
  const byToken = new WeakMap<object, CachedScopes>();
  let hits = 0;
  const readAnew = (token: object): TokenScopesByClient | undefined => {
    const scope = readOwn(token, "scope");
    if (typeof scope !== "string") return readList(policy, scope);
    const known = byText.get(scope);
    if (known !== undefined) {
      hits += 1;
      if (hits % PROMOTE_EACH === 0) byToken.set(token, known);
      return known;
    }
    const tokenScopes = readText(policy, scope);
    if (tokenScopes === undefined) return undefined;
    const { thirdParty: everyone, firstParty } = tokenScopes;
    const weight = weightOf(everyone) + (firstParty === everyone ? 0 : weightOf(firstParty));
    byText.set(scope, { scope, thirdParty: everyone, firstParty }, scope.length + weight);
    return tokenScopes;
  };
  return (token) => {
    if (typeof token !== "object" || token === null) return undefined;
    const known = byToken.get(token);
    return known !== undefined && known.scope === readCachedScope(token) ? known : readAnew(token);
  };
}

function weightOf({ bound }: TokenScopes): number {
  return ENTRY_WEIGHT + BOUND_WEIGHT * bound.size;
}

/** Reads `scope` of a cached token. That it is an own property was checked when the token was cached. */
function readCachedScope(token: object): unknown {
  try {
    return (token as { readonly scope?: unknown }).scope;
  } catch {
    return undefined; // a getter or a proxy that throws
  }
}

/**
 * Reads a scope text: scope-tokens separated by one space each (RFC 6749, section 3.3). A further space makes an empty token,
 * which is not a scope-token, so `split` is enough.
 */
function readText(policy: CompiledPolicy, text: string): TokenScopesByClient | undefined {
  if (text === "") return collect(policy, []);
  return text.length > MAX_SCOPE_LENGTH ? undefined : collect(policy, text.split(" "));
}

/** Reads a list of scope-tokens. An item is one token and is not split. One malformed item makes the whole list invalid. */
function readList(policy: CompiledPolicy, value: unknown): TokenScopesByClient | undefined {
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
  return collect(policy, tokens);
}

/** Returns the granted scopes of a list of scope-tokens, including implied ones; `undefined` if one is malformed. */
function collect(
  policy: CompiledPolicy,
  tokens: readonly string[],
): TokenScopesByClient | undefined {
  if (tokens.length > MAX_SCOPE_TOKENS) return undefined;
  const everyone = createDraft(policy);
  let ownersOnly: TokenScopesDraft | undefined;
  for (const text of tokens) {
    let known = false;
    for (const lookup of policy.lookups) {
      lookup(text).forEach((scope, values) => {
        known = true;
        const { reserved, closure } = policy.scopes[scope] as CompiledScope;
        if (reserved) ownersOnly ??= createDraft(policy);
        add(reserved && ownersOnly !== undefined ? ownersOnly : everyone, closure, values);
      });
    }
    // A text that a lookup finds is a scope-token without placeholders. A template in a token is not a grant for every value
    // but a mistake of the issuer: like a malformed token, it makes the whole scope invalid.
    if (!known && (!isScopeToken(text) || hasPlaceholder(text))) return undefined;
  }
  return {
    thirdParty: everyone,
    firstParty: ownersOnly === undefined ? everyone : union(everyone, ownersOnly),
  };
}

const NOT_BOUND: Set<string> = new Set();

function createDraft(policy: CompiledPolicy): TokenScopesDraft {
  return {
    bits: Array.from({ length: (policy.scopes.length + 31) >>> 5 }, () => 0),
    bound: NOT_BOUND,
  };
}

/** Adds a scope and every scope that it implies. */
function add(
  draft: TokenScopesDraft,
  closure: readonly ImpliedScope[],
  values: readonly string[],
): void {
  for (const implied of closure) {
    const word = implied.scope >>> 5;
    draft.bits[word] = (draft.bits[word] as number) | (1 << (implied.scope & 31));
    if (implied.values.length === 0) continue;
    if (draft.bound === NOT_BOUND) draft.bound = new Set();
    draft.bound.add(keyOf(implied.scope, implied.values, values));
  }
}

function union(left: TokenScopesDraft, right: TokenScopesDraft): TokenScopesDraft {
  return {
    bits: left.bits.map((word, index) => word | (right.bits[index] as number)),
    bound: new Set([...left.bound, ...right.bound]),
  };
}
