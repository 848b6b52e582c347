import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launchBrowser } from "../../scripts/browser.mjs";
import { type Bundle, bundlePlayground, servePlayground } from "./playground-server.js";

/** The playground in a browser. */
export interface PlaygroundStage {
  readonly url: string;
  readonly bundle: Bundle;
  /** Opens the page in a new browser profile, and waits for the first result. */
  open(options?: OpenOptions): Promise<OpenPlayground>;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** What follows the path: a query and a fragment. */
  readonly address?: string;
  readonly context?: BrowserContextOptions;
  /** Prepares the page before it is loaded. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

/** An open page, and what it complains about. */
export interface OpenPlayground {
  readonly page: Page;
  /** Errors and warnings in the console, exceptions, dialogs, and requests to other servers. */
  readonly complaints: readonly string[];
}

/** Bundles the playground, and starts its server and a browser. */
export async function openPlaygroundStage(): Promise<PlaygroundStage> {
  const bundle = await bundlePlayground();
  const server = await servePlayground(bundle);
  const browser = await launchBrowser();
  return {
    url: server.url,
    bundle,
    open: (options) => openPage(browser, server.url, options),
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

async function openPage(
  browser: Browser,
  url: string,
  { address = "", context = {}, prepare }: OpenOptions = {},
): Promise<OpenPlayground> {
  const page = await (await browser.newContext(context)).newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!/^(?:about|blob):/.test(request.url()) && !request.url().startsWith(url))
      complaints.push(`request: ${request.url()}`);
  });
  await prepare?.(page);
  await page.goto(`${url}${address}`);
  await settled(page);
  return { page, complaints };
}

/** Waits until what was entered last is evaluated. */
export async function settled(page: Page): Promise<void> {
  await page.locator('.pg-results[aria-busy="false"]').waitFor({ timeout: 30_000 });
}

/** Replaces the policy as a visitor does who selects all and pastes. */
export async function pastePolicy(page: Page, text: string): Promise<void> {
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+a");
  await page.evaluate(`{
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", ${JSON.stringify(text)});
    const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
    document.querySelector(".cm-content").dispatchEvent(paste);
  }`);
  await settled(page);
}

/** Returns the text that announces the result. */
export async function statusOf(page: Page): Promise<string> {
  return (await page.getByRole("status").textContent()) ?? "";
}

/** Starts to measure for how long at most the page does nothing else. Returns a function that returns this time in milliseconds. */
export async function watchPauses(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(`{
    globalThis.longestPause = 0;
    let last = performance.now();
    setInterval(() => {
      globalThis.longestPause = Math.max(globalThis.longestPause, performance.now() - last);
      last = performance.now();
    }, 10);
  }`);
  return () => page.evaluate<number>("globalThis.longestPause");
}
