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
  /** Whether this library froze it, so that its scope cannot change. */
  readonly #isOwn: boolean;

  constructor(token: object, isOwn: boolean) {
    super(token);
    this.#isOwn = isOwn;
  }

  static scopesOf(token: object, policy: CompiledPolicy): TokenScopes | undefined {
    if (!(#policy in token) || token.#policy !== policy) return undefined;
    const scopes = token.#scopes as TokenScopes;
    return token.#isOwn || isStill(token, scopes) ? scopes : undefined;
  }

  /** Returns whether the token has the fields. */
  static keep(token: object, policy: CompiledPolicy, scopes: TokenScopes): boolean {
    if (!(#policy in token)) return false;
    token.#policy = policy;
    token.#scopes = scopes;
    return true;
  }
}

/** Returns whether the own `scope` of a token is still what was read. That it is own was checked then. */
function isStill(token: object, { text }: TokenScopes): boolean {
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

/** Keeps the scopes of a token with it, for the next decision under the same policy. Returns whether the token has room for them. */
export function keepScopes(token: object, policy: CompiledPolicy, scopes: TokenScopes): boolean {
  return KnownToken.keep(token, policy, scopes);
}

/** Makes room for the scopes of a token of a caller, and keeps them. A token that the caller has frozen keeps nothing. */
export function addScopes(token: object, policy: CompiledPolicy, scopes: TokenScopes): void {
  try {
    if (Object.isExtensible(token)) KnownToken.keep(new KnownToken(token, false), policy, scopes);
  } catch {
    // a proxy that throws: nothing is kept with it
  }
}
