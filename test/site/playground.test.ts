import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evaluate } from "../../docs/.vitepress/playground/evaluate.js";
import { createPresets } from "../../docs/.vitepress/playground/presets.js";
import { findings } from "../browser/findings.js";
import { overflow } from "../browser/stage.js";
import { titled } from "../titled.js";
import {
  openPlaygroundStage,
  type PlaygroundStage,
  pastePolicy,
  settled,
  statusOf,
} from "./playground-page.js";

let stage: PlaygroundStage;
beforeAll(async () => {
  stage = await openPlaygroundStage();
});
afterAll(() => stage.close());

const PRESETS = createPresets();
const SHOP = JSON.stringify({
  name: "Shop",
  version: "1",
  scopes: { "orders:read": "See orders", "orders:write": "Change orders" },
  tools: { list_orders: "orders:read", add_order: "orders:write" },
});

it("is at most 260 kB of compressed JavaScript and CSS", () => {
  const sizes = Object.values(stage.bundle).map(
    (content) => gzipSync(content, { level: 9 }).length,
  );
  expect(sizes).toHaveLength(3);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(260_000);
});

describe("an example", () => {
  it.each(titled(Object.entries(PRESETS), ([name]) => name))(
    "shows the decision of the library: %s",
    async (_, [name, state]) => {
      const { page, complaints } = await stage.open();
      await page.getByRole("button", { name: `Example: ${name}` }).click();
      await settled(page);
      const parts = [...evaluate(state)];
      const decision = parts.find((part) => part.kind === "decision");
      expect(decision?.allowed).toBe(false);
      expect(await statusOf(page)).toBe(decision?.headline);
      const matrix = parts.find((part) => part.kind === "matrix");
      const rows = matrix?.tables.reduce((sum, { rows }) => sum + rows.length, 0);
      expect(await page.locator(".pg-matrix tbody tr").count()).toBe(rows);
      const consent = page.frameLocator("iframe[title='Consent page']");
      expect(await consent.getByRole("button", { name: "Allow" }).count()).toBe(1);
      expect(complaints).toEqual([]);
    },
  );
});

describe("the result", () => {
  it("follows the scope, the claims, the token and the call", async () => {
    const { page, complaints } = await stage.open();
    await pastePolicy(page, SHOP);
    expect(await page.getByLabel("Tool or endpoint").inputValue()).toBe("list_orders");
    await page.getByLabel("Scope", { exact: true }).fill("orders:read");
    await settled(page);
    expect(await statusOf(page)).toBe("YES: list_orders is allowed.");
    await page.getByLabel("Tool or endpoint").selectOption("add_order");
    await settled(page);
    expect(await statusOf(page)).toContain("NO: add_order requires a scope");
    expect(await page.locator(".pg-decision ol").innerText()).toContain("orders:write");
    await page.getByLabel("Another tool or a request").fill("add_ordr");
    await settled(page);
    expect(await page.locator(".pg-decision").innerText()).toContain("Did you mean `add_order`?");
    await page.getByLabel("Another tool or a request").fill("");
    await page.getByLabel("The call carries a token").uncheck();
    await settled(page);
    expect(await statusOf(page)).toBe("NO: add_order requires a token.");
    await page.getByLabel("Other claims (JSON)").fill("[1");
    await settled(page);
    expect(await statusOf(page)).toBe("the other claims are not a JSON object");
    expect(complaints).toEqual([]);
  });

  it("has the decision without an explanation if a claim has an unexpected type", async () => {
    const { page, complaints } = await stage.open();
    await pastePolicy(
      page,
      SHOP.replace('"orders:write"}', '{"scope":"orders:write","entitlement":"e"}}').replace(
        '"scopes"',
        '"entitlements":["e"],"scopes"',
      ),
    );
    await page.getByLabel("Scope", { exact: true }).fill("orders:write");
    await page.getByLabel("Tool or endpoint").selectOption("add_order");
    for (const claims of ['{"entitlements": 5}', '{"entitlements": {"join": 5}, "tier": []}']) {
      await page.getByLabel("Other claims (JSON)").fill(claims);
      await settled(page);
      expect(await statusOf(page)).toMatch(/^NO: /);
      expect(await page.locator(".pg-decision").innerText()).toContain("unexpected type");
    }
    expect(complaints).toEqual([]);
  });

  it("has the least scope that opens the chosen operations", async () => {
    const { page } = await stage.open();
    await pastePolicy(page, SHOP);
    await page.getByLabel("Scope", { exact: true }).fill("");
    await page.getByLabel("list_orders", { exact: true }).check();
    await page.getByLabel("add_order", { exact: true }).check();
    await settled(page);
    expect(await page.locator(".pg-plan code").innerText()).toBe("orders:read orders:write");
  });

  it("has no script and no form in the frame of the consent page", async () => {
    const { page, complaints } = await stage.open();
    const frame = page.locator("iframe[title='Consent page']");
    expect(await frame.getAttribute("sandbox")).toBe("");
    await page.frameLocator("iframe").getByRole("button", { name: "Allow" }).click();
    expect(page.url()).toBe(stage.url);
    // the browser reports that the frame may not post the form
    expect(complaints.filter((text) => !text.includes("sandboxed"))).toEqual([]);
  });
});

