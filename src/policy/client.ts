/**
 * A client as a server knows it, under the names of its registration (RFC 7591, section 2). What the client registered is its
 * own claim until it is proven; the rest is for the server alone to say.
 */
export interface ConsentClient {
  /** The client's identifier. */
  readonly client_id: string;
  /** The name that the client gives itself. */
  readonly client_name?: unknown;
  /** Where the response to this request goes. */
  readonly redirect_uri?: unknown;
  /** The client's website. */
  readonly client_uri?: unknown;
  /** The client's logo. */
  readonly logo_uri?: unknown;
  /** The client's privacy policy. */
  readonly policy_uri?: unknown;
  /** The client's terms of service. */
  readonly tos_uri?: unknown;
  /**
   * The scope that the client registered: it can be granted nothing beyond it. A template stands for each of its values. Left
   * out, the policy is the only limit.
   */
  readonly scope?: string | undefined;
  /** How the client authenticates at the token endpoint; `"none"` is a public client. */
  readonly token_endpoint_auth_method?: string | undefined;
  /** Whether the client belongs to the API's owner; only exactly `true` counts. */
  readonly firstParty?: boolean | undefined;
  /** A domain that the server has verified to be the client's: never the client's own claim. */
  readonly verifiedDomain?: string | undefined;
  /** Scopes without which this client is of no use; they are locked as the policy's required ones are. */
  readonly requiredScopes?: readonly string[] | undefined;
}

/** Who may say a member of {@link ConsentClient}. A new member does not compile until it has a row here. */
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
} as const satisfies Record<keyof ConsentClient, "client" | "server">;
