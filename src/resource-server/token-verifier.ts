import type { AccessToken } from "../decision/access-token.js";
import { type Awaitable, whenThere } from "./facts.js";
import type { Verify } from "./verify.js";

/**
 * Why a token is refused. For the operator's log; no part of it reaches a client.
 *
 * Where several reasons apply, the first failing check names it. `jwtVerifier` checks the form of the text, the header
 * (`algorithm`, `malformed`, `type`), the claims, then `key` and `signature`. `introspectionVerifier` checks the form of the
 * text, whether the token is active (`inactive`), then the members of the answer. Both check claims in this order: `issuer`;
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

/** The result of a verification that accepts the token. */
export interface Accepted {
  readonly kind: "token";
  readonly token: AccessToken;
}

/** The result of a verification that refuses the token. */
export interface Rejected {
  readonly kind: "rejected";
  readonly reason: RejectionReason;
}

/** The result of a verification. An outage is thrown instead. */
export type Verdict = Accepted | Rejected;

/** A verifier that also reports why it refuses a token. */
export type DetailedVerify = (rawToken: string) => Awaitable<Verdict>;

/** The detailed twin of each public verifier that {@link hideReasons} has made. */
const detailed = new WeakMap<Verify, DetailedVerify>();

/** Returns the refusal for a reason. */
export function rejected(reason: RejectionReason): Rejected {
  return { kind: "rejected", reason };
}

/** Creates the public verifier: it returns the token, or `undefined` for every refusal, and throws what `verify` throws. */
export function hideReasons(verify: DetailedVerify): Verify {
  const hidden: Verify = (rawToken) => whenThere(verify(rawToken), tokenIn);
  detailed.set(hidden, verify);
  return hidden;
}

/** Returns the verifier with reasons behind a public one; `undefined` for a function that {@link hideReasons} has not made. */
export function detailedVerify(verify: Verify): DetailedVerify | undefined {
  return detailed.get(verify);
}

function tokenIn(verdict: Verdict): AccessToken | undefined {
  return verdict.kind === "token" ? verdict.token : undefined;
}