describe("the editor", () => {
  it("marks the findings of the library at their places, and leads to them", async () => {
    const { page } = await stage.open();
    await pastePolicy(
      page,
      SHOP.replace('"add_order":"orders:write"', '"add_order":"orders:wrte"'),
    );
    expect(await statusOf(page)).toBe("1 finding in the policy");
    expect(await page.locator(".cm-lintRange-error").innerText()).toBe('"add_order":"orders:wrte"');
    expect(await page.locator(".pg-findings").innerText()).toContain(
      "did you mean `orders:write`?",
    );
    expect(await page.locator(".pg-decision").innerText()).toContain("No result");
    await page.locator(".pg-findings button").click();
    expect(await page.locator(".cm-editor.cm-focused").count()).toBe(1);
    await pastePolicy(page, '{"name": "Shop",');
    expect(await page.locator(".pg-findings").innerText()).toContain("the text is not JSON");
    expect(await page.locator(".cm-lintRange-error").count()).toBe(1);
    await pastePolicy(page, SHOP);
    expect(await page.locator(".pg-findings li").count()).toBe(0);
    expect(await page.locator(".cm-lintRange-error").count()).toBe(0);
  });

  it.each([
    ["a key of a policy", '{"name": "x", ', "baseline", '"baseline": '],
    ["a key of a scope", '{"scopes": {"a": {"', "warning", '"warning": '],
    ["a value of an option", '{"scopes": {"a": {"default": ', "off", '"off"'],
    ["a scope of the last valid policy", '{"tools": {"t": "', "orders:write", '"orders:write"'],
    ["an item of a list", '{"tools": {"t": {"allOf": [', "orders:read", '"orders:read"'],
  ])("proposes %s", async (_, text, label, written) => {
    const { page } = await stage.open();
    await pastePolicy(page, SHOP);
    await pastePolicy(page, text);
    await page.keyboard.press("Control+Space");
    const option = page.locator(".cm-tooltip-autocomplete li").filter({ hasText: label });
    await option.first().click();
    expect(await page.locator(".cm-content").innerText()).toBe(text.replace(/"$/, "") + written);
  });

  it("is left with Tab and Shift+Tab", async () => {
    const { page } = await stage.open();
    await page.locator(".cm-content").focus();
    const before = await page.locator(".cm-content").innerText();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.id")).toBe("pg-has-token");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Shift+Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toContain("Copy a link");
    expect(await page.locator(".cm-content").innerText()).toBe(before);
    expect(await page.locator("#pg-hint").innerText()).toContain("Tab leaves the editor");
  });
});

describe("axe-core reports nothing", () => {
  const contexts = [
    ["in light mode", "", 1_000],
    ["in dark mode", "?dark", 1_000],
    ["in light mode at 320 pixels", "", 320],
    ["in dark mode at 320 pixels", "?dark", 320],
  ] as const;

  it.each(contexts)("%s, and nothing scrolls sideways", async (_, address, width) => {
    const { page } = await stage.open({
      address,
      context: { bypassCSP: true, viewport: { width, height: 800 } },
    });
    await page.locator("summary").click();
    await page.getByRole("button", { name: "Copy a link" }).click();
    await page.locator("#pg-link").waitFor();
    expect(await findings(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    await pastePolicy(page, '{"name": 1, "versoin": "1", "scopes": {"a b": {}}}');
    expect(await page.locator(".pg-findings li").count()).toBeGreaterThan(2);
    expect(await findings(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
  });
});
