import type { BrowserContextOptions } from "playwright-core";
import {
  type AnyPolicy,
  type ConsentFacts,
  type ConsentOptions,
  consentScreen,
} from "scope-policy";
import { renderConsent } from "scope-policy/html";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { policy as localisation } from "../../examples/localisation/policy.js";
import { policy as loopwise } from "../../examples/loopwise/policy.js";
import { policy as moov } from "../../examples/moov/policy.js";
import { policy as movementors } from "../../examples/movementors/policy.js";
import { findings } from "./findings.js";
import { openStage, overflow, press, type Stage } from "./stage.js";

let school: Stage;
let studio: Stage;
beforeAll(async () => {
  school = await openStage(loopwise);
  studio = await openStage(movementors);
});
afterAll(async () => {
  await school.close();
  await studio.close();
});

const EVERY = Object.keys(movementors.definition.scopes).join(" ");

const contexts: readonly (readonly [
  title: string,
  context: BrowserContextOptions,
  locale: string | undefined,
])[] = [
  ["in light mode", {}, undefined],
  ["in dark mode", { colorScheme: "dark" }, undefined],
  ["with forced colours", { forcedColors: "active" }, undefined],
  ["right to left", {}, "ar"],
  [
    "right to left in dark mode on a phone",
    { colorScheme: "dark", viewport: { width: 320, height: 640 } },
    "ar",
  ],
  ["at 400 percent", { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 }, undefined],
  ["in German on a phone", { viewport: { width: 320, height: 640 } }, "de"],
];

describe.each(contexts)("the consent page %s", (_, context, locale) => {
  it("has no axe-core findings and no horizontal scrolling", async () => {
    const { page } = await studio.visit(EVERY, {
      context: { ...context, bypassCSP: true },
      parameters: { prompt: "consent", ...(locale !== undefined && { ui_locales: locale }) },
    });
    expect(await page.locator("input[type=checkbox]").count()).toBe(20);
    expect(await overflow(page)).toBe(0);
    await page.locator("summary").first().click();
    expect(await overflow(page)).toBe(0);
    expect(await findings(page)).toEqual([]);
  });
});

/** States that the pages above do not show: warnings, refusals, a verified client with all links, an account's label, all types of locked rows. */
const states: readonly (readonly [
  policy: AnyPolicy,
  facts: ConsentFacts,
  options: ConsentOptions,
])[] = [
  [
    localisation,
    {
      client: {
        client_id: "c-1",
        client_name: "String Sync",
        redirect_uri: "https://app.example/cb",
        client_uri: "https://app.example/",
        policy_uri: "https://app.example/privacy",
        tos_uri: "https://app.example/terms",
        verifiedDomain: "app.example",
      },
      requested: Object.keys(localisation.definition.scopes).join(" "),
      granted: "projects:write glossary:read",
      refused: [{ scope: "translations:write" }],
      user: { label: "ana@example.com", switchAccountUrl: "https://as.example/switch" },
    },
    { manageUrl: "https://as.example/apps", reportUrl: "https://as.example/report" },
  ],
  [
    moov,
    {
      client: { client_id: "c-2", client_name: "קופה", redirect_uri: "com.example.till:/cb" },
      requested: "/accounts/acc-42/ /accounts/acc-42/profile.write",
      account: { resources: { accountID: { "acc-42": "Ana’s Bakery ··42" } } },
    },
    { prechecked: "never" },
  ],
  [
    movementors,
    { client: { client_id: "c-3" }, requested: EVERY, account: { tier: "free" } },
    { tierLocked: "locked" },
  ],
];

describe.each(contexts)("a page with every type of row %s", (_, context, locale) => {
  it("has no axe-core findings and no horizontal scrolling", async () => {
    const { page } = await school.visit("openid", { context: { ...context, bypassCSP: true } });
    for (const [policy, facts, options] of states) {
      const screen = consentScreen(policy, { ...facts, locale }, options);
      await page.setContent(renderConsent(screen, { action: "/c", csrf: "x" }));
      expect(await overflow(page)).toBe(0);
      expect(await findings(page)).toEqual([]);
    }
  });
});

