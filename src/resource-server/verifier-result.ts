import type { AccessToken } from "../decision/access-token.js";
import { type Awaitable, mapAwaitable } from "./callbacks.js";
import type { Verify } from "./token-verifier.js";

/**
 * The reason why a token is rejected. It is for the log of the operator, and no part of it reaches a client.
 *
 * If several reasons apply, it is that of the first failing check. `jwtVerifier` checks the form of the text, the header
 * (`algorithm`, `malformed`, `type`), the claims, then `key` and `signature`. `introspectionVerifier` checks the form of the text,
 * whether the token is active (`inactive`), then the members of the response. Both check claims in this order: `issuer`;
 * `confirmation`, `token_use` and `type`; `claim_missing`; `audience`; `malformed`; `expired`; `not_yet_valid`; `scope_claim`.
 */
export type RejectionReason =
  | "malformed"
  | "algorithm"
  | "key"
  | "signature"
  | "type"
  | "issuer"
  | "audience"
  | "expired"
  | "not_yet_valid"
  | "claim_missing"
  | "scope_claim"
  | "confirmation"
  | "token_use"
  | "inactive"
  | "revoked"
  | "verify_result";

/** The result of a verification that accepted the token. */
export interface AcceptedToken {
  readonly kind: "token";
  readonly token: AccessToken;
}

/** The result of a verification that rejected the token. */
export interface RejectedToken {
  readonly kind: "rejected";
  readonly reason: RejectionReason;
  /** One sentence for the operator: what the check saw, and the option that would accept the token. Never contains the token. */
  readonly detail?: string;
  /** The issuer that the token names, as one line of at most 128 characters. */
  readonly issuer?: string;
  /** The key that the token names, as one line of at most 128 characters. */
  readonly kid?: string;
}

/** The result of a verification. A verifier throws on an outage instead. */
export type Verdict = AcceptedToken | RejectedToken;

/** Verifies a raw token as {@link Verify} does, and returns the reason if it rejects the token. */
export type DetailedVerify = (rawToken: string) => Awaitable<Verdict>;

/**
 * Returns the raw token of the same text that the verifier has accepted before, if it still has it. It says nothing about the token but
 * that its text is a valid `b64token`, which takes longer to test than to look up.
 */
export type FindAccepted = (rawToken: string) => string | undefined;

/** What is behind each public verifier that {@link hideReasons} returned. */
const hiddenParts = new WeakMap<
  Verify,
  { readonly verify: DetailedVerify; readonly findAccepted: FindAccepted | undefined }
>();

/** Returns the rejection for a reason. */
export function rejected(reason: RejectionReason, detail?: string): RejectedToken {
  return detail === undefined ? { kind: "rejected", reason } : { kind: "rejected", reason, detail };
}

/** Creates the public verifier. It returns the token, or `undefined` for every rejection, and throws what `verify` throws. */
export function hideReasons(verify: DetailedVerify, findAccepted?: FindAccepted): Verify {
  const hidden: Verify = (rawToken) => mapAwaitable(verify(rawToken), tokenIn);
  hiddenParts.set(hidden, { verify, findAccepted });
  return hidden;
}

/** Returns the detailed verifier behind a public one; `undefined` for a function that {@link hideReasons} did not return. */
export function detailedVerify(verify: Verify): DetailedVerify | undefined {
  return hiddenParts.get(verify)?.verify;
}

/** Returns the lookup of a public verifier; `undefined` for one without it. */
export function findAcceptedOf(verify: Verify): FindAccepted | undefined {
  return hiddenParts.get(verify)?.findAccepted;
}

function tokenIn(verdict: Verdict): AccessToken | undefined {
  return verdict.kind === "token" ? verdict.token : undefined;
}
