import type { AccessToken } from "../decision/access-token.js";

/**
 * Returns the verified claims of a raw bearer token: `jwtVerifier` and `introspectionVerifier` of `scope-policy/verify`, or a
 * function of your own. It returns `undefined` for a token that is not valid (`invalid_token`), and throws only if it cannot decide:
 * an outage (`temporarily_unavailable`, 503). It checks issuer, audience and signature at every call, of a cached token too. The
 * authorizer checks `exp` and `nbf` of the claims that your own function returns, and reads `tier`, `account_type`,
 * `entitlements` and `first_party` only if `trustClaims` names them. For the boundaries of a policy, the authorizer reads the claims
 * that the policy names from the tokens of the library's verifiers; your own function returns `boundaries`.
 */
export type Verify = (
  rawToken: string,
) => AccessToken | null | undefined | PromiseLike<AccessToken | null | undefined>;

/** Facts of the account that the token does not carry. An own member overrides that of the token, `undefined` too. */
export interface SubjectFacts {
  /** The tier of the account. */
  readonly tier?: string | undefined;
  /** The account type, or all of them. */
  readonly account_type?: string | readonly string[] | undefined;
  /** The entitlements of the account. */
  readonly entitlements?: readonly string[] | undefined;
  /** Whether the client belongs to the owner of the API. */
  readonly first_party?: boolean | undefined;
  /** The restricted scopes that the server approved for the client. A template covers each of its values. */
  readonly approvedScopes?: readonly string[] | undefined;
}

/** The name of a callback of an authorizer. */
export type CallbackName = "verify" | "authenticate" | "subject" | "isRevoked" | "audit" | "onUsed";

/** An outage: a callback threw, rejected, exceeded the timeout, or returned an unusable value. */
export interface Outage {
  /** The callback that failed. */
  readonly source: CallbackName;
  /** The thrown error; a `TypeError` for an unusable value, an `Error` for a timeout. */
  readonly error: unknown;
}
