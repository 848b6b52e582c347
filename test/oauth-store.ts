// In-memory store for the authorization data of an MCP client, for the clients of both SDKs.
import type {
  OAuthClientInformationMixed,
  OAuthClientMetadata,
  OAuthDiscoveryState,
  OAuthTokens,
} from "@modelcontextprotocol/client";

/** Creates a provider for one client, whose stored data a test can read. */
export function createOauthStore<Sent extends void | Promise<void>>(
  redirectUrl: string,
  clientMetadata: OAuthClientMetadata,
  redirectToAuthorization: (url: URL) => Sent,
) {
  let client: OAuthClientInformationMixed | undefined;
  let tokens: OAuthTokens | undefined;
  let discovery: OAuthDiscoveryState | undefined;
  let verifier = "";
  return {
    redirectUrl,
    clientMetadata,
    redirectToAuthorization,
    clientInformation: () => client,
    saveClientInformation: (information: OAuthClientInformationMixed) => {
      client = information;
    },
    tokens: () => tokens,
    saveTokens: (saved: OAuthTokens) => {
      tokens = saved;
    },
    discoveryState: () => discovery,
    saveDiscoveryState: (state: OAuthDiscoveryState) => {
      discovery = state;
    },
    codeVerifier: () => verifier,
    saveCodeVerifier: (saved: string) => {
      verifier = saved;
    },
    invalidateCredentials: (what: string) => {
      if (what === "all" || what === "tokens") tokens = undefined;
      if (what === "all" || what === "client") client = undefined;
    },
  };
}
