import { decodeJwt } from "jose";
import { openBrowser } from "./browser.js";
import { type OpenClient, withPerson } from "./clients.js";
import { createOauthHost, type OauthHost } from "./oauth-host.js";
import type { SchoolServer } from "./school.js";

let people = 0;

const claimsOf = ({ tokens }: OauthHost) =>
  decodeJwt<{ readonly scope: string }>(tokens?.access_token ?? "");

/** Returns a user with a browser, a host, and an unconnected client. */
export function seat(
  server: SchoolServer,
  open: OpenClient,
  options?: { readonly refreshes: boolean },
) {
  people += 1;
  const browser = openBrowser(`person-${people}`);
  const host = createOauthHost(browser, options);
  const client = open(server.url, host.provider);
  return {
    browser,
    host,
    client,
    sub: `person-${people}`,
    /** Runs an action of the client, and authorizes once if it must. */
    act: <Value>(act: () => Promise<Value>) => withPerson(host, client, act),
    claims: () => claimsOf(host),
    /** Returns the scope claim of the current token, sorted. */
    held: () => claimsOf(host).scope.split(" ").sort(),
  };
}
