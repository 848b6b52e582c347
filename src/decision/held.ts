import { MAX_SCOPE_LENGTH, MAX_SCOPE_TOKENS } from "../grammar/scope.js";
import { holdsPlaceholder } from "../grammar/scope-syntax.js";
import { isScopeToken } from "../grammar/scope-token.js";
import type { CompiledPolicy, CompiledScope, Implied } from "../policy/compiled.js";
import { readOwn } from "./access-token.js";
import { createBoundedCache } from "./bounded-cache.js";
import type { PreparedUse, Values } from "./prepare.js";

/** The scopes that a token holds, implied ones included. */
export interface Held {
  /** A bit for each scope, by its id, 32 in a word; of a template it says that it is held for some value. */
  readonly bits: readonly number[];
  /** The bound scopes: the template's id and its values, with a space, which no value holds, between them. */
  readonly bound: ReadonlySet<string>;
}

/** What a token holds depends on whose it is: a reserved scope counts for first-party clients alone. */
export interface HeldScopes {
  readonly everyone: Held;
  readonly firstParty: Held;
}

/** What a scope as text holds. */
interface Known extends HeldScopes {
  readonly scope: string;
}

interface Draft {
  readonly bits: number[];
  bound: Set<string>;
}

/** Whether a scope is held; a template, whether it is held for some value. */
export function holds(held: Held, scope: number): boolean {
  return (((held.bits[scope >>> 5] as number) >>> (scope & 31)) & 1) === 1;
}

/** Whether a template is held for these values; `undefined` where it is held for none. */
export function holdsBound(
  held: Held,
  { scope, params }: PreparedUse,
  values: Values,
): boolean | undefined {
  return holds(held, scope) ? held.bound.has(keyOf(scope, params, values)) : undefined;
}

/** The key of a bound scope: the template's id, and its values from the places where they are. */
function keyOf(scope: number, places: readonly number[], values: Values): string {
  let key = String(scope);
  for (const place of places) key += ` ${values[place]}`;
  return key;
}

/** Every list of values for which a template is held. Goes through all that is held: not for the way of a call that is allowed. */
export function boundValues(held: Held, scope: number): readonly (readonly string[])[] {
  const prefix = `${scope} `;
  return [...held.bound].flatMap((key) =>
    key.startsWith(prefix) ? [key.slice(prefix.length).split(" ")] : [],
  );
}

/** The lists of values for which each template is held, by its id. */
export type BoundValues = ReadonlyMap<number, readonly (readonly string[])[]>;

/** Returns every list of values for which any template is held. */
export function boundValuesOf(held: Held): BoundValues {
  const lists = new Map<number, (readonly string[])[]>();
  for (const key of held.bound) {
    const [scope, ...values] = key.split(" ");
    const list = lists.get(Number(scope)) ?? [];
    list.push(values);
    lists.set(Number(scope), list);
  }
  return lists;
}

/** Reads the scopes of a token; `undefined` for a value that is no token, or one whose scope is malformed. */
export type HeldReader = (token: unknown) => HeldScopes | undefined;

/** Some 10,000 scopes of the usual length, bound ones among them. */
const MEMORY_BUDGET = 2 ** 23;
/** What an entry takes beside its text, and what each bound scope in it takes, in characters. */
const ENTRY = 256;
const BOUND = 64;

/** Every how many times that a text is known its token comes into the memory of tokens. */
const PROMOTE_EACH = 16;

/**
 * A reader with two memories. One goes by the text of the scope, which many tokens share, and is bounded. One goes by
 * the identity of the token, holds it weakly, and counts only while its `scope` is the very same string; since an entry
 * there costs more than reading the text anew, only some tokens come into it, which those that are used often soon are.
 * Lists are read anew each time: they can change in place.
 */
