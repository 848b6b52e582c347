import { readOwn } from "../decision/access-token.js";
import { type RejectionReason, rejected } from "../resource-server/verifier-result.js";
import { listed, shownMember } from "./shown-value.js";
import type { TokenCheck } from "./token-check.js";

/** A member whose presence or value marks a token that is not a bearer access token. */
export interface KindRule {
  readonly member: string;
  readonly reason: RejectionReason;
  /** Returns whether an access token may have this value. */
  readonly isAllowed: (value: unknown) => boolean;
  /** What the rejection adds to the value: what was expected, and the option that accepts the token. */
  readonly advice: string;
}

const never = (): boolean => false;

/** Returns the members of a rule for values that are compared as they are, or in lower case. */
function values(...allowed: readonly string[]) {
  return { advice: `expected ${listed(allowed, "or")}: ${OTHER_KIND}` };
}

function exactly(...allowed: readonly string[]) {
  return {
    isAllowed: (value: unknown) => allowed.includes(value as string),
    ...values(...allowed),
  };
}

function inAnyCase(...allowed: readonly string[]) {
  const isAllowed = (value: unknown) =>
    typeof value === "string" && allowed.includes(value.toLowerCase());
  return { isAllowed, ...values(...allowed) };
}

const OTHER_KIND = "send an access token, since no option accepts another kind of token";
const ID_TOKEN = { isAllowed: never, advice: `only ID tokens have it: ${OTHER_KIND}` };

/** Rules for the claims of a JWT and for the members of an introspection response. */
export const CLAIM_KINDS: readonly KindRule[] = [
  // bound to a key (RFC 7800): accepted as a bearer token, it would work for a thief (RFC 9449, section 7.1; RFC 8705, section 3)
  {
    member: "cnf",
    reason: "confirmation",
    isAllowed: never,
    advice:
      "the token is bound to a key: `dangerouslyIgnoreConfirmation: true` accepts it, for a server whose proxy checks the proof of possession",
  },
  { member: "token_use", reason: "token_use", ...exactly("access", "access_token") },
  { member: "typ", reason: "type", ...inAnyCase("bearer", "jwt", "at+jwt") },
  // in an ID token (OpenID Connect Core 1.0, section 3.3.2.11)
  { member: "at_hash", reason: "token_use", ...ID_TOKEN },
  { member: "c_hash", reason: "token_use", ...ID_TOKEN },
  // in a logout token or another security event (RFC 8417, section 2.2)
  {
    member: "events",
    reason: "token_use",
    isAllowed: never,
    advice: `only logout tokens and other security events have it: ${OTHER_KIND}`,
  },
];

/** Rules for the members of an introspection response. `token_type` ignores letter case (RFC 7662, section 2.2; RFC 6749, section 5.1). */
export const RESPONSE_KINDS: readonly KindRule[] = [
  ...CLAIM_KINDS,
  { member: "token_type", reason: "type", ...inAnyCase("bearer", "access_token") },
];

/** Returns the rules to apply, without the rule for `cnf` if the confirmation is ignored. */
export function kindRules(
  rules: readonly KindRule[],
  isConfirmationIgnored: boolean,
): readonly KindRule[] {
  return isConfirmationIgnored ? rules.filter(({ member }) => member !== "cnf") : rules;
}

/** Returns the check of a rule. It rejects members that mark a token of another kind. */
export function kindCheck({ member, reason, isAllowed, advice }: KindRule): TokenCheck {
  return {
    name: `kind: ${member}`,
    seen: (members) => shownMember(members, member),
    fault: (members) => {
      if (!Object.hasOwn(members, member) || isAllowed(readOwn(members, member))) return undefined;
      return rejected(reason, `${shownMember(members, member)}; ${advice}`);
    },
  };
}
