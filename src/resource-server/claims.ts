import { type AccessToken, readOwn } from "../decision/access-token.js";
import { storeClaims } from "../decision/boundaries.js";
import { freezeToken } from "../decision/own-token.js";
import { firstItems, readNames } from "../grammar/any-value.js";
import { MAX_SCOPE_TOKENS } from "../grammar/scope.js";
import { checkOptions } from "../policy/option-checks.js";

/** The claims in which issuers put a scope. Only one is read, since a union would grant more than each of them. */
export const SCOPE_CLAIMS = ["scope", "scp", "scopes", "permissions"] as const;

/** The name of a claim, or the path of a nested member: `["resource_access", "api", "roles"]`. */
export type ClaimPath = string | readonly string[];

/**
 * The claim that contains the scope: its name, which may be a URL, or its path. `firstOf` lists alternatives: the first one that
 * the token has counts, whether its value is valid or not.
 */
export type ScopeClaim = ClaimPath | { readonly firstOf: readonly ClaimPath[] };

const TEXTS = ["sub", "client_id", "iss", "jti"] as const;
const TIMES = ["exp", "iat"] as const;

const readText = (value: unknown) => (typeof value === "string" ? value : undefined);

/** The claims about the user and the account, each with the function that reads it: `undefined` for a wrong type. */
const FACTS: readonly (readonly [name: string, read: (value: unknown) => unknown])[] = [
  ["acr", readText],
  ["auth_time", (value) => (Number.isFinite(value) ? value : undefined)],
  ["tier", readText],
  ["account_type", (value) => readText(value) ?? readNames(value)],
  ["entitlements", readNames],
];

/** The claim of the scope, and its form. */
export interface ScopeReading {
  /** The claim that contains the scope: a name, a path, or alternatives. Default: `"scope"`. */
  readonly scopeClaim?: ScopeClaim;
  /**
   * Whether a list of texts is accepted in addition to one text. Default: `false` for `scope`, `true` for every other claim, since no
   * RFC defines those.
   */
  readonly isScopeList?: boolean;
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";

const isPath = (value: unknown): boolean =>
  isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText));

/** Returns what is wrong with an option that names the claim of the scope; `undefined` for nothing. */
export function scopeClaimFault(value: unknown): string | undefined {
  const list = readOwn(value, "firstOf");
  const isList =
    Array.isArray(list) &&
    list.length > 0 &&
    list.every(isPath) &&
    Object.keys(value as object).length === 1;
  return value === undefined || isPath(value) || isList
    ? undefined
    : "expected the name of a claim, a path of names, or `{ firstOf: [...] }` with names and paths";
}

// without calls, so that a bundler leaves the checks out of a program that does not use them
const READING_CHECKS = {
  scopeClaim: scopeClaimFault,
  isScopeList: (value: unknown) =>
    value === undefined || typeof value === "boolean" ? undefined : "expected true or false",
} satisfies Record<keyof ScopeReading, unknown>;

/**
 * Returns the access token of verified claims: a new frozen object with the claims that {@link AccessToken} names. Reads own
 * members only.
 *
 * Returns `undefined` if the scope claim, `sub`, `client_id`, `iss`, `jti`, `exp` or `iat` has a wrong type. A token without the
 * scope claim has the scope `""`. An `acr`, `auth_time`, `tier`, `account_type`, `entitlements` or `first_party` of a
 * wrong type is left out. It verifies nothing: not
 * the signature, not the time, not the type of the token. Decisions about the token read the claims of boundaries that their policy
 * names; a copy of the token does not have them.
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` for an unknown or invalid member of `reading`
 */
export function accessTokenFromClaims(
  claims: unknown,
  reading: ScopeReading = {},
): AccessToken | undefined {
  checkOptions("the reading of a scope", reading, READING_CHECKS);
  const claim = (readOwn(reading, "scopeClaim") ?? "scope") as ScopeClaim;
  const isList = readOwn(reading, "isScopeList") as boolean | undefined;
  return readAccessToken(claims, scopeSource(claim, isList ?? false, isList));
}

/** One place of the scope in the claims, and whether a list is accepted there. */
export interface ScopePlace {
  readonly path: readonly string[];
  readonly isList: boolean;
}

/** The places of the scope. The first one that the claims have counts. */
export type ScopeSource = readonly ScopePlace[];

/**
 * Returns the places of the scope. RFC 8693, section 4.2, defines `scope` as one string; no RFC defines the other claims.
 *
 * @param isScopeList - whether the claim `scope` may be a list
 * @param isList - whether every other claim may be a list
 */
export function scopeSource(claim: ScopeClaim, isScopeList: boolean, isList = true): ScopeSource {
  const places = isOnePlace(claim) ? [claim] : claim.firstOf;
  return places.map((place) => {
    const path = [place].flat();
    return { path, isList: path.length === 1 && path[0] === "scope" ? isScopeList : isList };
  });
}

function isOnePlace(claim: ScopeClaim): claim is ClaimPath {
  return typeof claim === "string" || Array.isArray(claim);
}

/** Returns the first place of the scope that the claims have; `undefined` if they have none. */
export function scopePlaceOf(claims: unknown, source: ScopeSource): ScopePlace | undefined {
  return source.find(({ path }) => readPath(claims, path) !== undefined);
}

/** Returns the scope of claims; `""` if they have none, `undefined` for a value of a wrong type. */
export function readScope(
  claims: unknown,
  source: ScopeSource,
): string | readonly string[] | undefined {
  const place = scopePlaceOf(claims, source);
  return place === undefined ? "" : readScopeClaim(readPath(claims, place.path), place.isList);
}

/** Returns a nested own member; `undefined` if it is missing, `null` if a member on the way is not an object. */
export function readPath(claims: unknown, path: readonly string[]): unknown {
  const [first = "", ...others] = path;
  let value = readOwn(claims, first);
  for (const name of others) {
    if (value === undefined) return undefined;
    const isObject =
      typeof value === "object" && value !== null && firstItems(value, 0) === undefined;
    if (!isObject) return null;
    value = readOwn(value, name);
  }
  return value;
}

/**
 * Returns what {@link accessTokenFromClaims} returns, for a checked source.
 *
 * @param members - deep-frozen members of the issuer, for the member `claims` of the token
 */
export function readAccessToken(
  claims: unknown,
  source: ScopeSource,
  members?: Readonly<Record<string, unknown>>,
): AccessToken | undefined {
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
  for (const [name, read] of FACTS) {
    const value = read(readOwn(claims, name));
    if (value !== undefined) token[name] = value;
  }
  if (readOwn(claims, "first_party") === true) token["first_party"] = true;
  if (members !== undefined) token["claims"] = members;
  createdTokens.set(freezeToken(token), readOwn(claims, "nbf"));
  storeClaims(token, claims);
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
  if (typeof value === "string") return value;
  // every decision rejects a longer list
  const list = isList ? firstItems(value, MAX_SCOPE_TOKENS + 1) : undefined;
  if (list === undefined || list.length > MAX_SCOPE_TOKENS) return undefined;
  return list.every((member) => typeof member === "string") ? Object.freeze(list) : undefined;
}
