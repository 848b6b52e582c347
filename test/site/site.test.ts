import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../../scripts/entries.mjs";
import { findings } from "../browser/findings.js";
import { launch, overflow } from "../browser/stage.js";
import { brokenLinks } from "./site-links.js";
import { SITE, serveSite } from "./site-server.js";

const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(ending) && !path.startsWith("."))
    .sort();

const SOURCES = filesIn(join(root, "docs"), ".md").filter((path) => !path.startsWith("skills/"));
const PAGES = SOURCES.map((path) => path.replace(/\.md$/, ".html"));
/** Pages that are not in llms.txt: decision records, and lists of pages. */
const UNLISTED = /^decisions\/0|^README\.md$|^api\/modules\.md$/;
/** Returns the path of the Markdown twin of a page. */
const twinOf = (path: string): string => path.replace(/\/index\.md$/, ".md");
/** One page of each kind of page; with `SITE_ALL=1` every page. */
const VISITED =
  process.env["SITE_ALL"] === undefined
    ? [
        "index.html",
        "README.html",
        "playground.html",
        "policy.html",
        "api/store.html",
        "decisions/README.html",
      ]
    : PAGES;

let site: Awaited<ReturnType<typeof serveSite>>;
let browser: Browser;
beforeAll(async () => {
  if (!existsSync(SITE)) throw new Error("no site: run `npm run docs:site` first");
  site = await serveSite();
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

/** Opens a page of the site, and collects what the browser reports as errors. */
async function open(path: string, options: BrowserContextOptions = {}) {
  const page = await (await browser.newContext(options)).newPage();
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("requestfailed", (request) => errors.push(`no response: ${request.url()}`));
  await page.goto(`${site.url}${path}`, { waitUntil: "networkidle" });
  return { page, errors };
}

/** Returns the widths by which a page is too wide, with a text for the page. */
async function widthFaults(page: Page, path: string): Promise<readonly string[]> {
  const width = await overflow(page);
  return width > 0 ? [`${path}: ${width} pixels too wide`] : [];
}

describe("the built site", () => {
  it("has a page for each document of docs", () => {
    const built = filesIn(SITE, ".html").filter((path) => path !== "404.html");
    expect(built).toEqual([...PAGES].sort());
  });

  it("has no link to a page or a heading that is not there", () => {
    expect(brokenLinks([...PAGES, "404.html"])).toEqual([]);
  });

  it("has a Markdown twin of each page", () => {
    const twins = new Set(filesIn(SITE, ".md"));
    expect(SOURCES.map(twinOf).filter((path) => !twins.has(path))).toEqual([]);
  });

  it("lists the pages for programs in llms.txt", () => {
    const text = readFileSync(join(SITE, "llms.txt"), "utf8");
    const listed = new Set(
      [...text.matchAll(/\]\(\/scope-policy\/([^)]+)\)/g)].map(([, path]) => path),
    );
    const expected = SOURCES.filter((path) => !UNLISTED.test(path)).map(twinOf);
    expect(expected.filter((path) => !listed.has(path))).toEqual([]);
    expect(readFileSync(join(SITE, "llms-full.txt"), "utf8")).toContain("# Writing a policy");
  });

  it("allows inline scripts by their hashes alone", () => {
    const withPolicy = PAGES.filter((path) => {
      const [, policy = ""] =
        /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(
          readFileSync(join(SITE, path), "utf8"),
        ) ?? [];
      return /script-src 'self'(?: 'sha256-[\w+/=]+')+$/.test(policy);
    });
    expect(withPolicy).toEqual(PAGES);
  });
});

describe.each(["light", "dark"] as const)("in the %s theme", (colorScheme) => {
  it("no page has findings of axe-core or errors in the console", async () => {
    const faults: string[] = [];
    for (const path of VISITED) {
      const { page, errors } = await open(path, { colorScheme });
      for (const fault of [...errors, ...(await findings(page))]) faults.push(`${path}: ${fault}`);
      await page.context().close();
    }
    expect(faults).toEqual([]);
  });
});

it("no page scrolls sideways at 320 pixels", async () => {
  const faults: string[] = [];
  for (const path of VISITED) {
    const { page } = await open(path, { viewport: { width: 320, height: 640 } });
    faults.push(...(await widthFaults(page, path)));
    await page.context().close();
  }
  expect(faults).toEqual([]);
});

describe("a reader", () => {
  it("finds a page by a word", async () => {
    const { page, errors } = await open("README.html");
    await page.keyboard.press("Control+k");
    await page.locator("#localsearch-input").fill("insufficient_scope");
    const result = page.locator(".results a").first();
    await result.click();
    await page.waitForURL((url) => !url.pathname.endsWith("/README.html"));
    expect(await page.locator("main").innerText()).toContain("insufficient_scope");
    expect(errors).toEqual([]);
  });

  it("sees the type of a name in code, and hides it with Escape", async () => {
    const { page } = await open("index.html");
    const tip = page.locator(".type-tip");
    await page.locator("[data-type]", { hasText: "jwtVerifier" }).first().hover();
    expect(await tip.innerText()).toContain("function jwtVerifier(options: JwtVerifierOptions)");
    await page.keyboard.press("Escape");
    expect(await tip.isVisible()).toBe(false);
  });

  it("gets the page of a missing address", async () => {
    const { page } = await open("404.html");
    expect(await page.locator("main, #app").first().innerText()).toContain("404");
  });
});
