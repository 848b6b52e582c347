import { decodeJwt } from "jose";
import { loadPolicy } from "scope-policy";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuthorizationServer, start } from "../../examples/authorization-server/server.js";
import { policy as loopwise } from "../../examples/loopwise/policy.js";
import { policy as movementors } from "../../examples/movementors/policy.js";
import { approve, approveAll, grantOf, type VisitOptions, visit } from "./visit.js";

/** A policy without the scope `profile`. */
const nameless = loadPolicy({
  name: "Nameless",
  version: "1",
  scopes: { openid: {}, email: {}, "notes:read": {} },
});

let school: AuthorizationServer;
let studio: AuthorizationServer;
let notes: AuthorizationServer;
beforeAll(async () => {
  school = await start(loopwise);
  studio = await start(movementors);
  notes = await start(nameless);
});
afterAll(() => Promise.all([school, studio, notes].map((server) => server.close())));

/** Gets a token with every requested scope. */
async function tokenFor(server: AuthorizationServer, scope: string, options?: VisitOptions) {
  const { client, browser, page, name } = await visit(server, scope, options);
  const end = await browser.submit(page, approveAll(page));
  return { ...(await client.exchange(end.url)), client, browser, name };
}

async function userInfo({ issuer }: AuthorizationServer, token: string) {
  const response = await fetch(new URL("/me", issuer), {
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: response.status, body: (await response.json()) as object };
}

async function metadataOf({ issuer }: AuthorizationServer) {
  const response = await fetch(new URL("/.well-known/openid-configuration", issuer));
  return (await response.json()) as Readonly<Record<string, unknown>>;
}

const SUB = { sub: "ana" };
const NAME = { name: "Ana Lima" };
const EMAIL = { email: "ana@example.com", email_verified: true };

describe("UserInfo", () => {
  it.each([
    ["openid", { ...SUB }],
    ["openid profile", { ...SUB, ...NAME }],
    ["openid email", { ...SUB, ...EMAIL }],
    ["openid profile email", { ...SUB, ...NAME, ...EMAIL }],
    ["openid email courses:read", { ...SUB, ...EMAIL }],
  ] as const)("returns for %s exactly the claims of these scopes", async (scope, claims) => {
    const { access_token = "" } = await tokenFor(school, scope);
    expect(await userInfo(school, access_token)).toEqual({ status: 200, body: claims });
  });

  it.each(["profile", "email", "profile email", "courses:read"])(
    "rejects a token with %s and without openid",
    async (scope) => {
      const { access_token = "", scope: granted } = await tokenFor(school, scope);
      expect(granted).toBe(scope);
      const { status, body } = await userInfo(school, access_token);
      expect(status).toBe(401);
      expect(body).toMatchObject({ error: "invalid_token" });
    },
  );

  it("returns `email_verified: false` for an unverified address", async () => {
    const { access_token = "" } = await tokenFor(school, "openid email", { person: "ben" });
    const { body } = await userInfo(school, access_token);
    expect(body).toEqual({ sub: "ben", email: "ben@example.com", email_verified: false });
  });

  it("does not return claims of scopes that the user has not granted", async () => {
    const { client, browser, page } = await visit(school, "openid profile email");
    const end = await browser.submit(page, approve("profile"));
    const { access_token = "" } = await client.exchange(end.url);
    expect((await userInfo(school, access_token)).body).toEqual({ ...SUB, ...NAME });
  });

  it("accepts only tokens that the API accepts", async () => {
    const { access_token = "", id_token = "" } = await tokenFor(school, "openid email");
    const { aud, jti } = decodeJwt(access_token);
    expect(aud).toEqual([school.resource, `${school.issuer}/me`]);
    const forged = `${access_token.slice(0, -6)}AAAAAA`;
    for (const other of [String(jti), id_token, forged]) {
      expect((await userInfo(school, other)).status).toBe(401);
    }
  });

  it("rejects a token of a revoked grant", async () => {
    const { access_token = "", browser, name } = await tokenFor(school, "openid email");
    const apps = await browser.go("/settings/connected-apps");
    await browser.submit(apps, [["grantId", grantOf(apps, name)]]);
    expect((await userInfo(school, access_token)).status).toBe(401);
  });

  it("is the only source of claims: the ID token contains none of them", async () => {
    const { id_token = "" } = await tokenFor(school, "openid profile email");
    const claims = decodeJwt(id_token);
    expect(claims.sub).toBe("ana");
    for (const name of ["name", "email", "email_verified"]) expect(claims).not.toHaveProperty(name);
  });

  it("returns no claims for identity scopes that the policy does not declare", async () => {
    const { access_token = "", scope } = await tokenFor(notes, "openid email profile");
    expect(scope).toBe("openid email");
    expect((await userInfo(notes, access_token)).body).toEqual({ ...SUB, ...EMAIL });
    const { claims_supported } = await metadataOf(notes);
    expect(claims_supported).toEqual(expect.arrayContaining(["sub", "email", "email_verified"]));
    expect(claims_supported).not.toContain("name");
  });

  it("does not exist if the policy does not declare openid", async () => {
    const metadata = await metadataOf(studio);
    expect(metadata).not.toHaveProperty("userinfo_endpoint");
    expect(metadata["scopes_supported"]).toEqual(movementors.scopeNames);
    expect((await fetch(new URL("/me", studio.issuer))).status).toBe(404);
  });
});
