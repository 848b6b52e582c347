// A person at an MCP client: the SDK's own, whose way to the authorization server goes through a page of a real browser.
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
import { newOauthMemory } from "../oauth-memory.js";

/** The row of a consent page, as a person sees it. */
export interface SeenRow {
  readonly scope: string;
  readonly checked: boolean;
  readonly badge: string;
  /** What the page says of the account's plan. */
  readonly tier: string;
  /** Why the box is as it is. */
  readonly why: string;
}

interface Claims extends AccessToken {
  readonly scope: string;
}

/** A client that is not connected yet; `scope` is what it registers for, and asks for where the server names nothing. */
export function newSeat(page: Page, url: string, redirectUrl: string, scope: string) {
  const opened: URL[] = [];
  const name = `Assistant ${crypto.randomUUID().slice(0, 8)}`;
  const authProvider = newOauthMemory(
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
  const newTransport = () => new StreamableHTTPClientTransport(new URL(url), { authProvider });
  let transport = newTransport();
  let client = new Client({ name, version: "1" });

  const accessToken = () => authProvider.tokens()?.access_token ?? "";
  const claims = () => decodeJwt<Claims>(accessToken());
  return {
    name,
    page,
    /** The authorization requests that the browser was sent to. */
    opened,
    clientId: () => authProvider.clientInformation()?.client_id,
    accessToken,
    claims,
    /** The scopes of the token in use, sorted. */
    held: () => claims().scope.split(" ").sort(),
    /** Asks for scopes that nobody has demanded yet. */
    ask: (scopes: string) => auth(authProvider, { serverUrl: url, scope: scopes }),
    connect: async () => {
      transport = newTransport();
      client = new Client({ name, version: "1" }, { versionNegotiation: { mode: "auto" } });
      await client.connect(transport);
    },
    list: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: async (tool: string, input: Readonly<Record<string, string>> = {}) => {
      const { isError, content } = await client.callTool({ name: tool, arguments: input });
      const [first] = content;
      return { isError: isError === true, text: first?.type === "text" ? first.text : "" };
    },
    /** Does what sends the browser away, and stops where the person has to answer. */
    isSentAway: async (act: () => Promise<unknown>) => {
      const before = opened.length;
      await expect(act()).rejects.toBeInstanceOf(UnauthorizedError);
      expect(opened.length).toBe(before + 1);
    },
    /** Signs in, and stops before the consent page. */
    signIn: async (person: string) => {
      await page.locator(`button[value=${person}]`).click();
      await page.locator("button[value=approve]").waitFor();
    },
    /** Presses a button, and gives the client what comes back. */
    answer: async (button: "Allow" | "Deny") => {
      await page.getByRole("button", { name: button, exact: true }).click();
      await page.waitForURL(`${redirectUrl}?*`);
      await transport.finishAuth(new URL(page.url()).searchParams);
    },
    close: () => client.close(),
  };
}

/** The rows of the consent page. */
export function rowsOf(page: Page): Promise<readonly SeenRow[]> {
  return page.evaluate<readonly SeenRow[]>(`[...document.querySelectorAll(".row")].map((row) => {
    const { value, checked } = row.querySelector("input");
    const text = (name) => row.querySelector(name)?.textContent ?? "";
    return { scope: value, checked, badge: text(".badge"), tier: text(".tier"), why: text(".why") };
  })`);
}
