import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { renderAuditLog, renderConnectedApps } from "scope-policy/html";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { policy as loopwise } from "../../examples/loopwise/policy.js";
import { launchBrowser } from "../../scripts/browser.mjs";
import { appOf, entryOf, everyNote, refusedEntry } from "../html/settings-pages.js";
import { findings } from "./findings.js";
import { openStage, overflow, type Stage } from "./stage.js";

let browser: Browser;
let school: Stage;
beforeAll(async () => {
  [browser, school] = await Promise.all([launchBrowser(), openStage(loopwise)]);
});
afterAll(() => Promise.all([browser.close(), school.close()]));

const PHONE = { width: 320, height: 640 };
const contexts: readonly (readonly [
  title: string,
  context: BrowserContextOptions,
  locale: string,
])[] = [
  ["in light mode", {}, "en"],
  ["in dark mode", { colorScheme: "dark" }, "fr"],
  ["with forced colours", { forcedColors: "active" }, "es"],
  ["right to left in dark mode on a phone", { colorScheme: "dark", viewport: PHONE }, "ar"],
  ["at 400 percent", { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 }, "en"],
  ["in German on a phone", { viewport: PHONE }, "de"],
];

/** Returns the pages in every state. */
function pagesOf(locale: string): readonly string[] {
  const app = appOf({}, locale);
  const required = { action: "/apps", csrf: "c", locale };
  const links = { auditLogUrl: "/log", backUrl: "/back", notice: "…" };
  const long = { ...app, client: { ...app.client, name: "W".repeat(80), id: "i".repeat(80) } };
  const query = { client_id: "app-1", refused: true as const, before: "1.x" };
  return [
    renderConnectedApps([app, everyNote, long], { ...required, ...links }),
    renderConnectedApps([], required),
    renderAuditLog(
      { events: [entryOf(), refusedEntry, entryOf({ operation: "o".repeat(120) })], next: "1.y" },
      { query, locale, connectedAppsUrl: "/apps" },
    ),
    renderAuditLog({ events: [] }, { locale }),
  ];
}

describe.each(contexts)("the pages of the account %s", (_, context, locale) => {
  it("have no horizontal scrolling, and with all details open no axe-core findings", async () => {
    const page = await browser.newPage(context);
    for (const html of pagesOf(locale)) {
      await page.setContent(html);
      expect(await overflow(page)).toBe(0);
      await page.evaluate(
        "document.querySelectorAll('details').forEach((one) => { one.open = true; })",
      );
      expect(await overflow(page)).toBe(0);
      expect(await findings(page)).toEqual([]);
    }
    await page.close();
  });
});

/** Presses Tab until an element with a text has the focus, which must be visible. */
async function tabTo(page: Page, text: string): Promise<void> {
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate<{ text: string; outline: string }>(`(() => {
      const focused = document.activeElement;
      return { text: focused.textContent.trim(), outline: getComputedStyle(focused).outlineStyle };
    })()`);
    if (focus.text !== text) continue;
    expect(focus.outline).toBe("solid");
    return;
  }
  throw new Error(`no element "${text}" in the order of the keyboard`);
}

it("a user goes from the consent page to the apps and back, allows, and revokes with the keyboard alone, without scripts", async () => {
  const { page, complaints } = await school.visit("openid courses:read", {
    context: { javaScriptEnabled: false },
    person: "ben",
  });
  await page.getByRole("link", { name: "View or revoke access" }).click();
  expect(await page.title()).toBe("Connected apps");
  await page.getByRole("link", { name: "Back to the request" }).click();
  await page.getByRole("button", { name: "Allow" }).click();
  await page.waitForURL("**/cb?*");

  await page.goto(`${school.server.issuer}/settings/connected-apps`);
  await tabTo(page, "Revoke access");
  expect(await page.getByText("loses access at once").isVisible()).toBe(false);
  await page.keyboard.press("Enter");
  await page.getByText("loses access at once").waitFor();
  await tabTo(page, "Yes, revoke access");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.getByText("No app has access to").count()).toBe(1);

  await page.getByRole("link", { name: "Audit log" }).click();
  expect(await page.title()).toBe("Audit log");
  await page.getByLabel("Requests").selectOption({ label: "Only refused requests" });
  await page.getByRole("button", { name: "Show" }).click();
  expect(new URL(page.url()).search).toBe("?client_id=&refused=true");
  expect(await page.getByText("No request matches.").count()).toBe(1);
  expect(complaints).toEqual([]);
});
