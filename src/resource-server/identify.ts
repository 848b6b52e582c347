import { type AccessToken, readOwn } from "../decision/access-token.js";
import {
  type DoorDenial,
  INVALID_REQUEST,
  INVALID_TOKEN,
  type InvalidToken,
  TEMPORARILY_UNAVAILABLE,
} from "../decision/decision.js";
import { parseScope } from "../grammar/scope.js";
import { holdsPlaceholder } from "../grammar/scope-syntax.js";
import type { AuthorizerOptions } from "./authorizer-options.js";
import type { Credentials } from "./credentials.js";
import type { FactAsker } from "./facts.js";
import type { SubjectFacts } from "./verify.js";

/** Whom credentials show: nobody, somebody, or nobody who can be told. */
export type Shown =
  | { readonly kind: "nobody" }
  | { readonly kind: "token"; readonly token: AccessToken }
  | { readonly kind: "refused"; readonly refusal: DoorDenial | InvalidToken };

const NOBODY: Shown = Object.freeze({ kind: "nobody" });
const BAD_REQUEST: Shown = Object.freeze({ kind: "refused", refusal: INVALID_REQUEST });
const BAD_TOKEN: Shown = Object.freeze({ kind: "refused", refusal: INVALID_TOKEN });
const OUTAGE: Shown = Object.freeze({ kind: "refused", refusal: TEMPORARILY_UNAVAILABLE });

/**
 * Lays out the way from credentials to a token: verified claims, then the facts that the token does not carry, and
 * revocation last, so that one which arrives while the token is verified counts. Never rejects.
 */
export function newIdentifier(
  { verify, subject, isRevoked }: Pick<AuthorizerOptions, "verify" | "subject" | "isRevoked">,
  factOf: FactAsker,
): (credentials: Credentials) => Promise<Shown> {
  return async (credentials) => {
    if (credentials.kind === "none") return NOBODY;
    if (credentials.kind === "malformed") return BAD_REQUEST;
    const verified = await factOf("verify", () => verify(credentials.token), isObjectOrNothing);
    if ("fault" in verified) return OUTAGE;
    const claims = verified.value ?? undefined;
    if (claims === undefined) return BAD_TOKEN;
    let token = claims;
    if (subject !== undefined) {
      const facts = await factOf("subject", () => subject(claims), isObjectOrNothing);
      if ("fault" in facts) return OUTAGE;
      token = withFacts(claims, facts.value);
    }
    if (isRevoked !== undefined) {
      const revoked = await factOf("isRevoked", () => isRevoked(token), isBoolean);
      if ("fault" in revoked) return OUTAGE;
      if (revoked.value) return BAD_TOKEN;
    }
    return { kind: "token", token };
  };
}

/** The members of {@link AccessToken}: what else an object of somebody's verifier holds is not read. */
const CLAIMS = ["scope", "sub", "client_id", "iss", "jti", "exp", "iat"] as const;
const FACTS = ["tier", "account_type", "first_party"] as const;

/** Own members of the facts take the place of the token's, `undefined` too: who is asked knows better. */
function withFacts(token: AccessToken, facts: SubjectFacts | null | undefined): AccessToken {
  if (facts === undefined || facts === null) return token;
  const merged: Record<string, unknown> = {};
  for (const name of CLAIMS) merged[name] = readOwn(token, name);
  for (const name of FACTS) {
    merged[name] = readOwn(Object.hasOwn(facts, name) ? facts : token, name);
  }
  return Object.freeze(merged) as unknown as AccessToken;
}

/** Whether the scope of a token can be read at all: one that cannot is no good for anything. */
export function hasGoodScope(token: AccessToken): boolean {
  const scope = readOwn(token, "scope");
  const text = Array.isArray(scope) ? scope.join(" ") : scope;
  if (typeof text !== "string") return false;
  return text === "" || (parseScope(text).ok && !text.split(" ").some(holdsPlaceholder));
}

function isObjectOrNothing(value: unknown): boolean {
  return value === undefined || typeof value === "object";
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}
