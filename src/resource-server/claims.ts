import { type AccessToken, readOwn } from "../decision/access-token.js";
import { firstItems } from "../grammar/any-value.js";
import { MAX_SCOPE_TOKENS } from "../grammar/scope.js";
import { checkOptions, oneOf, optional } from "../policy/option-checks.js";

/** The claims in which issuers put a scope. One is read, the others are not: a union would grant more than either. */
export const SCOPE_CLAIMS = ["scope", "scp", "scopes", "permissions"] as const;

/** The name of the claim that holds the scope. */
export type ScopeClaim = (typeof SCOPE_CLAIMS)[number];

const TEXTS = ["sub", "client_id", "iss", "jti"] as const;
const TIMES = ["exp", "iat"] as const;
const FACTS = ["tier", "account_type"] as const;

/** Where claims hold the scope, and in which form. */
export interface ScopeReading {
  /** The claim that holds the scope. Default: `"scope"`. */
  readonly scopeClaim?: ScopeClaim;
  /** Whether a list of texts is accepted in addition to one text. Default: `false` for `scope`, `true` for every other claim, since no RFC defines those. */
  readonly isScopeList?: boolean;
}

const READING_CHECKS = {
  scopeClaim: optional(oneOf(...SCOPE_CLAIMS)),
  isScopeList: optional(oneOf(true, false)),
} satisfies Record<keyof ScopeReading, unknown>;

/**
 * Returns the access token of verified claims: a fresh frozen object of the claims that {@link AccessToken} names. Only own
 * members are read.
 *
 * Returns `undefined` where the scope claim, `sub`, `client_id`, `iss`, `jti`, `exp` or `iat` has another type than it
 * should. A token without the scope claim has the scope `""`. A `tier`, `account_type` or `first_party` of another type is
 * left out. It does not verify anything: not the signature, not the time, not the kind of the token.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID` for an unknown or wrong member of `reading`
 */
export function tokenOfClaims(
  claims: unknown,
  reading: ScopeReading = {},
): AccessToken | undefined {
  checkOptions("the reading of a scope", reading, READING_CHECKS);
  const claim = (readOwn(reading, "scopeClaim") ?? "scope") as ScopeClaim;
  const isList = (readOwn(reading, "isScopeList") ?? claim !== "scope") as boolean;
  return tokenFrom(claims, { claim, isList });
}

/** The claim that holds the scope, and whether it may be a list. */
export interface ScopeSource {
  readonly claim: ScopeClaim;
  readonly isList: boolean;
}

/** Returns what {@link tokenOfClaims} returns, for a source that has been checked. */
export function tokenFrom(claims: unknown, source: ScopeSource): AccessToken | undefined {
  const scope = readScope(readOwn(claims, source.claim), source.isList);
  if (scope === undefined) return undefined;
  const token: Record<string, unknown> = { scope };
  for (const name of TEXTS) {
    const value = readOwn(claims, name);
    if (value === undefined) continue;
    if (typeof value !== "string") return undefined;
    token[name] = value;
  }
  for (const name of TIMES) {
    const value = readOwn(claims, name);
    if (value === undefined) continue;
    if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
    token[name] = value;
  }
  for (const name of FACTS) {
    const value = readOwn(claims, name);
    if (typeof value === "string") token[name] = value;
  }
  if (readOwn(claims, "first_party") === true) token["first_party"] = true;
  made.set(Object.freeze(token), readOwn(claims, "nbf"));
  return token as unknown as AccessToken;
}

/** The tokens that {@link tokenFrom} has made, deeply frozen, so that they can be handed on as they are; with their `nbf`. */
const made = new WeakMap<object, unknown>();

/** Returns whether {@link tokenFrom} has made a token. */
export function isMadeToken(token: object): token is AccessToken {
  return made.has(token);
}

/** Returns the `nbf` of the claims that a token was made of: it is not a member of the token, and still limits it. */
export function notBeforeOf(token: object): unknown {
  return made.get(token);
}

/** Returns the scope of a claim: one text (RFC 8693, section 4.2), or a list where that is accepted. */
function readScope(value: unknown, isList: boolean): string | readonly string[] | undefined {
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  // a longer list is refused by every decision
  const list = isList ? firstItems(value, MAX_SCOPE_TOKENS + 1) : undefined;
  if (list === undefined || list.length > MAX_SCOPE_TOKENS) return undefined;
  return list.every((member) => typeof member === "string") ? Object.freeze(list) : undefined;
}
