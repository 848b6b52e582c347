import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evaluate } from "../../docs/.vitepress/playground/evaluate.js";
import type { PolicyPart } from "../../docs/.vitepress/playground/parts.js";
import { MAX_TEXT, type PlaygroundState } from "../../docs/.vitepress/playground/state.js";
import { HOSTILE } from "../policy/hostile-sizes.js";
import { titled } from "../titled.js";
import { corpusPolicies } from "./corpus-policies.js";
import {
  openPlaygroundStage,
  type PlaygroundStage,
  pastePolicy,
  settled,
  statusOf,
  watchPauses,
} from "./playground-page.js";

let stage: PlaygroundStage;
beforeAll(async () => {
  stage = await openPlaygroundStage();
});
afterAll(() => stage.close());

const STATE: PlaygroundState = {
  policy: "",
  hasToken: true,
  scope: "",
  claims: "",
  operation: "x",
  params: "",
  plan: [],
};

/** Returns what the library finds in a policy, as the page announces it; `undefined` for a valid policy. */
function refusalOf(policy: string): string | undefined {
  const [part] = evaluate({ ...STATE, policy });
  const { findings, more } = part as PolicyPart;
  const count = findings.length + more;
  if (count === 0) return undefined;
  return count === 1 ? "1 finding in the policy" : `${count} findings in the policy`;
}

/** Returns what the editor shows of its beginning. */
async function firstLines(page: Page): Promise<string> {
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+Home");
  await page.locator(".cm-line").first().getByText("{").waitFor();
  return page.locator(".cm-line").first().innerText();
}

it("shows the library's findings for each policy of the attack corpus", async () => {
  const { page, complaints } = await stage.open();
  const policies = await corpusPolicies();
  expect(policies.length).toBeGreaterThan(50);
  let refused = 0;
  for (const policy of policies) {
    await pastePolicy(page, policy);
    const status = await statusOf(page);
    const refusal = refusalOf(policy);
    if (refusal === undefined) expect(status).toMatch(/^(?:YES|NO): /);
    else expect(status).toBe(refusal);
    refused += refusal === undefined ? 0 : 1;
  }
  expect(refused).toBeGreaterThan(10);
  expect(complaints).toEqual([]);
}, 180_000);

const sizes = Object.entries(HOSTILE).map(([title, make]) => {
  const source = make();
  return { title, text: typeof source === "string" ? source : JSON.stringify(source) };
});

describe("a policy of an untrusted author", () => {
  it.each(titled(sizes.filter(({ text }) => text.length <= MAX_TEXT.policy)))(
    "is refused with the library's findings, or stopped: %s",
    async (_, { text }) => {
      const { page, complaints } = await stage.open();
      await pastePolicy(page, text);
      const status = await statusOf(page);
      // the stack of a worker is smaller than that of Node, so the number of findings can differ
      expect(status).toMatch(/^(?:\d+ findings? in the policy|stopped after 5 seconds)/);
      await page.getByRole("button", { name: "Example: moov" }).click();
      await settled(page);
      expect(await statusOf(page)).toContain("NO: PUT /accounts/{accountID}");
      expect(complaints).toEqual([]);
    },
  );

  it("is not inserted if it is too long, and the page stays responsive", async () => {
    const { page, complaints } = await stage.open();
    const before = await firstLines(page);
    const long = [
      { title: "5 MB of text", text: "lorem ipsum ".repeat(450_000) },
      { title: "5 MB of lines", text: "lorem ipsum\n".repeat(450_000) },
      ...sizes.filter(({ text }) => text.length > MAX_TEXT.policy),
    ];
    const longestPause = await watchPauses(page);
    for (const { title, text } of long) {
      await pastePolicy(page, text);
      const notice = await page.locator(".pg-notice").textContent();
      expect([title, notice]).toEqual([
        title,
        `not inserted: the policy would have ${text.length} characters, and the playground reads at most 1000000`,
      ]);
    }
    expect(await firstLines(page)).toBe(before);
    expect(await longestPause()).toBeLessThan(10_000);
    await page.getByLabel("The call carries a token").uncheck();
    await settled(page);
    expect(await statusOf(page)).toBe("NO: update_course requires a token.");
    expect(complaints).toEqual([]);
  });

  it.each([
    ["one line", `{"name": "${"a".repeat(990_000)}"}`],
    ["many lines", "[\n".repeat(490_000)],
    ["many keys", `{${Array.from({ length: 70_000 }, (_, key) => `"k${key}": 1`).join(",\n")}}`],
  ])("can have a million characters: %s", async (_, text) => {
    const { page, complaints } = await stage.open();
    const longestPause = await watchPauses(page);
    await pastePolicy(page, text);
    expect(await longestPause()).toBeLessThan(10_000);
    expect(await statusOf(page)).toBe(refusalOf(text));
    expect(await page.locator(".pg-findings li").count()).toBeGreaterThan(0);
    await page.getByRole("button", { name: "Example: moov" }).click();
    await settled(page);
    expect(await statusOf(page)).toContain("NO: PUT /accounts/{accountID}");
    expect(complaints).toEqual([]);
  });

  it("is stopped after five seconds, and the next one is evaluated", async () => {
    const endless = `addEventListener("message", ({ data }) => {
      while (data.state.scope === "endless");
    });\n${Buffer.from(stage.bundle["/worker.js"] ?? "").toString()}`;
    const { page, complaints } = await stage.open({
      prepare: (page) =>
        page.route("**/worker.ts", (route) =>
          route.fulfill({ contentType: "text/javascript", body: endless }),
        ),
    });
    await page.getByLabel("Scope", { exact: true }).fill("endless");
    await page.getByText("stopped after 5 seconds").first().waitFor();
    await settled(page);
    expect(await page.locator(".pg-matrix").innerText()).toContain("stopped after 5 seconds");
    await page.getByLabel("Scope", { exact: true }).fill("courses:write");
    await settled(page);
    expect(await statusOf(page)).toContain("YES: update_course");
    expect(complaints).toEqual([]);
  });
});
