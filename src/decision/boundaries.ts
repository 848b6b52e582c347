import { readOneOrMore } from "../grammar/any-value.js";
import { isObject } from "../grammar/is-object.js";
import type { Boundary } from "../policy/compiled-policy.js";

/** The values that a token has for boundaries, by name. A boundary for which the token names no list is missing. */
export type BoundaryValues = ReadonlyMap<string, readonly string[]>;

/** The verified claims of the tokens that the library's verifiers returned, for the claims that a policy names. */
const claimsByToken = new WeakMap<object, unknown>();

/** Stores the verified claims of a token, so that {@link readBoundaries} finds those that a policy names. */
export function storeClaims(token: object, claims: unknown): void {
  claimsByToken.set(token, claims);
}

/**
 * Returns the values that a token has for the boundaries of a policy: its own `boundaries` by name, otherwise its verified claims.
 * Returns `undefined` for a value that is neither a text nor a list of texts, and for a list under another name while one is missing that
 * would mean every value. They never count as missing. Never throws.
 */
export function readBoundaries(
  boundaries: readonly Boundary[],
  token: unknown,
): BoundaryValues | undefined {
  if (boundaries.length === 0) return NOTHING;
  try {
    if (typeof token !== "object" || token === null) return NOTHING; // an array has members too, as in `readOwn`
    const own = memberOf(token, "boundaries");
    const source = own ?? (own === undefined ? claimsByToken.get(token) : null);
    if (source === undefined) return NOTHING;
    if (!isObject(source)) return undefined;
    const values = new Map<string, readonly string[]>();
    for (const { name, claim } of boundaries) {
      const value = memberOf(source, own === undefined ? claim : name);
      if (value === undefined) continue;
      const list = readOneOrMore(value);
      if (list === undefined) return undefined;
      values.set(name, list);
    }
    // a list under a name of no boundary was probably meant for the missing one, which would then have every value
    const isOpen = boundaries.some((one) => one.isOpen && !values.has(one.name));
    if (own === undefined || !isOpen) return values;
    const names = new Set(boundaries.map(({ name }) => name));
    return Object.keys(source).every((name) => names.has(name)) ? values : undefined;
  } catch {
    return undefined; // a getter or a proxy that throws, or an inherited member
  }
}

const NOTHING: BoundaryValues = new Map();

/** Reads an own member. Throws for an inherited one: a list that counts as missing could mean every value. */
function memberOf(object: object, name: string): unknown {
  const value = (object as Record<string, unknown>)[name];
  if (value === undefined || Object.hasOwn(object, name)) return value;
  // a member that every object inherits is not part of the token
  if (value === (Object.prototype as Record<string, unknown>)[name]) return undefined;
  throw new TypeError(`\`${name}\` is inherited`);
}

/**
 * Returns the check of whether a value is within a boundary of a token, compared as text by exact equality. An unreadable list contains
 * no value.
 */
export function insideOf(
  boundaries: readonly Boundary[],
  token: unknown,
): (boundary: Boundary, value: string) => boolean {
  const values = readBoundaries(boundaries, token);
  return ({ name, isOpen }, value) =>
    values !== undefined && (values.get(name)?.includes(value) ?? isOpen);
}

/** Takes every value as inside: for a list of tools, whose calls have their values later, and for operations without conditions. */
export function insideAll(): boolean {
  return true;
}
