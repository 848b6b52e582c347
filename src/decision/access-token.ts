/**
 * The verified claims of an access token, under the member names of RFC 9068 and RFC 7662. Pass claims only after you have
 * verified the token: its issuer, audience, expiry and signature. A decision checks none of these.
 *
 * Decisions read own properties only, so that an inherited property cannot add rights to a token.
 *
 * {@link https://www.rfc-editor.org/rfc/rfc9068.html#section-2.2 RFC 9068, section 2.2}
 */
export interface AccessToken {
  /** A scope as text, or a list of scope-tokens, one token in each item. `""` and `[]` grant nothing. */
  readonly scope: string | readonly string[];
  /** The identifier of the user. */
  readonly sub?: string;
  /** The identifier of the OAuth client that the token was issued to. */
  readonly client_id?: string;
  /** The issuer identifier of the authorization server. */
  readonly iss?: string;
  /** The identifier of the token. */
  readonly jti?: string;
  /** Expiry in seconds since 1970. A decision ignores it. */
  readonly exp?: number;
  /** Time of issue in seconds since 1970. */
  readonly iat?: number;
  /** The authentication context class of the user's authentication. */
  readonly acr?: string;
  /** Time of the user's authentication in seconds since 1970. */
  readonly auth_time?: number;
  /** The tier of the account. An undeclared or missing tier ranks below the lowest one. */
  readonly tier?: string;
  /** The account type, or all of them. A value that is neither a text nor a list of at most 1,024 texts counts as missing. */
  readonly account_type?: string | readonly string[];
  /** The entitlements of the account. A value that is not a list of at most 1,024 texts counts as none. */
  readonly entitlements?: readonly string[];
  /**
   * The values that the token is limited to, by the name of the boundary in the policy. One text counts as a list of one. A token
   * with any other value, or with more than 1,024 texts, is invalid.
   */
  readonly boundaries?: Readonly<Record<string, readonly string[]>>;
  /** Whether the client belongs to the owner of the API. Only exactly `true` counts. */
  readonly first_party?: boolean;
  /**
   * The restricted scopes that the server approved for the client: a call that lacks one of them is denied with
   * `insufficient_scope`, not with `reserved_scope`. A template covers each of its values. An authorizer takes it from `subject`
   * only.
   */
  readonly approvedScopes?: readonly string[];
  /**
   * Other members of the issuer's token, such as `org_id`, if the verifier has the option `claims`, or if your own function
   * returns this member: deep-frozen plain data. Decisions and audit events never read them.
   */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** Returns an own property of any value; `undefined` if the value does not have it, or if reading it throws. */
export function readOwn(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  try {
    return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  } catch {
    return undefined; // a getter or a proxy that throws: an unreadable property counts as missing
  }
}

/** Returns whether the token has an own `first_party` member that is exactly `true`. */
export function isFirstParty(token: unknown): boolean {
  return readOwn(token, "first_party") === true;
}
