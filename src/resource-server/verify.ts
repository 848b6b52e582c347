import type { AccessToken } from "../decision/access-token.js";

/**
 * Takes a raw bearer token to its verified claims: `jwtVerifier` and `introspectionVerifier` of `scope-policy/verify`, or a
 * function of your own. It returns `undefined` for a token that is not valid (`invalid_token`), and throws only where it
 * cannot decide: an outage (`temporarily_unavailable`, 503). It checks issuer, audience and signature at every call, of a
 * cached token too. The authorizer checks `exp` and `nbf` of what a function of your own returns, and reads `tier`,
 * `account_type` and `first_party` only where `trustClaims` names them.
 */
export type Verify = (
  rawToken: string,
) => AccessToken | null | undefined | PromiseLike<AccessToken | null | undefined>;

/** Facts of the account that a token does not carry. An own member overrides that of the token, `undefined` too. */
export interface SubjectFacts {
  /** The plan. */
  readonly tier?: string | undefined;
  /** The kind of account. */
  readonly account_type?: string | undefined;
  /** Whether the client belongs to the API's owner. */
  readonly first_party?: boolean | undefined;
}

/** Whom an authorizer asks. */
export type FactSource = "verify" | "subject" | "isRevoked" | "audit";

/** An outage: somebody who is asked for facts threw, took too long, or answered what is no answer. */
export interface Fault {
  /** Who. */
  readonly source: FactSource;
  /** What was thrown; a `TypeError` for an answer that is none, an `Error` for a timeout. */
  readonly error: unknown;
}
