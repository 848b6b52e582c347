/**
 * The verified claims of an access token, under the member names of RFC 9068 and RFC 7662. Making one is the claim that
 * the token has been verified: issuer, audience, expiry, signature. A decision checks none of that.
 *
 * Decisions read own properties alone, so that nothing inherited can raise a token.
 *
 * {@link https://www.rfc-editor.org/rfc/rfc9068.html#section-2.2 RFC 9068, section 2.2}
 */
export interface AccessToken {
  /** A scope as text, or a list of scope-tokens; `""` and `[]` hold nothing, a member of the list is one token. */
  readonly scope: string | readonly string[];
  /** The user. */
  readonly sub?: string;
  /** The client that the token was issued to. */
  readonly client_id?: string;
  /** The authorization server. */
  readonly iss?: string;
  /** The token's own identifier. */
  readonly jti?: string;
  /** Seconds since 1970 after which the token is no good. Not looked at by a decision. */
  readonly exp?: number;
  /** Seconds since 1970 at which the token was issued. */
  readonly iat?: number;
  /** The plan of the account; an unknown or missing one is below the lowest. */
  readonly tier?: string;
  /** The kind of account. */
  readonly account_type?: string;
  /** Whether the client belongs to the API's owner; only exactly `true` counts. */
  readonly first_party?: boolean;
}

/** An own property of any value at all; `undefined` where there is none, and where reading it throws. */
export function readOwn(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  try {
    return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  } catch {
    return undefined; // a getter or a proxy of somebody else's: what cannot be read is not there
  }
}
