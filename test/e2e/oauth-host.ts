// The host application around an MCP client: it stores what the SDK passes to it, and sends the user's browser to the URLs of
// the SDK. One object serves the clients of both SDKs.
import { createOauthStore } from "../oauth-store.js";
import type { Browser } from "./browser.js";

/** Redirect URI of a native application. No server listens there: the browser stops at it. */
const REDIRECT = "http://127.0.0.1/callback";

export type OauthHost = ReturnType<typeof createOauthHost>;

/** Starts a host. One that wants refresh tokens registers for them. */
export function createOauthHost(browser: Browser, { refreshes = false } = {}) {
  let pending: URL | undefined;
  const provider = createOauthStore(
    REDIRECT,
    {
      client_name: "host of tests",
      redirect_uris: [REDIRECT],
      application_type: "native",
      token_endpoint_auth_method: "none",
      response_types: ["code"],
      grant_types: refreshes ? ["authorization_code", "refresh_token"] : ["authorization_code"],
    },
    (url) => {
      pending = url;
    },
  );
  return {
    provider,
    get clientId() {
      return provider.clientInformation()?.client_id ?? "";
    },
    get tokens() {
      return provider.tokens();
    },
    /** The pending authorization URL; `undefined` without one. */
    get pending() {
      return pending;
    },
    /** Opens the URL as the user, and returns the callback's parameters. */
    authorize: async (): Promise<URLSearchParams> => {
      if (pending === undefined) throw new Error("nothing to authorize");
      const url = pending;
      pending = undefined;
      return (await browser.visit(url)).searchParams;
    },
  };
}
