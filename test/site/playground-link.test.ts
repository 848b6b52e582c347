import { deflateRawSync } from "node:zlib";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  openPlaygroundStage,
  type PlaygroundStage,
  pastePolicy,
  statusOf,
} from "./playground-page.js";

let stage: PlaygroundStage;
beforeAll(async () => {
  stage = await openPlaygroundStage();
});
afterAll(() => stage.close());

const SHOP = {
  name: "Shop",
  version: "1",
  scopes: { "orders:read": "See orders ✓" },
  tools: { list_orders: "orders:read" },
};
const STATE = {
  policy: JSON.stringify(SHOP),
  hasToken: true,
  scope: "orders:read",
  claims: '{"tier": "pro"}',
  operation: "list_orders",
  params: "{}",
  plan: ["list_orders"],
};

const deflated = (content: string | Buffer) => `z.${deflateRawSync(content).toString("base64url")}`;
const plain = (content: string) => `j.${Buffer.from(content).toString("base64url")}`;

async function copyLink(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Copy a link" }).click();
  await page.locator("#pg-link").waitFor();
  return page.locator("#pg-link").inputValue();
}

/** Returns what a page shows of its state. */
async function shownState(page: Page): Promise<Readonly<Record<string, unknown>>> {
  return {
    policy: await page.locator(".cm-content").innerText(),
    scope: await page.getByLabel("Scope", { exact: true }).inputValue(),
    claims: await page.getByLabel("Other claims (JSON)").inputValue(),
    operation: await page.getByLabel("Tool or endpoint").inputValue(),
    params: await page.getByLabel("Arguments (JSON)").inputValue(),
    plan: await page.evaluate<readonly string[]>(
      "[...document.querySelectorAll('.pg-boxes input:checked')].map((box) => box.value)",
    ),
  };
}

describe("a link", () => {
  it("carries the whole state to another browser", async () => {
    const { page } = await stage.open();
    await pastePolicy(page, STATE.policy);
    await page.getByLabel("Scope", { exact: true }).fill(STATE.scope);
    await page.getByLabel("Other claims (JSON)").fill(STATE.claims);
    await page.getByLabel("list_orders", { exact: true }).check();
    const link = await copyLink(page);
    expect(link.startsWith(`${stage.url}#z.`)).toBe(true);
    const { page: other, complaints } = await stage.open({ address: link.slice(stage.url.length) });
    expect(await shownState(other)).toEqual(await shownState(page));
    expect(await shownState(other)).toMatchObject({ policy: STATE.policy, claims: STATE.claims });
    expect(await statusOf(other)).toBe("YES: list_orders is allowed.");
    expect(complaints).toEqual([]);
  });

  it("is written and read without compression in a browser that has none", async () => {
    const without = (page: Page) => page.addInitScript("delete globalThis.CompressionStream");
    const { page } = await stage.open({ prepare: without });
    await pastePolicy(page, STATE.policy);
    const link = await copyLink(page);
    expect(link).toContain("#j.");
    const { page: other } = await stage.open({ address: link.slice(stage.url.length) });
    expect(await shownState(other)).toEqual(await shownState(page));
  });

  it("is not written for a state that is too long for one", async () => {
    const { page, complaints } = await stage.open();
    const random = Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))).toString("base64");
    await pastePolicy(page, JSON.stringify({ ...SHOP, name: random + random.toLowerCase() }));
    await page.getByRole("button", { name: "Copy a link" }).click();
    await page.getByRole("alert").filter({ hasText: "no link" }).waitFor();
    expect(page.url()).toBe(stage.url);
    expect(complaints).toEqual([]);
  });

  it("that is opened on the same page replaces the state", async () => {
    const { page } = await stage.open();
    await page.evaluate(`location.hash = ${JSON.stringify(deflated(JSON.stringify(STATE)))}`);
    await page.getByText("YES: list_orders is allowed.").first().waitFor();
    await page.evaluate("location.hash = 'pg-matrix'");
    expect(await page.locator(".cm-content").innerText()).toBe(STATE.policy);
  });
});

const HTML = '"><img src=x onerror=alert(1)><script>alert(1)</script>';
const hostile: readonly (readonly [title: string, fragment: string])[] = [
  [
    "of a state with 60 MB of blanks, deflated to 60 kB",
    deflated(JSON.stringify(STATE) + " ".repeat(60_000_000)),
  ],
  ["of 300 MB, deflated to 290 kB", deflated(Buffer.alloc(300_000_000))],
  [
    "of a state, with more than 100,000 characters",
    plain(JSON.stringify({ ...STATE, claims: " ".repeat(90_000) })),
  ],
  ["that is not base64url", "z.%00%ff~~"],
  ["that is not deflated", `z.${Buffer.from("{}").toString("base64url")}`],
  ["that is cut off", deflated(JSON.stringify(STATE)).slice(0, 40)],
  ["that is not UTF-8", deflated(Buffer.from([0x22, 0xff, 0xfe, 0x22]))],
  ["that is not JSON", plain("{")],
  ["of 1,000,000 brackets", deflated("[".repeat(1_000_000))],
  ["that is not an object", plain("[]")],
  ["that is null", plain("null")],
  ["without a policy", plain(JSON.stringify({ ...STATE, policy: undefined }))],
  ["with a policy that is not text", plain(JSON.stringify({ ...STATE, policy: SHOP }))],
  ["with members of a prototype", plain(`{"__proto__": ${JSON.stringify(STATE)}}`)],
  [
    "with a policy that is too long",
    deflated(JSON.stringify({ ...STATE, policy: " ".repeat(1_000_001) })),
  ],
  [
    "with a plan of too many names",
    deflated(JSON.stringify({ ...STATE, plan: Array(1_001).fill("a") })),
  ],
  ["of HTML", encodeURIComponent(HTML)],
  ["of HTML behind the prefix", `j.${HTML}`],
];

describe("a fragment", () => {
  it.each(hostile)("%s has no effect", async (_, fragment) => {
    const { page, complaints } = await stage.open({ address: `#${fragment}` });
    expect(await statusOf(page)).toContain("NO: update_course");
    const notice = await page.locator(".pg-notice").textContent();
    expect(notice).toBe(/^[jz]\./.test(fragment) ? "the link cannot be read" : "");
    expect(complaints).toEqual([]);
  });

  it("with HTML in every text shows it as text", async () => {
    const policy = JSON.stringify({
      name: HTML,
      version: HTML,
      scopes: { s: { description: HTML, title: HTML, warning: HTML, group: HTML } },
      bundles: { all: ["s"] },
      notCovered: [HTML],
      tools: { t: { scope: "s", title: HTML }, u: { deny: HTML } },
      endpoints: { "GET /a": { deny: HTML } },
    });
    const texts = { policy, scope: "s", claims: JSON.stringify({ tier: HTML }), params: "{}" };
    for (const operation of ["u", HTML]) {
      const state = { ...STATE, ...texts, operation, plan: ["t", HTML] };
      const address = `#${deflated(JSON.stringify(state))}`;
      const { page, complaints } = await stage.open({ address });
      expect(await page.locator(".pg-decision").innerText()).toContain("onerror=alert(1)");
      const frame = page.frameLocator("iframe");
      expect(await frame.locator("body").innerText()).toContain("onerror=alert(1)");
      expect(await page.locator(".pg img, .pg script").count()).toBe(0);
      expect(await frame.locator("img, script").count()).toBe(0);
      expect(complaints).toEqual([]);
    }
  });
});
