import { type AccessToken, readOwn } from "../decision/access-token.js";
import { freezeToken } from "../decision/own-token.js";
import { readNames } from "../grammar/any-value.js";
import { MAX_SCOPE_TOKENS } from "../grammar/scope.js";
import type { Boundary } from "../policy/compiled-policy.js";
import { isCreatedToken, notBeforeOf, SCOPE_CLAIMS } from "./claims.js";
import { copyClaims } from "./frozen-claims.js";
import { readLimits } from "./limits.js";
import { timeRejection } from "./token-time.js";
import type { SubjectFacts } from "./token-verifier.js";
import {
  type RejectedToken,
  type RejectionReason,
  rejected,
  type Verdict,
} from "./verifier-result.js";

/** What a verifier returned, read once: a token, or its rejection. */
export type VerifiedToken = AccessToken | RejectedToken;

/** Facts of the account, which count in claims only if `trustClaims` names them. */
export const FACTS = [
  "tier",
  "account_type",
  "entitlements",
  "first_party",
  "approvedScopes",
] as const;
const PLAIN = [
  "scope",
  "sub",
  "client_id",
  "iss",
  "jti",
  "exp",
  "iat",
  "acr",
  "auth_time",
  "claims",
] as const;
const SCOPE_LISTS: readonly string[] = ["scope", "approvedScopes"];

/** Returns a member of a token or of facts: a list as a copy, so that a later change of the list has no effect. */
function copyMember(name: string, value: unknown): unknown {
  if (name === "claims") return copyClaims(value);
  if (SCOPE_LISTS.includes(name)) return copyList(value);
  return typeof value === "object" ? readNames(value) : value;
}

/** Reads the result of a verifier. Throws for a value that is neither claims nor nothing. */
export type TokenReader = (answer: unknown) => VerifiedToken;

/** The result of a verifier that returned no claims. */
export const NO_CLAIMS: RejectedToken = Object.freeze(rejected("verify_result"));

/** Returns whether a result is a rejection: a token that a reader returns has no member `kind`. */
export function isRejected(verified: object): verified is RejectedToken {
  return Object.hasOwn(verified, "kind");
}

/** Returns the rejection of claims without `scope`, with the member that was probably meant. */
function withoutScope(answer: object): RejectedToken {
  const meant = SCOPE_CLAIMS.find((name) => readOwn(answer, name) !== undefined);
  const hint =
    meant === undefined
      ? 'return the scope of the token as `scope`, `""` for none'
      : `it has \`${meant}\`: return that as \`scope\``;
  return rejected(
    "verify_result",
    `what \`verify\` or \`authenticate\` returned has no \`scope\`; ${hint}`,
  );
}

/**
 * Creates the reader of the result of a verifier. It copies the result once into a new object, so that the decision and the handler
 * see the same token even if the verifier changes its object. It does not read members that {@link AccessToken} does not name, and
 * facts that are not trusted. The token gets its values of the boundaries of the policy.
 */
export function createTokenReader(
  trusted: readonly string[],
  boundaries: readonly Boundary[],
): TokenReader {
  const untrusted = FACTS.filter((name) => !trusted.includes(name));
  const members = [...PLAIN, ...FACTS.filter((name) => trusted.includes(name))];
  const stripped = new WeakMap<AccessToken, VerifiedToken>();
  const copyOf = (answer: object): VerifiedToken => {
    const limits = readLimits(boundaries, answer);
    if (isRejected(limits)) return limits;
    const token: Record<string, unknown> = {};
    for (const name of members) {
      const value = readOwn(answer, name);
      if (value === undefined) continue;
      token[name] = copyMember(name, value);
    }
    Object.assign(token, limits);
    return freezeToken(token) as unknown as AccessToken;
  };
  // a token from the cache of a verifier gives the same object each time, which is a key of the cache of decisions
  const strip = (token: AccessToken): VerifiedToken => {
    if (boundaries.length === 0 && !hasAny(token, untrusted)) return token;
    const known = stripped.get(token);
    if (known !== undefined) return known;
    const copy = copyOf(token);
    stripped.set(token, copy);
    return copy;
  };
  return (answer) => {
    if (!isObjectOrNothing(answer)) throw new TypeError("expected claims, `null` or `undefined`");
    if (answer === undefined || answer === null) return NO_CLAIMS;
    if (isCreatedToken(answer)) return strip(answer);
    const token = copyOf(answer);
    return isRejected(token) || Object.hasOwn(token, "scope") ? token : withoutScope(answer);
  };
}

