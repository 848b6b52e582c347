// The SDK's own client, a real browser, the MCP server behind its door, and the authorization server: one flow through all of them.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startDemo } from "../../examples/authorization-server/demo.js";
import { clientV2, withPerson } from "../e2e/clients.js";
import { newOauthHost } from "../e2e/oauth-host.js";
import { checkedBoxes, launch } from "./stage.js";

type Demo = Awaited<ReturnType<typeof startDemo>>;

let demo: Demo;
let browser: Browser;
const events: string[] = [];
beforeAll(async () => {
  demo = await startDemo((event) => void events.push(event));
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
  await demo.close();
});

/** Goes where the SDK sends the person, answers what stands there, and stops at the client's address, where nobody listens. */
async function visit(
  context: BrowserContext,
  url: URL,
  choose: (page: Page) => Promise<void>,
): Promise<URL> {
  const page = await context.newPage();
  const back = page.waitForRequest((request) =>
    request.url().startsWith("http://127.0.0.1/callback"),
  );
  await page.goto(url.href);
  if ((await page.title()) === "Sign in") await page.locator("button[value=ana]").click();
  await choose(page);
  await page.getByRole("button", { name: "Allow" }).click();
  const address = new URL((await back).url());
  await page.close();
  return address;
}

it("registers, signs in, lists, meets a 403, steps up to what is new, and calls", async () => {
  const context = await browser.newContext();
  const shown: (readonly string[])[] = [];
  let unwanted: string | undefined;
  const host = newOauthHost({
    consents: [],
    refuse: () => {},
    visit: (url) =>
      visit(context, url, async (page) => {
        shown.push(await checkedBoxes(page));
        if (unwanted !== undefined) await page.locator(`input[value="${unwanted}"]`).uncheck();
      }),
  });
  const client = clientV2("auto")(new URL(demo.resource), host.provider);
  const act = <Value>(run: () => Promise<Value>) => withPerson(host, client, run);
  const held = () => host.tokens?.scope?.split(" ").sort();

  await act(() => client.connect());
  expect(shown).toEqual([["openid"]]); // nothing was asked for: the policy's default
  expect(held()).toEqual(["openid"]);

  expect((await act(() => client.call("list_courses"))).text).toBe("list_courses was called");
  expect(shown.at(-1)).toEqual(["openid", "courses:read"]);
  expect(held()).toEqual(["courses:read", "openid"]);

  // a choice: what is new is wanted, what was allowed is taken back
  unwanted = "courses:read";
  expect((await act(() => client.call("create_post"))).text).toBe("create_post was called");
  expect(shown.at(-1)).toEqual(["openid", "courses:read", "posts:write"]);
  expect(held()).toEqual(["openid", "posts:write"]);
  expect(await client.list()).toContain("create_post");

  // its owner ends it: the token is no good from then on, and whoever connects again starts anew
  unwanted = undefined;
  const page = await context.newPage();
  await page.goto(`${demo.issuer}/settings/connected-apps`);
  await page.getByRole("button", { name: /^Revoke/ }).click();
  await expect.poll(() => events.at(-1)).toBe("grant.revoked");
  await expect(client.call("create_post")).rejects.toThrow("Unauthorized");
  await act(() => client.connect());
  expect((await act(() => client.call("create_post"))).text).toBe("create_post was called");
  expect(shown.at(-1)).toEqual(["openid", "posts:write"]);
  await client.close();
});
