import { loadPolicy } from "scope-policy";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuthorizationServer, start } from "../../examples/authorization-server/server.js";
import { boxesOf } from "./form-browser.js";
import { approve, approveAll, grantOf, visit } from "./visit.js";

/** A policy in which a requested scope has another current name. */
const policy = loadPolicy({
  name: "Notes",
  version: "2",
  scopes: {
    "notes:read": {},
    "notes:write": { implies: ["notes:read"] },
    "people:read": { replaces: ["members:read"] },
    "teams:read": { replaces: ["members:read"] },
  },
});

let server: AuthorizationServer;
beforeAll(async () => {
  server = await start(policy);
});
afterAll(() => server.close());

describe("the scope of a token", () => {
  it("contains the chosen ones of the current names of an older name", async () => {
    const { client, browser, page } = await visit(server, "members:read notes:read");
    expect(boxesOf(page).map((box) => box.scope)).toEqual([
      "notes:read",
      "people:read",
      "teams:read",
    ]);
    const end = await browser.submit(page, approve("people:read"));
    expect((await client.exchange(end.url)).scope).toBe("people:read");
  });

  it("contains current names if no page is needed", async () => {
    const { client, browser, page } = await visit(server, "members:read");
    await browser.submit(page, approveAll(page));
    const again = await browser.go(client.authorize({ scope: "members:read" }));
    expect((await client.exchange(again.url)).scope).toBe("people:read teams:read");
  });

  it("contains a scope that the grant implies, without a page", async () => {
    const { client, browser, page } = await visit(server, "notes:write");
    await browser.submit(page, approveAll(page));
    const again = await browser.go(client.authorize({ scope: "notes:read" }));
    expect((await client.exchange(again.url)).scope).toBe("notes:read");
  });

  it("contains a requested scope that a chosen scope implies", async () => {
    const { client, browser, page } = await visit(server, "notes:read notes:write");
    const end = await browser.submit(page, approve("notes:write"));
    expect((await client.exchange(end.url)).scope).toBe("notes:read notes:write");
  });
});

it("a refusal of an older name counts for its current names until one of them is granted", async () => {
  const { client, browser, page } = await visit(server, "members:read notes:read");
  await browser.submit(page, approve("notes:read"));
  const second = await browser.go(client.authorize({ scope: "people:read teams:read" }));
  expect(boxesOf(second).map((box) => box.checked)).toEqual([false, false]);
  await browser.submit(second, approve("people:read"));
  const third = await browser.go(client.authorize({ scope: "people:read teams:read" }));
  expect(boxesOf(third)).toMatchObject([
    { scope: "teams:read", checked: false },
    { scope: "people:read", checked: true },
  ]);
});

it("removing one of the current names of an older name revokes the grant", async () => {
  const { client, browser, page, name } = await visit(server, "members:read");
  await browser.submit(page, approveAll(page));
  const before = grantOf(await browser.go("/settings/connected-apps"), name);
  const parameters = { scope: "members:read", prompt: "consent" };
  const again = await browser.go(client.authorize(parameters));
  const end = await browser.submit(again, approve("people:read"));
  expect((await client.exchange(end.url)).scope).toBe("people:read");
  expect(grantOf(await browser.go("/settings/connected-apps"), name)).not.toBe(before);
});
