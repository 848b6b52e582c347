/**
 * The server's record of a client, with the names of client registration (RFC 7591, section 2). Members that the client
 * registered are unproven claims of the client. Only the server sets the others.
 */
export interface ConsentClient {
  /** The client identifier. */
  readonly client_id: string;
  /** The display name that the client registered. */
  readonly client_name?: unknown;
  /** The URI that receives the response to this request. */
  readonly redirect_uri?: unknown;
  /** URL of the client's website. */
  readonly client_uri?: unknown;
  /** URL of the client's logo. */
  readonly logo_uri?: unknown;
  /** URL of the client's privacy policy. */
  readonly policy_uri?: unknown;
  /** URL of the client's terms of service. */
  readonly tos_uri?: unknown;
  /**
   * The scope that the client registered. The client cannot be granted more. A template covers each of its values. Default: the
   * policy is the only limit.
   */
  readonly scope?: string | undefined;
  /** Authentication method of the client at the token endpoint. `"none"` is a public client. */
  readonly token_endpoint_auth_method?: string | undefined;
  /** Whether the client belongs to the owner of the API. Only the value `true` counts. Default: `false`. */
  readonly firstParty?: boolean | undefined;
  /** A domain of the client that the server has verified. Never a claim of the client. */
  readonly verifiedDomain?: string | undefined;
  /** Scopes that this client cannot work without. The user cannot deselect them, as with `required` scopes of the policy. */
  readonly requiredScopes?: readonly string[] | undefined;
  /** The restricted scopes that the server approved for this client. A template covers each of its values. Default: none. */
  readonly approvedScopes?: readonly string[] | undefined;
}

/** The source of each member of {@link ConsentClient}. A new member does not compile until it has a row here. */
export const CLIENT_MEMBERS = {
  client_id: "server",
  client_name: "client",
  redirect_uri: "server",
  client_uri: "client",
  logo_uri: "client",
  policy_uri: "client",
  tos_uri: "client",
  scope: "client",
  token_endpoint_auth_method: "client",
  firstParty: "server",
  verifiedDomain: "server",
  requiredScopes: "server",
  approvedScopes: "server",
} as const satisfies Record<keyof ConsentClient, "client" | "server">;
