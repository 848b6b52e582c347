import type { Browser, Page } from "playwright-core";
import { type AnyPolicy, type ConsentFacts, consentScreen } from "scope-policy";
import { renderConsent } from "scope-policy/html";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { policy as loopwise } from "../../examples/loopwise/policy.js";
import { launchBrowser } from "../../scripts/browser.mjs";
import { titled } from "../titled.js";
import { findings } from "./findings.js";
import { longPolicy } from "./long-policy.js";
import { overflow } from "./stage.js";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

const html = (policy: AnyPolicy, facts: Partial<ConsentFacts> = {}) => {
  const screen = consentScreen(
    policy,
    {
      client: {
        client_id: "c-1",
        client_name: "Stock Helper",
        redirect_uri: "https://app.example/cb",
        client_uri: "https://app.example/",
      },
      requested: Object.keys(policy.definition.scopes).join(" "),
      user: { label: "ana@example.com" },
      ...facts,
    },
    { manageUrl: "https://as.example/apps" },
  );
  return renderConsent(screen, { action: "/c", csrf: "x" });
};

async function open(content: string, width: number, height = 800): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height } });
  await page.setContent(content);
  return page;
}

/** Maximum height of a page of 42 scopes in pixels, by the width of the window. */
const HEIGHTS = [
  [1280, 2_600],
  [375, 3_600],
] as const;

const PAGES = [
  {
    title: "one group of 42, with titles, descriptions and five warnings",
    policy: longPolicy({ areasInGroup: 14, titled: true, warned: true }),
  },
  {
    title: "five groups, with titles, descriptions and five warnings",
    policy: longPolicy({ areasInGroup: 3, titled: true, warned: true }),
  },
  {
    title: "seven groups of six, with titles and descriptions",
    policy: longPolicy({ areasInGroup: 2, titled: true }),
  },
  {
    title: "seven groups at a step-up, in which 41 rows are new",
    policy: longPolicy({ areasInGroup: 2 }),
    facts: { granted: "orders:read" },
  },
];

describe("a page of 42 scopes", () => {
  it.each(titled(PAGES))("fits: %s", async (_title, { policy, facts }) => {
    for (const [width, most] of HEIGHTS) {
      const page = await open(html(policy, facts), width);
      const height = await page.evaluate<number>("document.documentElement.scrollHeight");
      expect(height).toBeLessThanOrEqual(most);
      expect(await overflow(page)).toBe(0);
      await page.close();
    }
  });

  it.each([
    [320, 640],
    [1280, 800],
  ])("has no axe-core findings at %i by %i pixels, open or collapsed", async (width, height) => {
    const policy = longPolicy({ areasInGroup: 3, titled: true, warned: true });
    for (const locale of ["en", "ar"]) {
      const page = await open(html(policy, { locale, granted: "orders:read" }), width, height);
      expect(await findings(page)).toEqual([]);
      await page.evaluate(
        "for (const one of document.querySelectorAll('details')) one.open = true",
      );
      expect(await findings(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
      await page.close();
    }
  });
});

/** Returns what has the focus, and by how many pixels it is outside of the window or below the buttons. */
const FOCUSED = `(() => {
  const element = document.activeElement;
  const box = element.getBoundingClientRect();
  const bar = document.querySelector(".buttons");
  const bottom = bar.contains(element) ? innerHeight : bar.getBoundingClientRect().top;
  return {
    name: element.value ?? element.textContent,
    covered: Math.max(0, box.bottom - bottom, -box.top),
    barIsInView: bar.getBoundingClientRect().bottom <= innerHeight + 1,
    isLast: element.value === "approve",
  };
})()`;

interface Focused {
  readonly name: string;
  readonly covered: number;
  readonly barIsInView: boolean;
  readonly isLast: boolean;
}

describe("Deny and Allow", () => {
  it.each([
    ["at 320 pixels", 320, 640],
    ["at 400 percent", 320, 256],
    ["in a wide window", 1280, 800],
  ])("stay in view and cover no focused control %s", async (_title, width, height) => {
    const page = await open(html(longPolicy({ areasInGroup: 3, warned: true })), width, height);
    await page.evaluate("document.querySelectorAll('.more')[0].open = true");
    const stops: Focused[] = [];
    while (stops.at(-1)?.isLast !== true && stops.length < 200) {
      await page.keyboard.press("Tab");
      stops.push(await page.evaluate<Focused>(FOCUSED));
    }
    expect(stops.length).toBeGreaterThan(25);
    expect(stops.at(-1)?.isLast).toBe(true);
    expect(stops.filter(({ covered }) => covered > 0)).toEqual([]);
    expect(stops.filter(({ barIsInView }) => !barIsInView)).toEqual([]);
    // and back, where the controls come from above
    for (const { name } of stops.toReversed().slice(1)) {
      await page.keyboard.press("Shift+Tab");
      const back = await page.evaluate<Focused>(FOCUSED);
      expect([back.name, back.covered]).toEqual([name, 0]);
    }
    await page.close();
  });
});

describe("a collapsed group", () => {
  it("shows how many rows are chosen until the user changes one of them", async () => {
    const page = await open(html(loopwise), 1280);
    const summary = page.locator(".more > summary").last();
    const shown = () => summary.innerText();
    const before = await shown();
    expect(before).toMatch(/^\d+ of \d+ chosen$/);
    await summary.click();
    const box = page.locator(".more[open] input").first();
    await box.uncheck();
    expect(await shown()).toMatch(/^\d+ permissions, changed by you$/);
    await box.check();
    expect(await shown()).toBe(before);
    await page.close();
  });
});
