import type { AccessToken } from "../decision/access-token.js";

/**
 * What turns a raw bearer token into verified claims: `jwtVerifier` and `introspectionVerifier` of `scope-policy/verify`,
 * or one of your own. It answers `undefined` for a token that is no good (`invalid_token`), and throws only where it
 * cannot tell: an outage (`temporarily_unavailable`, 503). It looks at issuer, audience, signature and expiry at every call,
 * a remembered token's too.
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
