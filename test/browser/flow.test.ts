import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { policy as loopwise } from "../../examples/loopwise/policy.js";
import { policy as movementors } from "../../examples/movementors/policy.js";
import { checkedBoxes, openStage, press, type Stage } from "./stage.js";

const SCOPE = "openid courses:read posts:write";

let school: Stage;
let studio: Stage;
beforeAll(async () => {
  school = await openStage(loopwise);
  studio = await openStage(movementors);
});
afterAll(async () => {
  await school.close();
  await studio.close();
});

describe("a user in a browser", () => {
  it("allows everything", async () => {
    const { client, page, complaints } = await school.visit(SCOPE);
    expect(await page.title()).toBe("Course Helper asks for access to Loopwise");
    expect(await checkedBoxes(page)).toEqual(SCOPE.split(" "));
    await press(page, "Allow");
    await page.waitForURL("**/cb?*");
    expect(new URL(page.url()).searchParams.get("state")).toBe("state-1");
    expect((await client.exchange(page.url())).scope).toBe(SCOPE);
    expect(complaints).toEqual([]);
  });

  it("allows a part, and the required scopes are granted with it", async () => {
    const { client, page } = await school.visit(SCOPE);
    await page.getByLabel("Create, update, and delete posts").uncheck();
    expect(await page.locator("input[value=openid]").isDisabled()).toBe(true);
    await press(page, "Allow");
    await page.waitForURL("**/cb?*");
    expect((await client.exchange(page.url())).scope).toBe("openid courses:read");
  });

  it("is redirected to a program on an IPv6 address", async () => {
    const redirectUri = "http://[::1]:33418/cb";
    const { page, complaints } = await school.visit(SCOPE, { redirectUri });
    // no server listens there: the test checks only that the browser follows the redirect
    const followed = page.waitForRequest((request) => request.url().startsWith(redirectUri));
    await press(page, "Allow");
    expect(new URL((await followed).url()).searchParams.get("code")).toMatch(/./);
    expect(complaints.filter((text) => text.includes("Security Policy"))).toEqual([]);
  });

  it("denies access", async () => {
    const { page } = await school.visit(SCOPE);
    await press(page, "Deny");
    await page.waitForURL("**/cb?*");
    expect(new URL(page.url()).searchParams.get("error")).toBe("access_denied");
  });

  it("is asked for the difference at a step-up", async () => {
    const { client, page } = await school.visit(SCOPE);
    await page.getByLabel("Create, update, and delete posts").uncheck();
    await press(page, "Allow");
    await page.waitForURL("**/cb?*");
    await page.goto(client.authorize({ scope: "openid courses:read posts:write" }));
    // what is new comes first, and is in the group "data"
    expect(await checkedBoxes(page)).toEqual(["courses:read", "openid"]);
    expect(await page.getByText("asks for more").count()).toBe(1);
    expect(await page.getByText("Already allowed").count()).toBe(1);
    expect(await page.getByText("You did not allow this before.").count()).toBe(1);
    await page.getByLabel("Create, update, and delete posts").check();
    await press(page, "Allow");
    await page.waitForURL("**/cb?*");
    expect((await client.exchange(page.url())).scope).toBe(SCOPE);
  });

  it("chooses a preset, which checks exactly its scopes and the requested baseline", async () => {
    const { client, page } = await studio.visit(
      "read:profile read:classes read:bookings read:clients write:bookings mcp:tools",
    );
    await press(page, "Read only");
    expect(await page.getByRole("button", { name: "Read only" }).getAttribute("aria-current")).toBe(
      "true",
    );
    const bundle = ["read:profile", "read:classes", "read:bookings", "read:clients"];
    expect(await checkedBoxes(page)).toEqual([...bundle, "mcp:tools"]);
    expect(await page.getByText("Nothing works without this permission.").count()).toBe(1);
    await page.locator(`input[value="read:clients"]`).uncheck();
    await press(page, "Allow");
    await page.waitForURL("**/cb?*");
    expect((await client.exchange(page.url())).scope).toBe(
      "read:profile read:classes read:bookings mcp:tools",
    );
  });

  it("chooses a preset, which adds no baseline that was not requested", async () => {
    const { page } = await studio.visit("read:profile read:classes write:bookings");
    await press(page, "Read only");
    expect(await checkedBoxes(page)).toEqual(["read:profile", "read:classes"]);
  });

  it("does not see the baseline as refused after unchecking it", async () => {
    const scope = "read:profile read:classes mcp:tools";
    const { client, page } = await studio.visit(scope);
    await page.locator(`input[value="mcp:tools"]`).uncheck();
    await press(page, "Allow");
    await page.waitForURL("**/cb?*");
    await page.goto(client.authorize({ scope }));
    expect((await checkedBoxes(page)).toSorted()).toEqual(scope.split(" ").toSorted());
    expect(await page.getByText("You did not allow this before.").count()).toBe(0);
  });

  it("goes back after the decision, and finds nothing to decide", async () => {
    const { page } = await school.visit(SCOPE);
    await press(page, "Allow");
    await page.waitForURL("**/cb?*");
    await page.goBack();
    await expect.poll(() => page.title()).toBe("Nothing to decide");
  });

  it("revokes access on the page of connected apps", async () => {
    const { page } = await school.visit(SCOPE, { person: "ben" });
    await press(page, "Allow");
    await page.waitForURL("**/cb?*");
    await page.goto(`${school.server.issuer}/settings/connected-apps`);
    expect(await page.getByText("posts:write").count()).toBe(1);
    await page.locator("summary", { hasText: "Revoke access" }).click();
    await press(page, "Yes, revoke access");
    await expect.poll(() => page.getByText("No app has access to").count()).toBe(1);
  });
});

