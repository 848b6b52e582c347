import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { TokenScopes } from "./token-scopes.js";

/** A class whose constructor returns an object that exists, so that a derived class adds its private fields to it. */
class Existing {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: this is what the class is for
    return object;
  }
}

/**
 * What a token means under the policy of the last decision about it: private fields of the token. This is the one use of a class for
 * data: a field is read in 3 ns, and a `WeakMap` in 19. No other code can see or change the fields, and no copy has them.
 */
class KnownToken extends Existing {
  #policy: CompiledPolicy | undefined;
  #scopes: TokenScopes | undefined;
  /** The first 32 of these scopes, as bits: without a look into their object, a decision takes 17 ns instead of 20. */
  #low = 0;
  /** The scope that was read; `undefined` in a token that this library froze, whose scope cannot change. */
  #text: string | undefined;

  constructor(token: object, isOwn: boolean) {
    super(token);
    this.#text = isOwn ? undefined : "";
  }

  static scopesOf(token: object, policy: CompiledPolicy): TokenScopes | undefined {
    if (!(#policy in token) || token.#policy !== policy) return undefined;
    const text = token.#text;
    return text === undefined || isStill(token, text) ? token.#scopes : undefined;
  }

  /** As `scopesOf`. A function for what is the same in both would take 3 ns. */
  static lowOf(token: object, policy: CompiledPolicy): number | undefined {
    if (!(#policy in token) || token.#policy !== policy) return undefined;
    const text = token.#text;
    return text === undefined || isStill(token, text) ? token.#low : undefined;
  }

  /** Returns whether the token has the fields. */
  static keep(token: object, policy: CompiledPolicy, scopes: TokenScopes): boolean {
    if (!(#policy in token)) return false;
    token.#policy = policy;
    token.#scopes = scopes;
    token.#low = scopes.low;
    if (token.#text !== undefined) token.#text = scopes.text;
    return true;
  }
}

/** Returns whether the own `scope` of a token is still what was read. That it is own was checked then. */
function isStill(token: object, text: string): boolean {
  try {
    // unlike `===`, it reads nothing of two texts that are the same object: with 10,000 tokens, that saves a fifth
    return Object.is((token as { readonly scope?: unknown }).scope, text);
  } catch {
    return false; // a getter or a proxy that throws
  }
}

/** Freezes a token that this library created. What it means is kept with it from then on. */
export function freezeToken<Token extends object>(token: Token): Readonly<Token> {
  new KnownToken(token, true); // before it is frozen: then no field can be added
  return Object.freeze(token);
}

/** Returns the scopes of a token, if they are kept with it and its `scope` has not changed since. */
export function knownScopes(token: unknown, policy: CompiledPolicy): TokenScopes | undefined {
  return typeof token === "object" && token !== null
    ? KnownToken.scopesOf(token, policy)
    : undefined;
}

/** Returns the first 32 scopes of a token as bits, if they are kept with it and its `scope` has not changed since. */
export function knownLowScopes(token: unknown, policy: CompiledPolicy): number | undefined {
  return typeof token === "object" && token !== null ? KnownToken.lowOf(token, policy) : undefined;
}

/** Keeps the scopes of a token with it, for the next decision under the same policy. Returns whether the token has room for them. */
export function keepScopes(token: object, policy: CompiledPolicy, scopes: TokenScopes): boolean {
  return KnownToken.keep(token, policy, scopes);
}

/** Makes room for the scopes of a token of a caller, and keeps them. A token that the caller has frozen keeps nothing. */
export function addScopes(token: object, policy: CompiledPolicy, scopes: TokenScopes): void {
  if (Object.isExtensible(token)) KnownToken.keep(new KnownToken(token, false), policy, scopes);
}
