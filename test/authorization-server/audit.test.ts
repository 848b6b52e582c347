import { type AuthorizationEvent, toCloudEvent, toEcs, toOcsf } from "scope-policy/audit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type AuthorizationServer, start } from "../../examples/authorization-server/server.js";
import { policy } from "../../examples/movementors/policy.js";
import { createFormBrowser } from "./form-browser.js";
import { createClient, register } from "./oauth-client.js";

const REDIRECT = "https://app.example/cb";
const ALL = "read:profile read:classes write:classes mcp:tools offline_access";

let server: AuthorizationServer;
const events: AuthorizationEvent[] = [];
beforeAll(async () => {
  server = await start(policy, { audit: (event) => void events.push(event) });
});
afterAll(() => server.close());
beforeEach(() => {
  events.length = 0;
});

/** Registers a client and opens the consent page in a browser. */
async function visit() {
  const client = await createClient(server.issuer, REDIRECT);
  const browser = createFormBrowser(server.issuer);
  const signIn = await browser.go(client.authorize({ scope: ALL, prompt: "consent" }));
  const page = await browser.submit(signIn, [["person", "ana"]]);
  events.length = 0;
  return { client, browser, page };
}

const approve = (...scopes: readonly string[]) => [
  ["decision", "approve"] as const,
  ...scopes.map((scope) => ["scopes", scope] as const),
];

describe("the audit of the authorization server", () => {
  it("contains registrations and rejected registrations", async () => {
    const client_name = "Helper";
    const { body } = await register(server.issuer, {
      client_name,
      redirect_uris: [REDIRECT],
      scope: "read:classes",
    });
    await register(server.issuer, { redirect_uris: ["https://*.example/cb"] });
    expect(events).toMatchObject([
      {
        type: "registration",
        outcome: "success",
        status: 201,
        actor: { iss: server.issuer },
        client: { client_id: body["client_id"], client_name: "Helper" },
        scopes: { requested: ["read:classes"], granted: ["read:classes"] },
      },
      { type: "registration", outcome: "denied", error: "invalid_redirect_uri", status: 400 },
    ]);
  });

  it("contains the consent of a user and every token that is issued for it", async () => {
    const { client, browser, page } = await visit();
    const end = await browser.submit(page, approve("read:classes", "mcp:tools", "offline_access"));
    const first = await client.exchange(end.url);
    const second = await client.refresh(first.refresh_token ?? "", "read:classes");
    await client.refresh(second.refresh_token ?? "", "read:classes write:classes");
    await client.revoke(second.refresh_token ?? "");
    const granted = ["read:profile", "read:classes", "mcp:tools", "offline_access"];
    const about = { client: { client_id: client.id }, policy: { name: "MoveMentors" } };
    const [consent] = events;
    const grant = { id: consent?.grant.id };
    expect(grant.id).toEqual(expect.any(String));
    expect(events).toMatchObject([
      {
        ...about,
        type: "consent",
        outcome: "success",
        actor: { sub: "ana" },
        scopes: { granted, requested: ALL.split(" ") },
      },
      {
        ...about,
        type: "token",
        outcome: "success",
        status: 200,
        actor: { sub: "ana" },
        token: { jti: expect.any(String) as string },
        grant: { ...grant, grant_type: "authorization_code" },
        scopes: { granted },
      },
      {
        ...about,
        type: "token",
        outcome: "success",
        grant: { ...grant, grant_type: "refresh_token" },
        scopes: { granted: ["read:classes"], requested: ["read:classes"] },
      },
      { ...about, type: "token", outcome: "denied", error: "invalid_scope", status: 400 },
      { ...about, type: "revocation", outcome: "success", status: 200, grant },
    ]);
    const lines = JSON.stringify(
      events.map((event) => [event, toCloudEvent(event, "/as"), toEcs(event), toOcsf(event)]),
    );
    for (const secret of [first.access_token, first.refresh_token, second.access_token]) {
      expect(secret).toEqual(expect.any(String));
      expect(lines).not.toContain(secret);
    }
    expect(lines).not.toContain(new URL(end.url).searchParams.get("code"));
  });

  it("contains a denied consent and a manipulated selection", async () => {
    const { browser, page } = await visit();
    await browser.submit(page, approve("read:classes", "admin:write"));
    await browser.submit(page, [["decision", "deny"]]);
    expect(events).toMatchObject([
      {
        type: "consent",
        outcome: "denied",
        error: "invalid_selection",
        reason: "consent.tampered: admin:write",
        actor: { sub: "ana" },
      },
      { type: "consent", outcome: "denied", error: "access_denied", reason: "consent.denied" },
    ]);
  });

  it("contains the revocation of a grant by its user", async () => {
    const { client, browser, page } = await visit();
    await browser.submit(page, approve("read:classes", "mcp:tools"));
    const { id } = events[0]?.grant ?? {};
    events.length = 0;
    await browser.submit(await browser.go("/settings/connected-apps"), [["grantId", id ?? ""]]);
    expect(events).toMatchObject([
      {
        type: "revocation",
        outcome: "success",
        actor: { sub: "ana" },
        client: { client_id: client.id },
        grant: { id },
      },
    ]);
  });

  it("contains a rejected token request without its code", async () => {
    const { client } = await visit();
    await client.exchange(`${REDIRECT}?code=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk`);
    expect(events).toMatchObject([
      {
        type: "token",
        outcome: "denied",
        error: "invalid_grant",
        client: { client_id: client.id },
      },
    ]);
    expect(JSON.stringify(events)).not.toContain("dBjftJeZ4CVP");
  });
});
