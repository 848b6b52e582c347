// One real browser, one authorization server, and a program on this device that takes the answer.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import type { Policy } from "scope-policy";
import { type AuthorizationServer, start } from "../../examples/authorization-server/server.js";
import { newClient, type OauthClient } from "../authorization-server/oauth-client.js";

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
}

export interface Stage {
  readonly server: AuthorizationServer;
  /** What the server wrote into its log. */
  readonly events: readonly string[];
  /** A client, and a page of a new browser profile that stands before the consent page. */
  visit(scope: string, more?: VisitOptions): Promise<Visit>;
  close(): Promise<void>;
}

export interface VisitOptions {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly context?: BrowserContextOptions;
  readonly person?: string;
  /** Where the answer goes, if not to the program of the stage. */
  readonly redirectUri?: string;
}

export interface Visit {
  readonly client: OauthClient;
  readonly page: Page;
  /** What the browser complained of: what its security policy stopped, above all. */
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
  const browser = await launch();
  return {
    server,
    events,
    visit: async (
      scope,
      { parameters = {}, context = {}, person = "ana", redirectUri = redirect } = {},
    ) => {
      const client = await newClient(server.issuer, redirectUri);
      const page = await (await browser.newContext(context)).newPage();
      const complaints: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      await page.goto(client.authorize({ scope, ...parameters }));
      await page.locator(`button[value=${person}]`).click();
      return { client, page, complaints };
    },
    close: async () => {
      await browser.close();
      await server.close();
      callback.closeAllConnections();
      await new Promise((resolve) => callback.close(resolve));
    },
  };
}

/** The boxes of the page: those that are checked, as a person sees them. */
export function checkedBoxes(page: Page): Promise<readonly string[]> {
  const boxes = "document.querySelectorAll('input[type=checkbox]:checked')";
  return page.evaluate<readonly string[]>(`[...${boxes}].map((box) => box.value)`);
}

/** Whether anything stands beside the page's edge. */
export function overflow(page: Page): Promise<number> {
  const root = "document.documentElement";
  return page.evaluate<number>(`${root}.scrollWidth - ${root}.clientWidth`);
}