export function heldReader(policy: CompiledPolicy): HeldReader {
  const byText = createBoundedCache<Known>(MEMORY_BUDGET);
  const byToken = new WeakMap<object, Known>();
  let hits = 0;
  const readAnew = (token: object): HeldScopes | undefined => {
    const scope = readOwn(token, "scope");
    if (typeof scope !== "string") return readList(policy, scope);
    const known = byText.get(scope);
    if (known !== undefined) {
      hits += 1;
      if (hits % PROMOTE_EACH === 0) byToken.set(token, known);
      return known;
    }
    const held = readText(policy, scope);
    if (held === undefined) return undefined;
    const { everyone, firstParty } = held;
    const weight = weightOf(everyone) + (firstParty === everyone ? 0 : weightOf(firstParty));
    byText.set(scope, { scope, everyone, firstParty }, scope.length + weight);
    return held;
  };
  return (token) => {
    if (typeof token !== "object" || token === null) return undefined;
    const known = byToken.get(token);
    return known !== undefined && known.scope === readScope(token) ? known : readAnew(token);
  };
}

function weightOf({ bound }: Held): number {
  return ENTRY + BOUND * bound.size;
}

/** `token.scope` of a token that was met before: whose property it is has been asked then. */
function readScope(token: object): unknown {
  try {
    return (token as { readonly scope?: unknown }).scope;
  } catch {
    return undefined; // a getter or a proxy of somebody else's
  }
}

/** RFC 6749, section 3.3: scope-tokens with one space between two. An empty token is no scope-token, so split tells it all. */
function readText(policy: CompiledPolicy, text: string): HeldScopes | undefined {
  if (text === "") return collect(policy, []);
  return text.length > MAX_SCOPE_LENGTH ? undefined : collect(policy, text.split(" "));
}

/** A member of a list is one scope-token: nothing in it is split, and one bad member voids the list. */
function readList(policy: CompiledPolicy, value: unknown): HeldScopes | undefined {
  const tokens: string[] = [];
  try {
    if (!Array.isArray(value) || value.length > MAX_SCOPE_TOKENS) return undefined;
    for (let index = 0; index < value.length; index += 1) {
      const member: unknown = value[index];
      if (typeof member !== "string" || member.length > MAX_SCOPE_LENGTH) return undefined;
      tokens.push(member);
    }
  } catch {
    return undefined; // a getter or a proxy of somebody else's
  }
  return collect(policy, tokens);
}

function collect(policy: CompiledPolicy, tokens: readonly string[]): HeldScopes | undefined {
  if (tokens.length > MAX_SCOPE_TOKENS) return undefined;
  const everyone = newDraft(policy);
  let ownersOnly: Draft | undefined;
  for (const text of tokens) {
    let known = false;
    for (const lookup of policy.lookups) {
      lookup(text).forEach((scope, values) => {
        known = true;
        const { reserved, closure } = policy.scopes[scope] as CompiledScope;
        if (reserved) ownersOnly ??= newDraft(policy);
        add(reserved && ownersOnly !== undefined ? ownersOnly : everyone, closure, values);
      });
    }
    // What a lookup knows is a scope-token without placeholders. A template in a token is no grant of every value but a
    // mistake of the issuer, and voids the whole as a malformed token does.
    if (!known && (!isScopeToken(text) || holdsPlaceholder(text))) return undefined;
  }
  return {
    everyone,
    firstParty: ownersOnly === undefined ? everyone : union(everyone, ownersOnly),
  };
}

const NOT_BOUND: Set<string> = new Set();

function newDraft(policy: CompiledPolicy): Draft {
  return {
    bits: Array.from({ length: (policy.scopes.length + 31) >>> 5 }, () => 0),
    bound: NOT_BOUND,
  };
}

/** Adds a scope and all it implies. */
function add(draft: Draft, closure: readonly Implied[], values: readonly string[]): void {
  for (const implied of closure) {
    const word = implied.scope >>> 5;
    draft.bits[word] = (draft.bits[word] as number) | (1 << (implied.scope & 31));
    if (implied.values.length === 0) continue;
    if (draft.bound === NOT_BOUND) draft.bound = new Set();
    draft.bound.add(keyOf(implied.scope, implied.values, values));
  }
}

function union(left: Draft, right: Draft): Draft {
  return {
    bits: left.bits.map((word, index) => word | (right.bits[index] as number)),
    bound: new Set([...left.bound, ...right.bound]),
  };
}
