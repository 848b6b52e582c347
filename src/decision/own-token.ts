import type { Decision } from "./decision.js";
import type { ScopeChoice } from "./prepared.js";
import { decideByChoice, type ValueState } from "./quick.js";
import { scopeBitsOf, type TokenScopes } from "./token-scopes.js";

/** A class whose constructor returns an object that exists, so that a derived class adds its private fields to it. */
class Existing {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: this is what the class is for
    return object;
  }
}

/** Says that a token means something under one policy: each policy has one for each kind of token. */
interface TokenMark {
  /** Whether this library created the token and froze it, so that its scope cannot change. */
  readonly isOwn: boolean;
}

/** The marks of one policy. */
export interface TokenMarks {
  readonly own: TokenMark;
  readonly caller: TokenMark;
}

/** Creates the marks of a policy. */
export function createTokenMarks(): TokenMarks {
  return { own: { isOwn: true }, caller: { isOwn: false } };
}

/** The marks of tokens that mean nothing yet. */
const UNKNOWN = createTokenMarks();

/**
 * What a token means under the policy of the last decision about it: private fields of the token. This is the one use of a class for
 * data: a field is read in 3 ns, and a `WeakMap` in 19. No other code can see or change the fields, and no copy has them. Four to six
 * fields take 64 bytes: the scopes, and what most decisions need of them, which saves a look at another object.
 */
class KnownToken extends Existing {
  declare readonly scope?: unknown;
  #mark: TokenMark;
  #scopes: TokenScopes | undefined;
  #text: string | undefined;
  #bits = 0;
  /** The member `rest` of the scopes if it is a text: the values of all templates. */
  #values: string | undefined;

  constructor(token: object, mark: TokenMark) {
    super(token);
    this.#mark = mark;
  }

  // The scope of a token of a caller is compared with what was read; that it was an own member was checked then. It is read last: its
  // getter can ask another policy, which then changes all fields. All functions compare for themselves: a call and a second look at
  // the mark cost 4 of 34 ns.
  // Unlike `===`, `Object.is` reads nothing of two texts that are the same object: with 10,000 tokens, that saves a fifth.

  static scopesOf(token: object, { own, caller }: TokenMarks): TokenScopes | undefined {
    if (!(#mark in token)) return undefined;
    const scopes = token.#scopes;
    const text = token.#text;
    if (token.#mark === own) return scopes;
    return token.#mark === caller && Object.is(token.scope, text) ? scopes : undefined;
  }

  static decide(
    token: object,
    { own, caller }: TokenMarks,
    choice: ScopeChoice,
    isExact: boolean,
  ): Decision | undefined {
    if (!(#mark in token)) return undefined;
    const scopes = token.#scopes as TokenScopes; // before the scope, as all fields, though few policies need it
    const bits = token.#bits;
    const text = token.#text;
    if (token.#mark !== own && !(token.#mark === caller && Object.is(token.scope, text)))
      return undefined;
    const { first, second } = choice;
    // a shift takes the id modulo 32, as `scopeBitsOf` does
    const hasFirst = (bits >>> first) & 1;
    if ((hasFirst | ((bits >>> second) & 1)) === 0) return choice.ifNone;
    if (isExact) return hasFirst === 1 ? choice.ifFirst : choice.ifSecond;
    return decideByChoice(choice, scopes);
  }

  static stateOf(
    token: object,
    { own, caller }: TokenMarks,
    scope: number,
    value: string,
  ): ValueState | undefined {
    if (!(#mark in token)) return undefined;
    const bits = token.#bits;
    const values = token.#values;
    const text = token.#text;
    if (token.#mark !== own && !(token.#mark === caller && Object.is(token.scope, text)))
      return undefined;
    if (((bits >>> scope) & 1) === 0) return "missing";
    if (values === undefined) return undefined;
    return values === value ? "held" : "other";
  }

  /** Returns whether the token has the fields. */
  static keep(token: object, { own, caller }: TokenMarks, scopes: TokenScopes): boolean {
    if (!(#mark in token)) return false;
    const bits = scopeBitsOf(scopes); // before the first change: a full stack leaves the token as it was
    token.#mark = token.#mark.isOwn ? own : caller;
    token.#scopes = scopes;
    token.#text = scopes.text;
    token.#bits = bits;
    token.#values = typeof scopes.rest === "string" ? scopes.rest : undefined;
    return true;
  }
}

/** Freezes a token that this library created. What it means is kept with it from then on, and its `scope` is not read again. */
export function freezeToken<Token extends object>(token: Token): Readonly<Token> {
  new KnownToken(token, UNKNOWN.own); // before it is frozen: then no field can be added
  return Object.freeze(token);
}

/** Returns the scopes of a token, if they are kept with it and its `scope` has not changed since. */
export function knownScopes(token: unknown, marks: TokenMarks): TokenScopes | undefined {
  if (typeof token !== "object" || token === null) return undefined;
  try {
    return KnownToken.scopesOf(token, marks);
  } catch {
    return undefined; // a getter or a proxy that throws
  }
}

/**
 * Returns the decision about an operation for which one scope is enough, if the scopes of the token are known as for
 * {@link knownScopes}.
 *
 * @param isExact - whether each bit of `scopeBitsOf` is for one scope alone
 */
export function decideKnown(
  token: unknown,
  marks: TokenMarks,
  choice: ScopeChoice,
  isExact: boolean,
): Decision | undefined {
  if (typeof token !== "object" || token === null) return undefined;
  try {
    return KnownToken.decide(token, marks, choice, isExact);
  } catch {
    return undefined; // a getter or a proxy that throws
  }
}

/**
 * Returns what a token has of a template for a value, if its scopes are known as for {@link knownScopes} and one comparison says it.
 * Only for policies in which each bit of `scopeBitsOf` is for one scope alone.
 */
export function knownState(
  token: unknown,
  marks: TokenMarks,
  scope: number,
  value: string,
): ValueState | undefined {
  if (typeof token !== "object" || token === null) return undefined;
  try {
    return KnownToken.stateOf(token, marks, scope, value);
  } catch {
    return undefined; // a getter or a proxy that throws
  }
}

/**
 * Keeps the scopes of a token with it, for the next decision under the same policy. A token of a caller gets room for them, unless it
 * is frozen or sealed by then.
 */
export function keepScopes(token: object, marks: TokenMarks, scopes: TokenScopes): void {
  try {
    if (KnownToken.keep(token, marks, scopes) || !Object.isExtensible(token)) return;
    KnownToken.keep(new KnownToken(token, UNKNOWN.caller), marks, scopes);
  } catch {
    // a proxy that throws: nothing is kept with it
  }
}
