import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type AuthorizationServer, start } from "../../examples/authorization-server/server.js";
import { policy as movementors } from "../../examples/movementors/policy.js";
import { boxesOf } from "./form-browser.js";
import { approve, approveAll, visit } from "./visit.js";

const SCOPE = "read:profile read:classes mcp:tools offline_access";
const WITHOUT = "read:profile read:classes mcp:tools";

let studio: AuthorizationServer;
const events: (readonly [event: string, details: object])[] = [];
beforeAll(async () => {
  studio = await start(movementors, { log: (...entry) => void events.push(entry) });
});
afterAll(() => studio.close());
beforeEach(() => {
  events.length = 0;
});

/** Returns the logged events of a type. */
const logged = (kind: string) =>
  events.flatMap(([event, details]) => (event === kind ? [details] : []));

const prompts = [
  ["no prompt", {}],
  ["prompt=login", { prompt: "login" }],
  ["prompt=consent", { prompt: "consent" }],
] as const;

describe("offline_access", () => {
  it.each(prompts)("is granted with %s if the user checks it", async (_, parameters) => {
    const { client, browser, page } = await visit(studio, SCOPE, { parameters });
    expect(boxesOf(page).map((box) => box.scope)).toEqual(SCOPE.split(" "));
    const answer = await client.exchange((await browser.submit(page, approveAll(page))).url);
    expect(answer.scope).toBe(SCOPE);
    expect(logged("consent.granted")).toMatchObject([{ scope: SCOPE, changed: false }]);
    const refreshed = await client.refresh(answer.refresh_token ?? "");
    expect(refreshed).toMatchObject({ status: 200, scope: SCOPE });
  });

  it.each(prompts)(
    "is not granted with %s if the user does not check it, and the response names the scope without it",
    async (_, parameters) => {
      const { client, browser, page } = await visit(studio, SCOPE, { parameters });
      const end = await browser.submit(page, approve("read:classes", "mcp:tools"));
      const answer = await client.exchange(end.url);
      expect(answer.scope).toBe(WITHOUT);
      expect(answer.refresh_token).toBeUndefined();
      expect(logged("consent.granted")).toMatchObject([{ scope: WITHOUT, changed: true }]);
    },
  );

  it("is dropped for a client that did not register for refresh tokens: it is in the log, but not on the page or in the response", async () => {
    const metadata = { grant_types: ["authorization_code"] };
    const { client, browser, page } = await visit(studio, SCOPE, { metadata });
    expect(boxesOf(page).map((box) => box.scope)).toEqual(WITHOUT.split(" "));
    expect(logged("consent.dropped")).toEqual([{ scope: "offline_access", why: "not_registered" }]);
    const answer = await client.exchange((await browser.submit(page, approveAll(page))).url);
    expect(answer.scope).toBe(WITHOUT);
    expect(answer.refresh_token).toBeUndefined();
    expect(logged("consent.granted")).toMatchObject([{ scope: WITHOUT, changed: true }]);
  });

  it("is granted again without a page if the request has no new scope", async () => {
    const { client, browser, page } = await visit(studio, SCOPE);
    await browser.submit(page, approveAll(page));
    const again = await client.exchange((await browser.go(client.authorize({ scope: SCOPE }))).url);
    expect(again.scope).toBe(SCOPE);
    expect((await client.refresh(again.refresh_token ?? "")).status).toBe(200);
  });
});

it("a client cannot set the scope of a request in another parameter", async () => {
  const parameters = { requested_scope: "write:messages" };
  const { page } = await visit(studio, "read:profile read:classes", { parameters });
  expect(boxesOf(page).map((box) => box.scope)).toEqual(["read:profile", "read:classes"]);
});
