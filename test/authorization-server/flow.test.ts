import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import type { AccessToken } from "scope-policy";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuthorizationServer, start } from "../../examples/authorization-server/server.js";
import { policy as loopwise } from "../../examples/loopwise/policy.js";
import { policy as movementors } from "../../examples/movementors/policy.js";
import { boxesOf, createFormBrowser, type Stop } from "./form-browser.js";
import { createClient, register } from "./oauth-client.js";
import { approve, grantOf, REDIRECT, visit } from "./visit.js";

let school: AuthorizationServer;
let studio: AuthorizationServer;
const events: string[] = [];

beforeAll(async () => {
  const log = (event: string) => void events.push(event);
  school = await start(loopwise, { resource: "http://127.0.0.1:1/mcp", log });
  studio = await start(movementors, { log });
});
afterAll(() => Promise.all([school.close(), studio.close()]));

const errorOf = ({ url }: Stop) => new URL(url).searchParams.get("error");

describe("registration and discovery", () => {
  it("advertise the public catalogue and reject reserved scopes", async () => {
    const metadata = await fetch(new URL("/.well-known/openid-configuration", school.issuer));
    const { scopes_supported } = (await metadata.json()) as { scopes_supported: string[] };
    expect(scopes_supported).toContain("courses:read");
    expect(scopes_supported).not.toContain("admin:read");
    const redirect_uris = [REDIRECT];
    const refused = await register(school.issuer, { redirect_uris, scope: "openid admin:read" });
    expect(refused).toMatchObject({ status: 400, body: { error: "invalid_client_metadata" } });
    const anywhere = await register(school.issuer, { redirect_uris: ["https://*.example/cb"] });
    expect(anywhere).toMatchObject({ status: 400, body: { error: "invalid_redirect_uri" } });
    const owner = { first_party: true, firstParty: true };
    const bare = await register(school.issuer, { redirect_uris, ...owner });
    expect(bare).toMatchObject({ status: 201, body: { scope: "openid" } });
    for (const name of Object.keys(owner)) expect(bare.body).not.toHaveProperty(name);
  });

  it("reject another resource and a request without PKCE", async () => {
    const client = await createClient(school.issuer, REDIRECT);
    const browser = createFormBrowser(school.issuer);
    const parameters = { scope: "openid", resource: "https://other.example/mcp" };
    expect(errorOf(await browser.go(client.authorize(parameters)))).toBe("invalid_target");
    const url = new URL(client.authorize({ scope: "openid" }));
    url.searchParams.delete("code_challenge");
    expect(errorOf(await browser.go(url.href))).toBe("invalid_request");
  });
});

describe("the selection of the user", () => {
  it("is the scope of the token, and the response names it", async () => {
    const { client, browser, page } = await visit(school, "openid courses:read posts:write", {
      parameters: { resource: school.resource },
    });
    expect(boxesOf(page)).toEqual([
      { scope: "openid", checked: true, disabled: true },
      { scope: "courses:read", checked: true, disabled: false },
      { scope: "posts:write", checked: true, disabled: false },
    ]);
    const end = await browser.submit(page, approve("courses:read"));
    const answer = await client.exchange(end.url);
    expect(answer).toMatchObject({ status: 200, scope: "openid courses:read" });
    // the policy has no `offline_access`, so no refresh token is issued
    expect(answer.refresh_token).toBeUndefined();
    const token = answer.access_token ?? "";
    expect(decodeProtectedHeader(token).typ).toBe("at+jwt");
    const { payload } = await jwtVerify(token, createRemoteJWKSet(school.jwks), {
      issuer: school.issuer,
      audience: school.resource,
    });
    expect(payload).toMatchObject({
      sub: "ana",
      client_id: client.id,
      scope: "openid courses:read",
    });
    expect(typeof payload.jti).toBe("string");
  });

  it("is requested at a step-up for the difference only, with refused scopes unchecked", async () => {
    const { client, browser, page } = await visit(school, "openid courses:read posts:write");
    await browser.submit(page, approve("courses:read"));
    const more = { scope: "openid posts:write events:read" };
    const second = await browser.go(client.authorize(more));
    // what is new comes first
    expect(boxesOf(second)).toEqual([
      { scope: "events:read", checked: true, disabled: false },
      { scope: "posts:write", checked: false, disabled: false },
      { scope: "openid", checked: true, disabled: true },
    ]);
    expect(second.html).toContain("You did not allow this before.");
    const end = await browser.submit(second, approve("posts:write"));
    expect((await client.exchange(end.url)).scope).toBe("openid posts:write");
    // granted scopes need no new consent, even if two requests granted them
    const third = await browser.go(client.authorize({ scope: "openid courses:read posts:write" }));
    expect((await client.exchange(third.url)).scope).toBe("openid courses:read posts:write");
  });

  it("is the default scope of the policy if a request names no scope", async () => {
    const client = await createClient(school.issuer, REDIRECT);
    const browser = createFormBrowser(school.issuer);
    const page = await browser.submit(await browser.go(client.authorize({})), [["person", "ana"]]);
    expect(boxesOf(page).map((box) => box.scope)).toEqual(["openid"]);
    const end = await browser.submit(page, approve());
    expect((await client.exchange(end.url)).scope).toBe("openid");
  });

  it("revokes every token with more scopes when it removes a granted scope", async () => {
    const { client, browser, page } = await visit(school, "openid courses:read posts:write");
    const end = await browser.submit(page, approve("courses:read", "posts:write"));
    const first = await client.exchange(end.url);
    const again = await browser.go(
      client.authorize({ scope: "openid courses:read posts:write", prompt: "consent" }),
    );
    const last = await browser.submit(again, approve("courses:read"));
    expect((await client.exchange(last.url)).scope).toBe("openid courses:read");
    const { grant_id, ...claims } = decodeJwt(first.access_token ?? "");
    const token = { ...claims, scope: "openid", claims: { grant_id } } as AccessToken;
    expect(school.isRevoked(token)).toBe(true);
  });

  it.each([
    ["a denial", [["decision", "deny"]], "access_denied"],
    ["an empty selection", approve(), "access_denied"],
  ] as const)("grants nothing if it is %s", async (_, chosen, error) => {
    const { browser, page } = await visit(school, "openid courses:read");
    expect(errorOf(await browser.submit(page, chosen))).toBe(error);
  });

  it("does not include scopes that are not offered", async () => {
    const { page } = await visit(school, "admin:read");
    expect(errorOf(page)).toBe("invalid_scope");
  });
});