it("axe-core reports a missing label and a low contrast", async () => {
  const { page } = await school.visit("openid courses:read", { context: { bypassCSP: true } });
  await page.evaluate("document.querySelector('label').remove()");
  await page.addStyleTag({ content: "main *{color:#ccc!important}" });
  const found = (await findings(page)).map((finding) => finding.split(":")[0]);
  expect(found).toEqual(expect.arrayContaining(["label", "color-contrast"]));
});

describe("axe-core reports nothing about", () => {
  const context = { bypassCSP: true };

  it.each(["light", "dark"] as const)("the sign-in page in %s mode", async (colorScheme) => {
    const { client, page } = await school.visit("openid", { context: { ...context, colorScheme } });
    await page.context().clearCookies();
    await page.goto(client.authorize({ scope: "openid" }));
    expect(await page.title()).toBe("Sign in");
    expect(await findings(page)).toEqual([]);
  });

  it.each(["light", "dark"] as const)("a page with a notice in %s mode", async (colorScheme) => {
    const { page } = await school.visit("openid courses:read", {
      context: { ...context, colorScheme },
    });
    await page.evaluate("document.querySelector('input[name=policyVersion]').value = '1'");
    await press(page, "Allow");
    expect(await page.getByRole("alert").count()).toBe(1);
    expect(await findings(page)).toEqual([]);
  });

  it.each(["light", "dark"] as const)("a chosen preset in %s mode", async (colorScheme) => {
    const { page } = await studio.visit(EVERY, { context: { ...context, colorScheme } });
    await press(page, "Full control");
    expect(await findings(page)).toEqual([]);
  });

  it.each(["light", "dark"] as const)(
    "a step-up, connected apps and a page that is gone, in %s mode",
    async (colorScheme) => {
      const { client, page } = await school.visit("openid courses:read posts:write", {
        context: { ...context, colorScheme },
      });
      await page.getByLabel("Create, update, and delete posts").uncheck();
      await press(page, "Allow");
      await page.waitForURL("**/cb?*");
      await page.goto(client.authorize({ scope: "openid courses:read posts:write" }));
      expect(await findings(page)).toEqual([]);
      await page.goto(`${school.server.issuer}/settings/connected-apps`);
      expect(await page.title()).toBe("Connected apps");
      expect(await findings(page)).toEqual([]);
      await page.goto(`${school.server.issuer}/interaction/gone`);
      expect(await findings(page)).toEqual([]);
    },
  );
});

describe("the page", () => {
  it("places boxes on the right in a right-to-left language", async () => {
    const { page } = await studio.visit("read:profile read:classes", {
      parameters: { ui_locales: "ar" },
    });
    const box = await page.locator("input[type=checkbox]").first().boundingBox();
    const label = await page.locator("label").first().boundingBox();
    expect(box?.x ?? 0).toBeGreaterThan(label?.x ?? Number.POSITIVE_INFINITY);
  });

  it("gives Deny and Allow the same weight", async () => {
    const { page } = await school.visit("openid courses:read");
    const deny = await page.getByRole("button", { name: "Deny" }).boundingBox();
    const allow = await page.getByRole("button", { name: "Allow" }).boundingBox();
    expect(deny?.width).toBe(allow?.width);
    expect(deny?.height).toBe(allow?.height);
    expect(deny?.height ?? 0).toBeGreaterThanOrEqual(44);
    const styles = await page.evaluate<readonly string[]>(
      `[...document.querySelectorAll(".buttons button")].map((button) => {
        const { color, backgroundColor, borderColor, fontWeight } = getComputedStyle(button);
        return [color, backgroundColor, borderColor, fontWeight].join();
      })`,
    );
    expect(new Set(styles).size).toBe(1);
  });

  it("works without scripts, and sends no other request", async () => {
    const { page } = await school.visit("openid courses:read", {
      context: { javaScriptEnabled: false },
    });
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(page.url());
    expect(asked).toEqual([page.url()]);
    await press(page, "Allow");
    await page.waitForURL("**/cb?*");
    expect(page.url()).toContain("code=");
  });

  it("has no horizontal scrolling at twice the text size", async () => {
    const { page } = await studio.visit(EVERY, {
      context: { bypassCSP: true, viewport: { width: 640, height: 480 } },
    });
    await page.addStyleTag({ content: "html{font-size:200%}" });
    expect(await overflow(page)).toBe(0);
  });
});
