import { type AccessToken, readOwn } from "../decision/access-token.js";
import { firstItems } from "../grammar/any-value.js";
import { MAX_SCOPE_TOKENS } from "../grammar/scope.js";
import { checkOptions, oneOf, optional } from "../policy/option-checks.js";

/** The claims in which issuers put a scope. Only one is read, since a union would grant more than each of them. */
export const SCOPE_CLAIMS = ["scope", "scp", "scopes", "permissions"] as const;

/** The name of the claim that contains the scope. */
export type ScopeClaim = (typeof SCOPE_CLAIMS)[number];

const TEXTS = ["sub", "client_id", "iss", "jti"] as const;
const TIMES = ["exp", "iat"] as const;
const FACTS = ["tier", "account_type"] as const;

/** The claim of the scope, and its form. */
export interface ScopeReading {
  /** The claim that contains the scope. Default: `"scope"`. */
  readonly scopeClaim?: ScopeClaim;
  /**
   * Whether a list of texts is accepted in addition to one text. Default: `false` for `scope`, `true` for every other claim, since no
   * RFC defines those.
   */
  readonly isScopeList?: boolean;
}

const READING_CHECKS = {
  scopeClaim: optional(oneOf(...SCOPE_CLAIMS)),
  isScopeList: optional(oneOf(true, false)),
} satisfies Record<keyof ScopeReading, unknown>;

/**
 * Returns the access token of verified claims: a new frozen object with the claims that {@link AccessToken} names. Reads own
 * members only.
 *
 * Returns `undefined` if the scope claim, `sub`, `client_id`, `iss`, `jti`, `exp` or `iat` has a wrong type. A token without the
 * scope claim has the scope `""`. A `tier`, `account_type` or `first_party` of a wrong type is left out. It verifies nothing: not
 * the signature, not the time, not the type of the token.
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` for an unknown or invalid member of `reading`
 */
export function accessTokenFromClaims(
  claims: unknown,
  reading: ScopeReading = {},
): AccessToken | undefined {
  checkOptions("the reading of a scope", reading, READING_CHECKS);
  const claim = (readOwn(reading, "scopeClaim") ?? "scope") as ScopeClaim;
  const isList = (readOwn(reading, "isScopeList") ?? claim !== "scope") as boolean;
  return readAccessToken(claims, { claim, isList });
}

/** The claim that contains the scope, and whether it may be a list. */
export interface ScopeSource {
  readonly claim: ScopeClaim;
  readonly isList: boolean;
}

/** Returns the scope of claims; `""` without the claim, `undefined` for a value of a wrong type. */
export function readScope(
  claims: unknown,
  { claim, isList }: ScopeSource,
): string | readonly string[] | undefined {
  return readScopeClaim(readOwn(claims, claim), isList);
}

/** Returns what {@link accessTokenFromClaims} returns, for a checked source. */
export function readAccessToken(claims: unknown, source: ScopeSource): AccessToken | undefined {
  const scope = readScope(claims, source);
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
  createdTokens.set(Object.freeze(token), readOwn(claims, "nbf"));
  return token as unknown as AccessToken;
}

/** The tokens that {@link readAccessToken} returned, with their `nbf`. They are deeply frozen, so they can be passed on as they are. */
const createdTokens = new WeakMap<object, unknown>();

/** Returns whether {@link readAccessToken} returned a token. */
export function isCreatedToken(token: object): token is AccessToken {
  return createdTokens.has(token);
}

/** Returns the `nbf` of the claims of a token. It is not a member of the token, but it limits the token. */
export function notBeforeOf(token: object): unknown {
  return createdTokens.get(token);
}

/** Returns the scope of a claim: one text (RFC 8693, section 4.2), or a list if that is accepted. */
function readScopeClaim(value: unknown, isList: boolean): string | readonly string[] | undefined {
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  // every decision rejects a longer list
  const list = isList ? firstItems(value, MAX_SCOPE_TOKENS + 1) : undefined;
  if (list === undefined || list.length > MAX_SCOPE_TOKENS) return undefined;
  return list.every((member) => typeof member === "string") ? Object.freeze(list) : undefined;
}
