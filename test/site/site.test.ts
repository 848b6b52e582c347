import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "../../scripts/browser.mjs";
import { root } from "../../scripts/entries.mjs";
import { findings } from "../browser/findings.js";
import { overflow } from "../browser/stage.js";
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
    ? ["index.html", "playground.html", "policy.html", "api/store.html"]
    : PAGES;

/** A bound on a hang: every page takes some three seconds. */
const TIMEOUT = 60_000 + VISITED.length * 10_000;

let site: Awaited<ReturnType<typeof serveSite>>;
let browser: Browser;
beforeAll(async () => {
  if (!existsSync(SITE)) throw new Error("no site: run `npm run docs:site` first");
  site = await serveSite();
  browser = await launchBrowser();
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
  // the theme names its switch when its program has started: on a busy machine that is later than the last response
  await page.waitForSelector(':root:not(:has(.VPSwitchAppearance[title=""]))');
  return { page, errors };
}

/** Returns what is wrong with a page in a wide and in a narrow window. */
async function faultsOf(path: string, colorScheme: "light" | "dark"): Promise<readonly string[]> {
  const { page, errors } = await open(path, { colorScheme });
  const found = await findings(page);
  await page.setViewportSize({ width: 320, height: 640 });
  const width = await overflow(page);
  await page.context().close();
  const tooWide = width > 0 ? [`${width} pixels too wide at 320 pixels`] : [];
  return [...errors, ...found, ...tooWide].map((fault) => `${path}: ${fault}`);
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
    expect(readFileSync(join(SITE, "llms-full.txt"), "utf8")).toContain("# Write a policy");
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

it.each(["light", "dark"] as const)(
  "no page has errors, findings of axe-core or sideways scrolling in the %s theme",
  async (colorScheme) => {
    const faults: string[] = [];
    for (const path of VISITED) faults.push(...(await faultsOf(path, colorScheme)));
    expect(faults).toEqual([]);
  },
  TIMEOUT,
);

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
