// From a client that knows only the URL of an MCP server to an allowed call, and to the revocation of its access.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Demo, type DemoName, startDemo } from "../../examples/authorization-server/demo.js";
import { policy as loopwise } from "../../examples/loopwise/policy.js";
import { policy as movementors } from "../../examples/movementors/policy.js";
import { accounts } from "../../examples/movementors/server.js";
import { stop } from "../../examples/serve.js";
import { launchBrowser } from "../../scripts/browser.mjs";
import { createSeat, rowsOf } from "./mcp-seat.js";
import { checkedBoxes, press } from "./stage.js";

/** Calls that the servers logged: tool, decision and user. */
const calls: string[] = [];
const demos = new Map<DemoName, Demo>();
const callback = createServer((_, response) => {
  response.writeHead(200, { "content-type": "text/html" });
  response.end('<!doctype html><html lang="en"><title>Back</title><p>Back in the app');
});
let browser: Browser;
let redirect = "";

beforeAll(async () => {
  await new Promise<void>((resolve) => callback.listen(0, "127.0.0.1", resolve));
  redirect = `http://127.0.0.1:${(callback.address() as AddressInfo).port}/cb`;
  browser = await launchBrowser();
  for (const name of ["loopwise", "movementors"] as const) {
    const log = (event: string, details: object) => {
      if (event === "call") calls.push(Object.values(details).join(" "));
    };
    demos.set(name, await startDemo(name, log));
  }
});
afterAll(async () => {
  await browser.close();
  await Promise.all([...demos.values()].map((demo) => demo.close()));
  await stop(callback);
});

/** Creates a client of a demo, with a new browser profile. */
async function createDemoSeat(name: DemoName, scope: string) {
  const demo = demos.get(name) as Demo;
  const page = await (await browser.newContext()).newPage();
  calls.length = 0;
  return { demo, ...createSeat(page, demo.url, redirect, scope) };
}

type Seat = Awaited<ReturnType<typeof createDemoSeat>>;

const ASKED = "openid courses:read posts:read posts:write";

/** Creates a client of the school whose user has allowed everything except writing posts. */
async function createSchoolSeat(): Promise<Seat> {
  const seat = await createDemoSeat("loopwise", ASKED);
  expect(await seat.ask(ASKED)).toBe("REDIRECT");
  await seat.signIn("ana");
  await seat.page.getByLabel("Create, update, and delete posts").uncheck();
  await seat.answer("Allow");
  await seat.connect();
  return seat;
}

const requestedOf = ({ opened }: Seat) => opened.at(-1)?.searchParams.get("scope")?.split(" ");
const marksOf = async ({ page }: Seat) =>
  (await rowsOf(page)).map(({ scope, checked, badge }) => [scope, checked, badge]);

