import { readOwn } from "../decision/access-token.js";
import { readAccessToken, type ScopeSource } from "../resource-server/claims.js";
import {
  type RejectionReason,
  rejected,
  type Verdict,
} from "../resource-server/verifier-result.js";
import { MAX_SECONDS } from "./clock.js";
import type { JsonObject } from "./json-object.js";
import { type KindRule, kindFault } from "./token-kind.js";

/** Rules for the claims of a signed token and for the members of an introspection response. */
export interface ClaimRules {
  readonly issuer: string;
  /** Identifiers of this resource server; `undefined` accepts every audience. */
  readonly audiences: ReadonlySet<string> | undefined;
  /** Names of the claims that must be present. */
  readonly required: readonly string[];
  readonly kinds: readonly KindRule[];
  /** Tolerance for the issuer's clock, in seconds. */
  readonly tolerance: number;
  readonly scope: ScopeSource;
}

const STRING_CLAIMS = ["sub", "client_id", "jti"];
const TIME_CLAIMS = ["exp", "iat", "nbf"];

/**
 * Checks claims at a time. Returns the access token, or the reason of the rejection.
 *
 * @param now - milliseconds since 1970
 */
export function checkClaims(claims: JsonObject, now: number, rules: ClaimRules): Verdict {
  const fault =
    issuerFault(claims, rules) ??
    kindFault(claims, rules.kinds) ??
    missingFault(claims, rules) ??
    audienceFault(claims, rules) ??
    valueFault(claims) ??
    timeFault(claims, now, rules);
  if (fault !== undefined) return rejected(fault);
  // every other claim is checked by now: only the scope can still fail
  const token = readAccessToken(claims, rules.scope);
  return token === undefined ? rejected("scope_claim") : { kind: "token", token };
}

function issuerFault(claims: JsonObject, { issuer }: ClaimRules): RejectionReason | undefined {
  return Object.hasOwn(claims, "iss") && readOwn(claims, "iss") !== issuer ? "issuer" : undefined;
}

function missingFault(claims: JsonObject, { required }: ClaimRules): RejectionReason | undefined {
  return required.every((name) => Object.hasOwn(claims, name)) ? undefined : "claim_missing";
}

/** Checks that `aud` is a non-empty string or a list of them, and that one is an identifier of this server (RFC 7519, section 4.1.3). */
function audienceFault(claims: JsonObject, { audiences }: ClaimRules): RejectionReason | undefined {
  if (audiences === undefined) return undefined;
  const audience = readOwn(claims, "aud");
  const list: readonly unknown[] = Array.isArray(audience) ? audience : [audience];
  const isOurs = list.every(isNonEmptyString) && list.some((member) => audiences.has(member));
  return isOurs ? undefined : "audience";
}

/** Checks that strings are not empty and that times are finite. A number too large for a double (`1e400`) is infinite and would never expire. */
function valueFault(claims: JsonObject): RejectionReason | undefined {
  const isAbsentOrValid = (name: string, check: (value: unknown) => boolean): boolean =>
    !Object.hasOwn(claims, name) || check(readOwn(claims, name));
  const areValid =
    STRING_CLAIMS.every((name) => isAbsentOrValid(name, isNonEmptyString)) &&
    TIME_CLAIMS.every((name) => isAbsentOrValid(name, Number.isFinite)) &&
    isAbsentOrValid("exp", (exp) => (exp as number) < MAX_SECONDS);
  return areValid ? undefined : "malformed";
}

/** Checks that the token is already valid and has not expired (RFC 7519, sections 4.1.4 to 4.1.6). */
function timeFault(
  claims: JsonObject,
  now: number,
  { tolerance }: ClaimRules,
): RejectionReason | undefined {
  const [exp, iat, nbf] = TIME_CLAIMS.map((name) => readOwn(claims, name) as number | undefined);
  if (now >= expiryOf(exp, tolerance)) return "expired";
  const isAlreadyValid = [iat, nbf].every(
    (time) => time === undefined || (time - tolerance) * 1_000 <= now,
  );
  return isAlreadyValid ? undefined : "not_yet_valid";
}

/** Returns whether a value is a non-empty string. */
export function isNonEmptyString(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** Returns the time from which on a token is expired, in milliseconds since 1970. `exp` and `tolerance` are in seconds. */
export function expiryOf(exp: number | undefined, tolerance: number): number {
  return exp === undefined ? Number.POSITIVE_INFINITY : (exp + tolerance) * 1_000;
}
