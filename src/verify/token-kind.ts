import { readOwn } from "../decision/access-token.js";
import type { RejectionReason } from "../resource-server/verifier-result.js";
import type { JsonObject } from "./json-object.js";

/** A member whose presence or value marks a token that is not a bearer access token. */
export interface KindRule {
  readonly member: string;
  readonly reason: RejectionReason;
  /** Returns whether an access token may have this value. */
  readonly isAllowed: (value: unknown) => boolean;
}

const never = (): boolean => false;

function exactly(...values: readonly unknown[]): (value: unknown) => boolean {
  return (value) => values.includes(value);
}

function inAnyCase(...values: readonly string[]): (value: unknown) => boolean {
  return (value) => typeof value === "string" && values.includes(value.toLowerCase());
}

/** Rules for the claims of a JWT and for the members of an introspection response. */
export const CLAIM_KINDS: readonly KindRule[] = [
  // bound to a key (RFC 7800): accepted as a bearer token, it would work for a thief (RFC 9449, section 7.1; RFC 8705, section 3)
  { member: "cnf", reason: "confirmation", isAllowed: never },
  { member: "token_use", reason: "token_use", isAllowed: exactly("access", "access_token") },
  { member: "typ", reason: "type", isAllowed: inAnyCase("bearer", "jwt", "at+jwt") },
  // in an ID token (OpenID Connect Core 1.0, section 3.3.2.11)
  { member: "at_hash", reason: "token_use", isAllowed: never },
  { member: "c_hash", reason: "token_use", isAllowed: never },
  // in a logout token or another security event (RFC 8417, section 2.2)
  { member: "events", reason: "token_use", isAllowed: never },
];

/** Rules for the members of an introspection response. `token_type` ignores letter case (RFC 7662, section 2.2; RFC 6749, section 5.1). */
export const RESPONSE_KINDS: readonly KindRule[] = [
  ...CLAIM_KINDS,
  { member: "token_type", reason: "type", isAllowed: inAnyCase("bearer", "access_token") },
];

/** Returns the rules to apply, without the rule for `cnf` if the confirmation is ignored. */
export function kindRules(
  rules: readonly KindRule[],
  isConfirmationIgnored: boolean,
): readonly KindRule[] {
  return isConfirmationIgnored ? rules.filter(({ member }) => member !== "cnf") : rules;
}

/** Returns the reason why members mark a token of another kind; `undefined` for an access token. */
export function kindFault(
  members: JsonObject,
  rules: readonly KindRule[],
): RejectionReason | undefined {
  return rules.find(
    ({ member, isAllowed }) =>
      Object.hasOwn(members, member) && !isAllowed(readOwn(members, member)),
  )?.reason;
}
