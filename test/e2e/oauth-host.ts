// The host application around an MCP client: it keeps what the SDK gives it, and sends the person's browser where the
// SDK says. One object serves the clients of both SDKs.
import { newOauthMemory } from "../oauth-memory.js";
import type { Browser } from "./browser.js";

/** Where a native application would listen; nobody does, the browser stops there. */
const REDIRECT = "http://127.0.0.1/callback";

export type OauthHost = ReturnType<typeof newOauthHost>;

/** Starts a host; one that wants refresh tokens registers for them. */
export function newOauthHost(browser: Browser, { refreshes = false } = {}) {
  let pending: URL | undefined;
  const provider = newOauthMemory(
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