describe("a posted selection", () => {
  it("with a scope that was not offered grants nothing and is logged", async () => {
    const { browser, page } = await visit(school, "openid courses:read");
    const again = await browser.submit(page, approve("courses:read", "admin:write"));
    expect(again.status).toBe(400);
    expect(again.html).toContain("nothing was allowed");
    expect(events.at(-1)).toBe("consent.tampered");
  });

  it.each([
    ["of an older policy version", ["policyVersion", "2020-01-01"]],
    ["of another request", ["id", "elsewhere"]],
  ] as const)("from a page %s shows the page again", async (_, stale) => {
    const { browser, page } = await visit(school, "openid courses:read");
    const again = await browser.submit(page, [...approve("courses:read"), stale]);
    expect(again.html).toContain("out of date");
    expect(events.at(-1)).toBe("consent.stale");
    expect(boxesOf(again)).toHaveLength(2);
  });

  it("without the CSRF value of the page is rejected", async () => {
    const { browser, page } = await visit(school, "openid courses:read");
    const end = await browser.submit(page, [...approve("courses:read"), ["csrf", ""]]);
    expect(end.status).toBe(403);
  });

  it("that is posted twice counts once", async () => {
    const { browser, page } = await visit(school, "openid courses:read");
    const end = await browser.submit(page, approve("courses:read"));
    expect(new URL(end.url).searchParams.has("code")).toBe(true);
    const again = await browser.submit(page, approve("courses:read"));
    expect(again).toMatchObject({ status: 400, url: page.url });
  });

  it("from another browser is rejected", async () => {
    const { page } = await visit(school, "openid courses:read");
    const end = await createFormBrowser(school.issuer).submit(page, approve("courses:read"));
    expect(end.status).toBe(400);
  });
});

describe("refresh and revocation", () => {
  const all = "read:profile read:classes write:classes mcp:tools offline_access";

  async function refreshable() {
    const visited = await visit(studio, all);
    const chosen = approve("read:classes", "mcp:tools", "offline_access");
    const end = await visited.browser.submit(visited.page, chosen);
    const answer = await visited.client.exchange(end.url);
    return { ...visited, answer, token: answer.refresh_token ?? "" };
  }

  it("refresh the granted scope or a part of it, but nothing else", async () => {
    const { client, answer, token } = await refreshable();
    expect(answer.scope).toBe("read:profile read:classes mcp:tools offline_access");
    const less = await client.refresh(token, "read:classes");
    expect(less).toMatchObject({ status: 200, scope: "read:classes" });
    const next = less.refresh_token ?? "";
    const more = await client.refresh(next, "read:classes write:classes");
    expect(more).toMatchObject({ status: 400, error: "invalid_scope" });
  });

  it("issue no refresh token if the user does not allow it", async () => {
    const { client, browser, page } = await visit(studio, all);
    const end = await browser.submit(page, approve("read:classes"));
    expect((await client.exchange(end.url)).refresh_token).toBeUndefined();
  });

  it("delete all tokens and decisions when the user revokes a grant", async () => {
    const { client, browser, token, name } = await refreshable();
    const apps = await browser.go("/settings/connected-apps");
    expect(apps.html).toContain(name);
    const after = await browser.submit(apps, [["grantId", grantOf(apps, name)]]);
    expect(after.html).not.toContain(name);
    expect(await client.refresh(token)).toMatchObject({ status: 400, error: "invalid_grant" });
    const anew = await browser.go(client.authorize({ scope: all }));
    expect(anew.html).not.toContain("You did not allow this before");
    expect(anew.html).not.toContain("Already allowed");
  });

  it("delete them also when the client revokes its token", async () => {
    const { client, browser, token, name } = await refreshable();
    expect(await client.revoke(token)).toBe(200);
    expect((await browser.go("/settings/connected-apps")).html).not.toContain(name);
  });

  it("do not let a user revoke the grant of another user", async () => {
    const { client, browser, token, name } = await refreshable();
    const grantId = grantOf(await browser.go("/settings/connected-apps"), name);
    const other = createFormBrowser(studio.issuer);
    const signIn = await other.go("/settings/connected-apps");
    const own = await other.submit(signIn, [["person", "ben"]]);
    expect(own.html).toContain("No app has access to your account");
    await other.submit(own, [["grantId", grantId]]);
    expect(await client.refresh(token)).toMatchObject({ status: 200 });
  });
});
