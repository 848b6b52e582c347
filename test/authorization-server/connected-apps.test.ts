import { afterAll, beforeAll, expect, it } from "vitest";
import { type AuthorizationServer, start } from "../../examples/authorization-server/server.js";
import { policy as loopwise } from "../../examples/loopwise/policy.js";
import { startBehind } from "../../examples/loopwise/server.js";
import { policy as movementors } from "../../examples/movementors/policy.js";
import type { RunningExample } from "../../examples/serve.js";
import type { createFormBrowser, Stop } from "./form-browser.js";
import { approve, approveAll, grantOf, visit } from "./visit.js";

let school: RunningExample<AuthorizationServer>;
let studio: AuthorizationServer;
beforeAll(async () => {
  school = await startBehind((resource) => start(loopwise, { resource }));
  studio = await start(movementors);
});
afterAll(() => Promise.all([school.close(), studio.close()]));

/** Calls a tool of the school and returns the status code. */
async function call(tool: string, token: string): Promise<number> {
  const params = { name: tool, arguments: {} };
  const response = await fetch(school.url, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }),
  });
  await response.text();
  return response.status;
}

type Browser = ReturnType<typeof createFormBrowser>;

/** Returns the part of the page of connected apps about a client. */
async function entryOf(browser: Browser, name: string): Promise<string> {
  const { html } = await browser.go("/settings/connected-apps");
  const [entry = ""] = html.slice(html.indexOf(name)).split("</li>\n");
  return entry;
}

const UNUSED = "<dd>no use recorded</dd>";
const USED = /<dd>about <time datetime="[^"]+">/;

it("the page shows about when a client called last, and the consent", async () => {
  const before = Math.floor(Date.now() / 1_000) * 1_000;
  const { client, browser, page, name } = await visit(school.issuer, "openid courses:read");
  const end = await browser.submit(page, approveAll(page));
  const { access_token = "" } = await client.exchange(end.url);
  const entry = await entryOf(browser, name);
  expect(entry).toContain(UNUSED);
  const [, time = ""] = /<dt>Allowed<\/dt><dd><time datetime="([^"]+)">/.exec(entry) ?? [];
  expect(Date.parse(time)).toBeGreaterThanOrEqual(before);
  expect(Date.parse(time)).toBeLessThanOrEqual(Date.now());

  expect(await call("list_courses", access_token)).toBe(200);
  await expect.poll(() => entryOf(browser, name), { timeout: 30_000 }).toMatch(USED);
});

it("calls of another client, calls with forged tokens and refreshes do not count as a use of a grant", async () => {
  const own = await visit(studio, "read:profile read:classes mcp:tools offline_access");
  const chosen = approve("read:classes", "mcp:tools", "offline_access");
  const { refresh_token = "" } = await own.client.exchange(
    (await own.browser.submit(own.page, chosen)).url,
  );
  expect((await own.client.refresh(refresh_token)).status).toBe(200);

  const idle = await visit(school.issuer, "openid courses:read");
  await idle.browser.submit(idle.page, approveAll(idle.page));
  const other = await visit(school.issuer, "openid courses:read");
  const end = await other.browser.submit(other.page, approveAll(other.page));
  const { access_token = "" } = await other.client.exchange(end.url);
  await call("list_courses", access_token);
  expect(await call("list_courses", `${access_token.slice(0, -6)}AAAAAA`)).toBe(401);
  await expect.poll(() => entryOf(other.browser, other.name), { timeout: 30_000 }).toMatch(USED);
  expect(await entryOf(idle.browser, idle.name)).toContain(UNUSED);
  expect(await entryOf(own.browser, own.name)).toContain(UNUSED);
});

it("the audit log shows calls with their outcome, by client and by refusal, also after the revocation", async () => {
  const { client, browser, page, name } = await visit(school.issuer, "openid courses:read");
  const end = await browser.submit(page, approveAll(page));
  const { access_token = "" } = await client.exchange(end.url);
  expect(await call("list_courses", access_token)).toBe(200);
  expect(await call("list_orders", access_token)).toBe(403);
  const operationsOf = async (query: string) => {
    const { html } = await browser.go(`/settings/audit-log?${query}`);
    return [...html.matchAll(/<p class="what"[^>]*><code><bdi>(\w+)/g)].map(([, tool]) => tool);
  };
  const own = `client_id=${client.id}`;
  await expect.poll(() => operationsOf(own)).toEqual(["list_orders", "list_courses"]);
  expect(await operationsOf(`${own}&refused=true`)).toEqual(["list_orders"]);
  expect(await operationsOf("client_id=gone")).toEqual([]);

  const apps = await browser.go("/settings/connected-apps");
  const after = await browser.submit(apps, [["grantId", grantOf(apps, name)]]);
  expect(after.html).not.toContain(name);
  expect(await call("list_courses", access_token)).toBe(401);
  expect(await operationsOf(own)).toEqual(["list_orders", "list_courses"]);
});

/** Returns the addresses of the links of a page. */
const linksOf = ({ html }: Stop) => [...html.matchAll(/<a href="([^"]+)"/g)].map(([, to]) => to);

it("the consent page and the pages of the account link to each other", async () => {
  const { browser, page } = await visit(school.issuer, "openid courses:read");
  const manage = linksOf(page).find((to) => to?.includes("/settings/connected-apps")) ?? "";
  const apps = await browser.go(manage);
  expect(linksOf(apps)).toEqual(
    expect.arrayContaining([new URL(page.url).pathname, "/settings/audit-log"]),
  );
  const log = await browser.go("/settings/audit-log");
  expect(linksOf(log)).toContain("/settings/connected-apps");
  expect(log.headers.get("content-security-policy")).toContain("default-src 'none'");
});
