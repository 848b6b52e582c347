// User of an MCP client: the client of the SDK, which opens the authorization server in a real browser.
import {
  auth,
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import { decodeJwt } from "jose";
import type { Page } from "playwright-core";
import type { AccessToken } from "scope-policy";
import { expect } from "vitest";
import { createOauthStore } from "../oauth-store.js";
import { untilLoad } from "./stage.js";

/** Row of a consent page, as the user sees it. */
export interface SeenRow {
  readonly scope: string;
  readonly checked: boolean;
  readonly badge: string;
  /** Note about the account's tier. */
  readonly tier: string;
  /** Reason for the state of the box. */
  readonly why: string;
}

interface Claims extends AccessToken {
  readonly scope: string;
}

/** Returns a client that is not connected yet. It registers `scope`, and requests it if the server names no scope. */
export function createSeat(page: Page, url: string, redirectUrl: string, scope: string) {
  const opened: URL[] = [];
  const name = `Assistant ${crypto.randomUUID().slice(0, 8)}`;
  const authProvider = createOauthStore(
    redirectUrl,
    {
      client_name: name,
      redirect_uris: [redirectUrl],
      token_endpoint_auth_method: "none",
      scope,
    },
    async (to) => {
      opened.push(to);
      await page.goto(to.href);
    },
  );
  const createTransport = () => new StreamableHTTPClientTransport(new URL(url), { authProvider });
  let transport = createTransport();
  let client = new Client({ name, version: "1" });

  const accessToken = () => authProvider.tokens()?.access_token ?? "";
  const claims = () => decodeJwt<Claims>(accessToken());
  return {
    name,
    page,
    /** Authorization requests that the browser opened. */
    opened,
    clientId: () => authProvider.clientInformation()?.client_id,
    accessToken,
    claims,
    /** Returns the scopes of the current token, sorted. */
    held: () => claims().scope.split(" ").sort(),
    /** Requests scopes that the server has not demanded. */
    ask: (scopes: string) => auth(authProvider, { serverUrl: url, scope: scopes }),
    connect: async () => {
      transport = createTransport();
      client = new Client({ name, version: "1" }, { versionNegotiation: { mode: "auto" } });
      await client.connect(transport);
    },
    list: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: async (tool: string, input: Readonly<Record<string, string>> = {}) => {
      const { isError, content } = await client.callTool({ name: tool, arguments: input });
      const [first] = content;
      return { isError: isError === true, text: first?.type === "text" ? first.text : "" };
    },
    /** Runs an action, checks that it opens the browser, and stops at the page on which the user has to decide. */
    isSentAway: async (act: () => Promise<unknown>) => {
      const before = opened.length;
      await expect(act()).rejects.toBeInstanceOf(UnauthorizedError);
      expect(opened.length).toBe(before + 1);
    },
    /** Signs in, and stops at the consent page. */
    signIn: async (person: string) => {
      await untilLoad(page, () => page.locator(`button[value=${person}]`).click());
      await page.locator("button[value=approve]").waitFor();
    },
    /** Presses a button, and passes the response to the client. */
    answer: async (button: "Allow" | "Deny") => {
      await page.getByRole("button", { name: button, exact: true }).click();
      await page.waitForURL(`${redirectUrl}?*`);
      await transport.finishAuth(new URL(page.url()).searchParams);
    },
    close: () => client.close(),
  };
}

/** Returns the rows of the consent page. */
export function rowsOf(page: Page): Promise<readonly SeenRow[]> {
  return page.evaluate<readonly SeenRow[]>(`[...document.querySelectorAll(".row")].map((row) => {
    const { value, checked } = row.querySelector("input");
    const text = (name) => row.querySelector(name)?.textContent ?? "";
    return { scope: value, checked, badge: text(".badge"), tier: text(".tier"), why: text(".why") };
  })`);
}