/** Returns whether an object has one of some own members. */
function hasAny(object: object, names: readonly string[]): boolean {
  for (const name of names) if (Object.hasOwn(object, name)) return true;
  return false;
}

/** Returns the reader of the detailed result of the library's own verifiers: a token, or the reason for its rejection. */
export function readerOfVerdict(read: TokenReader): TokenReader {
  return (answer) => {
    const verdict = answer as Verdict;
    return verdict.kind === "token" ? read(verdict.token) : verdict;
  };
}

/** Why a time limit rejects claims, as far as the reason alone does not explain it. */
const TIME_DETAILS: { readonly [Reason in RejectionReason]?: string } = {
  verify_result: "`exp` or `nbf` is not a number of seconds above 0 and below 10^11",
};

/** Returns a reader that also checks the time limits of the token. */
export function withTimeCheck(read: TokenReader, tolerance: number): TokenReader {
  return (answer) => {
    const token = read(answer);
    if (isRejected(token)) return token;
    const exp = readOwn(token, "exp") ?? readTime(answer as object, "exp");
    const nbf = notBeforeOf(answer as object) ?? readTime(answer as object, "nbf");
    const reason = timeRejection({ exp, nbf }, tolerance);
    return reason === undefined ? token : rejected(reason, TIME_DETAILS[reason]);
  };
}

/** Reads an own time limit. Throws if it is inherited or cannot be read: without it the token would be valid forever. */
function readTime(claims: object, name: "exp" | "nbf"): unknown {
  const value = (claims as Record<string, unknown>)[name];
  if (value === undefined || Object.hasOwn(claims, name)) return value;
  // a member that every object inherits is not part of the token
  if (Object.hasOwn(Object.prototype, name)) return undefined;
  throw new TypeError(`\`${name}\` is inherited`);
}

/**
 * Returns the token with the facts of `subject`. Own members of the facts replace those of the token, `undefined` too. Throws for a
 * list and for an inherited member: ignoring them would keep the fact in the token.
 */
export function withFacts(token: AccessToken, facts: unknown): AccessToken {
  if (!isObjectOrNothing(facts) || Array.isArray(facts)) {
    throw new TypeError("expected facts, `null` or `undefined`");
  }
  if (facts === undefined || facts === null) return token;
  const merged: Record<string, unknown> = { ...token };
  for (const name of FACTS) {
    if (Object.hasOwn(facts, name)) merged[name] = copyMember(name, (facts as SubjectFacts)[name]);
    else if (isInherited(facts, name)) throw new TypeError(`\`${name}\` is inherited`);
  }
  return freezeToken(merged) as unknown as AccessToken;
}

/** Returns whether an object inherits a member from its class. A member that every object inherits does not count. */
function isInherited(object: object, name: string): boolean {
  return name in object && !Object.hasOwn(Object.prototype, name);
}

/** Returns a value, with a list of scopes as a frozen copy; `undefined` for a list that is too long or cannot be read. */
function copyList(value: unknown): unknown {
  try {
    if (!Array.isArray(value)) return value;
    const list: readonly unknown[] = value;
    const { length } = list;
    return length > MAX_SCOPE_TOKENS
      ? undefined
      : Object.freeze(Array.from({ length }, (_, index) => list[index]));
  } catch {
    return undefined; // a getter or a proxy that throws
  }
}

function isObjectOrNothing(value: unknown): value is object | null | undefined {
  return value === undefined || typeof value === "object";
}