describe("the page with the keyboard alone", () => {
  const focused = "document.activeElement?.value ?? document.activeElement?.textContent ?? ''";

  it("moves through every box, then Deny, then Allow, with no initial focus", async () => {
    const { client, page } = await school.visit(SCOPE);
    expect(await page.evaluate("document.activeElement?.tagName")).toBe("BODY");
    const order: string[] = [];
    for (let step = 0; step < 12 && order.at(-1) !== "approve"; step += 1) {
      await page.keyboard.press("Tab");
      const at = String(await page.evaluate(focused));
      order.push(at);
      if (at === "posts:write") await page.keyboard.press("Space");
    }
    const stops = order.filter((stop) => !/^(What this allows|Details)/.test(stop));
    expect(stops).toEqual(["courses:read", "posts:write", "deny", "approve"]);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/cb?*");
    expect((await client.exchange(page.url())).scope).toBe("openid courses:read");
  });

  it("never allows access when Enter is pressed in a box", async () => {
    const { page } = await school.visit(SCOPE);
    await page.getByLabel("Create, update, and delete posts").focus();
    await page.keyboard.press("Enter");
    await page.waitForTimeout(200);
    expect(page.url()).not.toContain("code=");
  });

  it("shows the focus", async () => {
    const { page } = await school.visit(SCOPE);
    await page.keyboard.press("Tab");
    const width = "getComputedStyle(document.activeElement).outlineWidth";
    expect(await page.evaluate(width)).toBe("3px");
  });
});

describe("a user who changes what is posted", () => {
  const setValue = (name: string, value: string) =>
    `document.querySelector('input[name=${name}]').value = ${JSON.stringify(value)}`;

  it("to a scope that was not offered grants nothing", async () => {
    const { page } = await school.visit(SCOPE);
    await page.evaluate(
      `document.querySelector('input[value="posts:write"]').value = "admin:write"`,
    );
    await press(page, "Allow");
    expect(await page.getByRole("alert").textContent()).toContain("nothing was allowed");
    expect(school.events.at(-1)).toBe("consent.tampered");
    // the choice of the user stays, without the scope that was not offered
    expect(await checkedBoxes(page)).toEqual(["openid", "courses:read"]);
  });

  it("to another policy version sees the current page again", async () => {
    const { client, page } = await school.visit(SCOPE);
    await page.evaluate(setValue("policyVersion", "2020-01-01"));
    await press(page, "Allow");
    expect(await page.getByRole("alert").textContent()).toContain("out of date");
    await press(page, "Allow");
    await page.waitForURL("**/cb?*");
    expect((await client.exchange(page.url())).scope).toBe(SCOPE);
  });

  it("by leaving out the CSRF token gets an error", async () => {
    const { page } = await school.visit(SCOPE);
    await page.evaluate("document.querySelector('input[name=csrf]').remove()");
    await press(page, "Allow");
    expect(await page.title()).toBe("Not from our page");
  });

  it("by posting the form twice gets an error", async () => {
    const { page } = await school.visit(SCOPE);
    const address = page.url();
    const form = await page.evaluate(
      "Object.fromEntries(new FormData(document.querySelector('form')))",
    );
    await press(page, "Allow");
    await page.waitForURL("**/cb?*");
    const again = await page.request.post(address, {
      form: { ...(form as Record<string, string>), decision: "approve" },
    });
    expect(again.status()).toBe(400);
    expect(await again.text()).toContain("Nothing to decide");
  });

  it("by putting the page into a frame cannot see it", async () => {
    const { page } = await school.visit(SCOPE);
    const address = page.url();
    const other = await page.context().newPage();
    const refused: string[] = [];
    other.on("console", (message) => refused.push(message.text()));
    await other.goto(`${school.server.issuer}/style.css`);
    await other.setContent(`<iframe src="${address}"></iframe>`);
    await expect.poll(() => refused.join(" ")).toMatch(/frame-ancestors|X-Frame-Options/);
  });
});
