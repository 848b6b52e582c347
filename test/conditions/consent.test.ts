import {
  authorizationServerMetadata,
  clientRegistration,
  connectedApp,
  consentScreen,
  loadPolicy,
  protectedResourceMetadata,
  refreshScope,
  resolveConsent,
} from "scope-policy";
import { renderConsent } from "scope-policy/html";
import { describe, expect, it } from "vitest";
import { client, factsOf, rowOf, scopesOf } from "../consent/facts.js";
import { shop } from "./shop.js";

const ALL = "fleet:read fleet:write beta:read firm:read users:read payments:write database:write";

const screenOf = (account: object, options = {}, requested = ALL) =>
  consentScreen(shop, factsOf({ requested, account }), options);

describe("the consent screen", () => {
  it("marks a scope that has no effect without an entitlement, with a note", () => {
    const row = rowOf(screenOf({}), "fleet:write");
    expect(row).toMatchObject({
      state: "tier_locked",
      checked: false,
      tier: null,
      entitlement: { needed: "fleet", note: "Has no effect until you add Fleet to your plan." },
    });
    const own = rowOf(screenOf({ entitlements: ["fleet"] }), "fleet:write");
    expect(own).toMatchObject({ state: "optional", entitlement: null });
  });

  it("marks a scope whose every operation needs an entitlement that the account lacks", () => {
    // `list_vehicles` needs none
    expect(rowOf(screenOf({}), "fleet:read").entitlement).toBeNull();
    const row = rowOf(screenOf({ tier: "pro", entitlements: ["beta"] }), "beta:read");
    expect(row.entitlement?.needed).toBe("fleet");
  });

  const facts = factsOf({ requested: "fleet:read fleet:write", account: {} });
  const selection = {
    decision: "approve",
    scopes: ["fleet:read", "fleet:write"],
    policyVersion: "1",
  };

  it("locks such a row with `tierLocked`, and a selection of it does not count", () => {
    const options = { tierLocked: "locked" } as const;
    expect(rowOf(screenOf({}, options), "fleet:write").locked).toBe(true);
    const outcome = resolveConsent(shop, facts, selection, options);
    expect(outcome.ok && outcome.scope).not.toContain("fleet:write");
  });

  it("grants what was chosen whatever the entitlements are", () => {
    expect(resolveConsent(shop, facts, selection)).toMatchObject({
      ok: true,
      scope: "fleet:read fleet:write",
    });
  });

  it("offers the scopes of any of the account types", () => {
    const offered = (account_type: string | readonly string[]) =>
      scopesOf(screenOf({ account_type })).includes("firm:read");
    expect(offered("firm")).toBe(true);
    expect(offered(["person", "firm"])).toBe(true);
    expect(offered(["person", "agency"])).toBe(false);
  });

  it("lists what a scope enriches among what it opens", () => {
    const row = rowOf(screenOf({}, {}, "users:read.phone"), "users:read.phone");
    expect(row.unlocks.tools).toEqual(["get_user", "open_user", "me"]);
    expect(row.unlocks.endpoints).toEqual(["GET /users/:userID"]);
  });

  it("names no internal operation, and no way to authenticate", () => {
    const screen = screenOf({ entitlements: ["fleet", "beta"], tier: "pro" });
    const text = JSON.stringify(screen);
    for (const hidden of ["query.write", "internal_", "/jobs/secret", "mfa"])
      expect(text).not.toContain(hidden);
  });

  it("shows the note on the page, as a description of the box", () => {
    const page = renderConsent(screenOf({}), { action: "/consent", csrf: "c".repeat(32) });
    const [, id = ""] =
      /<p class="entitlement" id="([^"]+)">Has no effect until you add Fleet/.exec(page) ?? [];
    expect(page).toMatch(new RegExp(`aria-describedby="[^"]*${id}`));
    for (const hidden of ["query.write", "/jobs/secret", "mfa"]) expect(page).not.toContain(hidden);
  });
});

describe("a connected app", () => {
  it("shows a scope without effect for lack of an entitlement, after the tier", () => {
    const grant = { grantId: "g", client, scope: "fleet:write beta:read", authorizedAt: 1 };
    const effects = (account: object) =>
      connectedApp(shop, grant, { account }).scopes.map(({ effect }) => effect);
    expect(effects({})).toEqual(["dormant_entitlement", "dormant_tier"]);
    expect(effects({ tier: "pro", entitlements: ["fleet"] })).toEqual([
      "active",
      "dormant_entitlement",
    ]);
    expect(effects({ tier: "pro", entitlements: ["fleet", "beta"] })).toEqual(["active", "active"]);
  });
});

describe("discovery, registration and refresh", () => {
  it("do not depend on conditions: a scope with an entitlement is advertised, registered and refreshed", () => {
    const documents = [
      authorizationServerMetadata(shop, { issuer: "https://as.example.com" }),
      protectedResourceMetadata(shop, {
        resource: "https://api.example.com/",
        authorizationServers: ["https://as.example.com"],
      }),
    ];
    expect(documents[0]?.scopes_supported).toContain("fleet:write");
    for (const hidden of ["query.write", "/jobs/secret", "mfa", "entitlement"])
      expect(JSON.stringify(documents)).not.toContain(hidden);
    const scope = "fleet:write firm:read";
    expect(clientRegistration(shop, { scope })).toMatchObject({ ok: true, metadata: { scope } });
    expect(refreshScope(shop, scope, "fleet:write")).toMatchObject({
      ok: true,
      scope: "fleet:write",
    });
  });
});

describe("an account type that cannot be read", () => {
  const policy = loadPolicy({
    name: "Types",
    version: "1",
    accountTypes: ["mentor"],
    scopes: { open: {}, own: { accountTypes: ["mentor"] } },
  });

  it.each([7, null, [7], {}, []])(
    "such as %j counts as none of the declared types",
    (account_type) => {
      const account = { account_type } as never;
      expect(scopesOf(consentScreen(policy, factsOf({ requested: "open own", account })))).toEqual([
        "open",
      ]);
    },
  );
});
