import { afterAll, beforeAll, expect, it } from "vitest";
import { type AuthorizationServer, start } from "../../examples/authorization-server/server.js";
import { policy as loopwise } from "../../examples/loopwise/policy.js";
import { startBehind } from "../../examples/loopwise/server.js";
import { policy as movementors } from "../../examples/movementors/policy.js";
import type { RunningExample } from "../../examples/serve.js";
import type { Stop } from "./form-browser.js";
import { approve, approveAll, visit } from "./visit.js";

const AT_START = Date.UTC(2026, 10, 26, 9, 0) / 1_000;
const MINUTE = 60;
let now = AT_START;

let school: RunningExample<AuthorizationServer>;
let studio: AuthorizationServer;
beforeAll(async () => {
  school = await startBehind((resource) => start(loopwise, { resource, now: () => now }));
  studio = await start(movementors, { now: () => now });
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

/** Returns the times of a client on the page of connected apps. */
function timesOf({ html }: Stop, name: string) {
  const entry = html.slice(html.indexOf(name));
  const [, authorised, used] = /Authorised (.*?), last used (.*?)[.,]/.exec(entry) ?? [];
  return { authorised, used };
}

it("the page shows the time of the last call as the last use, not the time of the authorization", async () => {
  now = AT_START;
  const { client, browser, page, name } = await visit(school.issuer, "openid courses:read");
  const end = await browser.submit(page, approveAll(page));
  const { access_token = "" } = await client.exchange(end.url);
  const times = async () => timesOf(await browser.go("/settings/connected-apps"), name);
  expect(await times()).toEqual({ authorised: "2026-11-26 09:00", used: "never" });

  now += 5 * MINUTE;
  expect(await call("list_courses", access_token)).toBe(200);
  expect(await times()).toEqual({ authorised: "2026-11-26 09:00", used: "2026-11-26 09:05" });

  now += 2 * MINUTE;
  expect(await call("list_orders", access_token)).toBe(403);
  expect(await times()).toMatchObject({ used: "2026-11-26 09:07" });

  // a step-up and its new token do not count as a use
  now += MINUTE;
  const more = await browser.go(client.authorize({ scope: "openid courses:read orders:read" }));
  const next = await client.exchange((await browser.submit(more, approveAll(more))).url);
  expect(next.scope).toBe("openid courses:read orders:read");
  expect(await times()).toEqual({ authorised: "2026-11-26 09:00", used: "2026-11-26 09:07" });

  now += MINUTE;
  expect(await call("list_orders", next.access_token ?? "")).toBe(200);
  expect(await times()).toMatchObject({ used: "2026-11-26 09:09" });
});

it("calls of another client and calls with forged tokens do not count as a use of a grant", async () => {
  now = AT_START;
  const own = await visit(school.issuer, "openid courses:read");
  await own.browser.submit(own.page, approveAll(own.page));
  const other = await visit(school.issuer, "openid courses:read");
  const end = await other.browser.submit(other.page, approveAll(other.page));
  const { access_token = "" } = await other.client.exchange(end.url);
  await call("list_courses", access_token);
  expect(await call("list_courses", `${access_token.slice(0, -6)}AAAAAA`)).toBe(401);
  const apps = await own.browser.go("/settings/connected-apps");
  expect(timesOf(apps, own.name).used).toBe("never");
});

it("a refresh does not count as a use", async () => {
  now = AT_START;
  const scope = "read:profile read:classes mcp:tools offline_access";
  const { client, browser, page, name } = await visit(studio, scope);
  const end = await browser.submit(page, approve("read:classes", "mcp:tools", "offline_access"));
  const { refresh_token = "" } = await client.exchange(end.url);
  now += MINUTE;
  expect((await client.refresh(refresh_token)).status).toBe(200);
  const apps = await browser.go("/settings/connected-apps");
  expect(timesOf(apps, name)).toEqual({ authorised: "2026-11-26 09:00", used: "never" });
});
