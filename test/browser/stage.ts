// A real browser, an authorization server, and a local program that receives the response.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { BrowserContextOptions, Page } from "playwright-core";
import type { Policy } from "scope-policy";
import { type AuthorizationServer, start } from "../../examples/authorization-server/server.js";
import { launchBrowser } from "../../scripts/browser.mjs";
import { createClient, type OauthClient } from "../authorization-server/oauth-client.js";

/** Browser and authorization server of one policy. */
export interface Stage {
  /** Authorization server of the policy. */
  readonly server: AuthorizationServer;
  /** Events that the server logged. */
  readonly events: readonly string[];
  /** Registers a client, and opens its consent page in a new browser profile. */
  visit(scope: string, more?: VisitOptions): Promise<Visit>;
  /** Closes the browser and the server. */
  close(): Promise<void>;
}

/** Options of one visit of the consent page. */
export interface VisitOptions {
  /** Further parameters of the authorization request. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Options of the browser profile. */
  readonly context?: BrowserContextOptions;
  /** User who signs in. Default: `"ana"`. */
  readonly person?: string;
  /** Redirect URI of the client. Default: the program of the stage. */
  readonly redirectUri?: string;
}

/** Client with its consent page. */
export interface Visit {
  readonly client: OauthClient;
  readonly page: Page;
  /** Errors that the browser reported, in particular violations of the content security policy. */
  readonly complaints: readonly string[];
}

/** Opens a browser and a server for one policy. */
export async function openStage(policy: Policy): Promise<Stage> {
  const events: string[] = [];
  const server = await start(policy, { log: (event) => void events.push(event) });
  const callback = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end('<!doctype html><html lang="en"><title>Back</title><p>Back in the app');
  });
  await new Promise<void>((resolve) => callback.listen(0, "127.0.0.1", resolve));
  const redirect = `http://127.0.0.1:${(callback.address() as AddressInfo).port}/cb`;
  const browser = await launchBrowser();
  return {
    server,
    events,
    visit: async (
      scope,
      { parameters = {}, context = {}, person: user = "ana", redirectUri = redirect } = {},
    ) => {
      const client = await createClient(server.issuer, redirectUri);
      const page = await (await browser.newContext(context)).newPage();
      const errors: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error") errors.push(message.text());
      });
      await page.goto(client.authorize({ scope, ...parameters }));
      await untilLoad(page, () => page.locator(`button[value=${user}]`).click());
      return { client, page, complaints: errors };
    },
    close: async () => {
      await browser.close();
      await server.close();
      callback.closeAllConnections();
      await new Promise((resolve) => callback.close(resolve));
    },
  };
}

/** Does what leads to another page, and waits until this is loaded whole: a click does not wait for that. */
export async function untilLoad(page: Page, act: () => Promise<void>): Promise<void> {
  const loaded = page.waitForEvent("load");
  await act();
  await loaded;
}

/** Presses a button that leads to another page, and waits for that. */
export function press(page: Page, name: string): Promise<void> {
  return untilLoad(page, () => page.getByRole("button", { name, exact: true }).click());
}

/** Returns the values of the checked boxes of the page. */
export function checkedBoxes(page: Page): Promise<readonly string[]> {
  const boxes = "document.querySelectorAll('input[type=checkbox]:checked')";
  return page.evaluate<readonly string[]>(`[...${boxes}].map((box) => box.value)`);
}

/** Returns by how many pixels the content is wider than the page. */
export function overflow(page: Page): Promise<number> {
  const root = "document.documentElement";
  return page.evaluate<number>(`${root}.scrollWidth - ${root}.clientWidth`);
}
