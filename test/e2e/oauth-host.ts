// The host application around an MCP client: it keeps what the SDK gives it, and sends the person's browser where the
// SDK says. One object serves the clients of both SDKs.
import type {
  OAuthClientInformationMixed,
  OAuthClientMetadata,
  OAuthDiscoveryState,
  OAuthTokens,
} from "@modelcontextprotocol/client";
import type { Browser } from "./browser.js";

/** Where a native application would listen; nobody does, the browser stops there. */
const REDIRECT = "http://127.0.0.1/callback";

export type OauthHost = ReturnType<typeof newOauthHost>;

/** Starts a host; one that wants refresh tokens registers for them. */
export function newOauthHost(browser: Browser, { refreshes = false } = {}) {
  let client: OAuthClientInformationMixed | undefined;
  let tokens: OAuthTokens | undefined;
  let discovery: OAuthDiscoveryState | undefined;
  let verifier = "";
  let pending: URL | undefined;
  const clientMetadata: OAuthClientMetadata = {
    client_name: "host of tests",
    redirect_uris: [REDIRECT],
    application_type: "native",
    token_endpoint_auth_method: "none",
    response_types: ["code"],
    grant_types: refreshes ? ["authorization_code", "refresh_token"] : ["authorization_code"],
  };
  const provider = {
    redirectUrl: REDIRECT,
    clientMetadata,
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
    redirectToAuthorization: (url: URL) => {
      pending = url;
    },
    invalidateCredentials: (what: string) => {
      if (what === "all" || what === "tokens") tokens = undefined;
      if (what === "all" || what === "client") client = undefined;
    },
  };
  return {
    provider,
    get clientId() {
      return client?.client_id ?? "";
    },
    get tokens() {
      return tokens;
    },
    /** The authorization URL that waits for the person; `undefined` for none. */
    get pending() {
      return pending;
    },
    /** Lets the person go there, and gives what comes back. */
    authorize: async (): Promise<URLSearchParams> => {
      if (pending === undefined) throw new Error("nothing to authorize");
      const url = pending;
      pending = undefined;
      return (await browser.visit(url)).searchParams;
    },
  };
}
