// A page of one's own server, which shows it again after each choice, in a browser without scripts.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Browser, Page } from "playwright-core";
import {
  type ConsentFacts,
  type ConsentOutcome,
  type ConsentSelection,
  consentScreen,
  loadPolicy,
  resolveConsent,
} from "scope-policy";
import { renderConsent } from "scope-policy/html";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchBrowser } from "../../scripts/browser.mjs";
import { checkedBoxes, press, untilLoad } from "./stage.js";

const policy = loadPolicy({
  name: "Hosting",
  version: "1",
  boundaries: { project: { claim: "projects", title: "Projects" } },
  scopes: Object.fromEntries<string | { description: string; default: "off" }>(
    ["keys", "logs", "nodes", "jobs"].flatMap((area) => [
      [`${area}:read`, `See ${area}`] as const,
      [`${area}:write`, { description: `Change ${area}`, default: "off" }] as const,
    ]),
  ),
  bundles: { "read-only": ["keys:read", "logs:read", "nodes:read", "jobs:read"] },
  tools: { list_keys: { scope: "keys:read", within: { project: "projectId" } } },
});

const facts: ConsentFacts = {
  id: "r-1",
  client: { client_id: "c-1", client_name: "Deployer" },
  requested: policy.scopeNames.join(" "),
  account: { boundaries: { project: { p1: "Shop", p2: "Blog" } } },
};

function answer(form: URLSearchParams): ConsentOutcome | ConsentSelection {
  const selection = {
    decision: form.get("decision"),
    scopes: form.getAll("scopes"),
    boundaries: form.getAll("boundaries"),
    id: form.get("id"),
    policyVersion: form.get("policyVersion"),
  };
  const outcome = resolveConsent(policy, facts, selection);
  return !outcome.ok && outcome.error === "choose" ? selection : outcome;
}

let server: Server;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  const screen = consentScreen(policy, facts);
  const show = (selection?: ConsentSelection) =>
    renderConsent(screen, {
      action: "/consent",
      csrf: "x",
      ...(selection !== undefined && { selection }),
    });
  server = createServer((request, response) => {
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    for (const [name, value] of Object.entries(screen.headers)) response.setHeader(name, value);
    if (request.method !== "POST") response.end(show());
    else
      void text(request).then((body) => {
        const answered = answer(new URLSearchParams(body));
        if ("ok" in answered) response.setHeader("Content-Type", "application/json");
        response.end("ok" in answered ? JSON.stringify(answered) : show(answered));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(async () => {
  page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/consent`);
});

const choose = (name: string) => press(page, name);
const outcomeOf = async () => JSON.parse(await page.innerText("body")) as unknown;
/** Returns the checked boxes, without evaluation in the page, which has no scripts. */
const checked = () => checkedBoxes(page);
const READ = ["keys:read", "logs:read", "nodes:read", "jobs:read"];

describe("a user without scripts", () => {
  it("chooses none, all and a bundle, and keeps the chosen value of a boundary", async () => {
    expect(await checked()).toEqual(READ);
    await page.getByLabel("Blog").check();
    await choose("Choose none");
    expect(await checked()).toEqual(["project=p2"]);
    await choose("Choose all");
    expect(await checked()).toEqual([...policy.scopeNames, "project=p2"]);
    await choose("Read only");
    expect(await checked()).toEqual([...READ, "project=p2"]);
    expect(await page.locator("[aria-current=true]").innerText()).toBe("Read only");
    await choose("Allow");
    expect(await outcomeOf()).toMatchObject({
      ok: true,
      scopes: READ,
      boundaries: { project: ["p2"] },
    });
  });

  it("grants nothing without a value of a boundary that a scope needs", async () => {
    await choose("Choose all");
    await choose("Allow");
    expect(await outcomeOf()).toMatchObject({ ok: false, error: "access_denied" });
  });

  it("opens a collapsed group to choose one scope", async () => {
    await choose("Choose none");
    expect(await page.locator(".more > summary").innerText()).toBe("0 of 8 chosen");
    await page.locator(".more > summary").click();
    await page.getByLabel("Change logs").check();
    await choose("Allow");
    expect(await outcomeOf()).toMatchObject({ ok: true, scopes: ["logs:write"] });
  });

  it("denies with Enter in a box, although buttons to choose precede it", async () => {
    await page.getByLabel("Blog").focus();
    await untilLoad(page, () => page.keyboard.press("Enter"));
    expect(await outcomeOf()).toMatchObject({ error: "access_denied", event: "consent.denied" });
  });
});