/** Sends a call with the client's token, and returns the status and the challenge. */
async function gateResponse({ demo, accessToken }: Seat) {
  const { status, headers } = await fetch(demo.url, {
    method: "POST",
    headers: {
      authorization: `Bearer ${accessToken()}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    },
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_courses","arguments":{}}}',
  });
  return { status, challenge: headers.get("www-authenticate") };
}

describe("a client of the school", () => {
  it("registers, and after the sign-in gets the scopes that the user leaves checked", async () => {
    const seat = await createDemoSeat("loopwise", ASKED);
    // the 401 names the baseline, and the client requests it instead of what it has registered
    await seat.isSentAway(seat.connect);
    expect(seat.clientId()).toEqual(expect.any(String));
    expect(requestedOf(seat)).toEqual(["openid"]);
    expect(await seat.page.title()).toBe("Sign in");
    expect(await seat.ask(ASKED)).toBe("REDIRECT");
    expect(requestedOf(seat)).toEqual(ASKED.split(" "));
    await seat.signIn("ana");
    expect(await seat.page.title()).toBe(`${seat.name} asks for access to Loopwise`);
    expect(await marksOf(seat)).toEqual([
      ["openid", true, "Required"],
      ["courses:read", true, ""],
      ["posts:read", true, ""],
      ["posts:write", true, ""],
    ]);
    await seat.page.getByLabel("Create, update, and delete posts").uncheck();
    await seat.answer("Allow");
    await seat.connect();
    expect(seat.held()).toEqual(["courses:read", "openid", "posts:read"]);

    expect(await seat.list()).toEqual(loopwise.toolsFor(seat.claims()).map((tool) => tool.name));
    const courses = await seat.call("list_courses");
    expect(courses.isError).toBe(false);
    expect(courses.text).toContain("Watercolour for beginners");
    expect(seat.opened.length).toBe(2);
    expect(calls).toEqual(["list_courses allowed ana"]);
    await seat.close();
  });

  it("steps up: the user sees what is new, and the token has only that in addition", async () => {
    const seat = await createSchoolSeat();
    const before = seat.held();
    const client = seat.clientId();
    await seat.isSentAway(() => seat.call("list_orders"));
    expect(requestedOf(seat)).toEqual(["openid", "courses:read", "posts:read", "orders:read"]);
    // the user does not have to sign in again, and what is new comes first
    expect(await marksOf(seat)).toEqual([
      ["orders:read", true, "New"],
      ["courses:read", true, "Already allowed"],
      ["posts:read", true, "Already allowed"],
      ["openid", true, "Required"],
    ]);
    await seat.answer("Allow");
    const orders = await seat.call("list_orders");
    expect(orders.isError).toBe(false);
    expect(orders.text).toContain("order-1");
    expect(seat.held()).toEqual([...before, "orders:read"].sort());
    expect(seat.clientId()).toBe(client);
    expect(seat.opened.length).toBe(2);
    expect(calls).toEqual(["list_orders insufficient_scope ana", "list_orders allowed ana"]);

    // a refused scope is asked about again, and its box is not checked in advance
    await seat.isSentAway(() => seat.call("create_post"));
    const posts = (await rowsOf(seat.page)).find(({ scope }) => scope === "posts:write");
    expect(posts).toMatchObject({ checked: false, why: "You did not allow this before." });
    await seat.close();
  });

  it("fails one call after a denial, and keeps what was allowed", async () => {
    const seat = await createSchoolSeat();
    const token = seat.accessToken();
    await seat.isSentAway(() => seat.call("list_orders"));
    await expect(seat.answer("Deny")).rejects.toThrow("access_denied");
    expect(seat.accessToken()).toBe(token);
    expect((await seat.call("list_courses")).isError).toBe(false);
    expect(seat.opened.length).toBe(2);
    expect(calls).toEqual(["list_orders insufficient_scope ana", "list_courses allowed ana"]);
    await seat.close();
  });

  it("asks once again if the user allows access without the needed scope", async () => {
    const seat = await createSchoolSeat();
    await seat.isSentAway(() => seat.call("list_orders"));
    await seat.page.locator(`input[value="orders:read"]`).uncheck();
    await seat.answer("Allow");
    expect(seat.held()).toEqual(["courses:read", "openid", "posts:read"]);
    await seat.isSentAway(() => seat.call("list_orders"));
    expect(seat.opened.length).toBe(3);
    expect(calls).toEqual(Array(2).fill("list_orders insufficient_scope ana"));
    await seat.close();
  });

  it("gets 401 after its access was revoked on the page of connected apps, and starts anew", async () => {
    const seat = await createSchoolSeat();
    await seat.isSentAway(() => seat.call("list_orders"));
    await seat.answer("Allow");
    expect((await gateResponse(seat)).status).toBe(200);
    const client = seat.clientId();

    await seat.page.goto(`${seat.demo.issuer}/settings/connected-apps`);
    const entry = seat.page.locator(".app", { hasText: seat.name });
    await entry.locator("summary", { hasText: "Revoke access" }).click();
    await entry.getByRole("button", { name: "Yes, revoke access" }).click();
    await entry.waitFor({ state: "detached" });
    const { status, challenge } = await gateResponse(seat);
    expect(status).toBe(401);
    expect(challenge).toContain('error="invalid_token"');

    await seat.isSentAway(() => seat.call("list_orders"));
    expect(seat.clientId()).toBe(client);
    expect(requestedOf(seat)).toEqual(["openid"]);
    expect(await seat.ask(ASKED)).toBe("REDIRECT");
    const rows = await rowsOf(seat.page);
    expect(rows.map(({ scope, checked }) => [scope, checked])).toEqual(
      ASKED.split(" ").map((scope) => [scope, true]),
    );
    expect(rows.map(({ badge }) => badge)).toEqual(["Required", "", "", ""]);
    expect(rows.map(({ why }) => why)).not.toContain("You did not allow this before.");
    await seat.answer("Allow");
    const post = await seat.call("create_post", { title: "Back again", text: "As before." });
    expect(post.isError).toBe(false);
    expect(post.text).toContain("Back again");
    expect(seat.held()).toEqual(ASKED.split(" ").sort());
    await seat.close();
  });
});

describe("a client of the platform for mentors", () => {
  const EVERYTHING = Object.keys(movementors.definition.scopes).join(" ");
  const BASELINE_REASON = "Nothing works without this permission.";

  /** Opens the consent page of a client that requests every scope, with a preset chosen. */
  async function choosePreset(bundle: string, title: string) {
    const seat = await createDemoSeat("movementors", EVERYTHING);
    expect(await seat.ask(EVERYTHING)).toBe("REDIRECT");
    await seat.signIn("ana");
    await press(seat.page, title);
    await seat.page.locator(`[aria-current=true][value="preset:${bundle}"]`).waitFor();
    return seat;
  }

  /** Returns the row of the baseline on the open page. */
  const baselineOf = async ({ page }: Seat) =>
    (await rowsOf(page)).find(({ scope }) => scope === "mcp:tools");

  it("gets the preset Read only, lists bookings, and steps up to write them", async () => {
    const seat = await choosePreset("read-only", "Read only");
    const bundle = movementors.bundleScope("read-only").split(" ");
    expect(await checkedBoxes(seat.page)).toEqual(bundle);
    expect(await baselineOf(seat)).toMatchObject({ checked: true, why: BASELINE_REASON });
    await seat.answer("Allow");
    await seat.connect();
    expect(seat.held()).toEqual([...bundle].sort());
    expect(await seat.call("list_bookings")).toEqual({
      isError: false,
      text: "list_bookings, done for ana",
    });

    // the baseline is granted, and is not among the refused scopes
    await seat.isSentAway(() => seat.call("create_booking"));
    expect(await baselineOf(seat)).toMatchObject({
      checked: true,
      badge: "Already allowed",
      why: BASELINE_REASON,
    });
    const rows = await rowsOf(seat.page);
    expect(rows.filter(({ checked }) => !checked)).toMatchObject([
      { scope: "write:bookings", why: "You did not allow this before." },
    ]);
    await seat.page.locator('input[value="write:bookings"]').check();
    await seat.answer("Allow");
    expect((await seat.call("create_booking")).text).toBe("create_booking, done for ana");
    expect(seat.held()).toEqual([...bundle, "write:bookings"].sort());
    expect(seat.opened.length).toBe(2);
    expect(calls).toEqual([
      "list_bookings allowed ana",
      "create_booking insufficient_scope ana",
      "create_booking allowed ana",
    ]);
    await seat.close();
  });

  it("gets the preset of a personal assistant, and is still limited by the tier", async () => {
    const seat = await choosePreset("personal-assistant", "Personal assistant");
    const bundle = movementors.bundleScope("personal-assistant").split(" ");
    expect(await checkedBoxes(seat.page)).toEqual(bundle);
    expect(await baselineOf(seat)).toMatchObject({ checked: true, why: BASELINE_REASON });
    const notes = (await rowsOf(seat.page)).filter(({ tier }) => tier !== "");
    expect(notes.map(({ scope }) => scope)).toEqual([
      "read:financials",
      "write:classes",
      "write:financials",
    ]);
    expect(notes[1]?.tier).toBe("Has no effect until you upgrade to the Pro plan.");

    await seat.answer("Allow");
    await seat.connect();
    expect(seat.held()).toEqual([...bundle].sort());
    const listed = movementors.toolsFor({ ...seat.claims(), ...accounts.get("ana") });
    expect(await seat.list()).toEqual(listed.map((tool) => tool.name));

    expect((await seat.call("list_classes")).isError).toBe(false);
    const upgrade = await seat.call("update_class");
    expect(upgrade.isError).toBe(true);
    expect(upgrade.text).toMatch(/^upgrade required/);
    expect((await seat.call("delete_account")).isError).toBe(true);
    expect(seat.opened.length).toBe(1);
    expect(calls).toEqual([
      "list_classes allowed ana",
      "update_class upgrade_required ana",
      "delete_account denied ana",
    ]);
    await seat.close();
  });

  it("has access while the user is away only if the user allows it", async () => {
    const seat = await choosePreset("read-only", "Read only");
    await seat.page.locator('input[value="offline_access"]').check();
    await seat.answer("Allow");
    expect(seat.held()).toContain("offline_access");
    await seat.connect();
    expect((await seat.call("list_bookings")).isError).toBe(false);
    await seat.page.goto(`${seat.demo.issuer}/settings/connected-apps`);
    const entry = seat.page.locator(".app", { hasText: seat.name });
    expect(await entry.textContent()).toContain("Also has access while you are away.");
    await seat.close();
  });

  it("calls public tools without a sign-in, and needs one for other tools", async () => {
    const seat = await createDemoSeat("movementors", "read:profile");
    await seat.connect();
    expect((await seat.call("search_directory")).isError).toBe(false);
    expect(seat.opened).toEqual([]);
    // what this call needs, and the baseline
    await seat.isSentAway(() => seat.call("list_bookings"));
    expect(requestedOf(seat)).toEqual(["read:bookings", "mcp:tools"]);
    await seat.signIn("ben");
    await seat.answer("Allow");
    expect((await seat.call("list_bookings")).text).toBe("list_bookings, done for ben");
    expect(seat.held()).toEqual(["mcp:tools", "read:bookings"]);
    await seat.close();
  });
});
