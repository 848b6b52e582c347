// Statements about consent in the documents of the four providers (quoted in the titles), checked against their policies.
import {
  type AnyPolicy,
  authorizationServerMetadata,
  type ConsentFacts,
  type ConsentOptions,
  clientRegistration,
  consentScreen,
  parseScope,
  protectedResourceMetadata,
  refreshScope,
  resolveConsent,
} from "scope-policy";
import { describe, expect, it } from "vitest";
import { policy as localisation } from "../../examples/localisation/policy.js";
import { policy as loopwise } from "../../examples/loopwise/policy.js";
import { policy as moov } from "../../examples/moov/policy.js";
import { policy as movementors } from "../../examples/movementors/policy.js";
import { client, factsOf, rowOf, rowsOf, scopesOf } from "./facts.js";

const namesOf = (policy: { readonly definition: { readonly scopes: object } }) =>
  Object.keys(policy.definition.scopes);

function approve(
  policy: AnyPolicy,
  facts: Partial<ConsentFacts>,
  scopes: readonly string[],
  options?: ConsentOptions,
) {
  return resolveConsent(policy, factsOf(facts), { decision: "approve", scopes }, options);
}

describe("Loopwise", () => {
  const screen = (facts: Partial<ConsentFacts>) => consentScreen(loopwise, factsOf(facts));

  it("If no scopes are specified, only openid is granted by default.", () => {
    for (const requested of [undefined, "", []]) {
      expect(scopesOf(screen({ requested }))).toEqual(["openid"]);
      expect(approve(loopwise, { requested }, [])).toMatchObject({ ok: true, scope: "openid" });
    }
  });

  it("openid: Required for identity access.", () => {
    const row = rowOf(screen({ requested: "openid profile" }), "openid");
    expect(row).toMatchObject({ state: "required", checked: true, locked: true });
    expect(approve(loopwise, { requested: "openid profile" }, ["profile"])).toMatchObject({
      scope: "openid profile",
      changed: false,
    });
  });

  it("/oauth/authorize?scope=openid+profile+email+courses:read+students:read: a form-decoded plus is a space", () => {
    const query = new URLSearchParams("scope=openid+profile+email+courses:read+students:read");
    const requested = query.get("scope") as string;
    expect(scopesOf(screen({ requested }))).toEqual([
      "openid",
      "profile",
      "email",
      "courses:read",
      "students:read",
    ]);
  });

  it("a literal + in a decoded value is part of a scope token, which this policy does not declare", () => {
    expect(parseScope("openid+profile")).toMatchObject({ ok: true });
    expect(screen({ requested: "openid+profile" })).toMatchObject({ error: "invalid_scope" });
  });

  it("The admin:read and admin:write scopes are excluded from the discovery endpoint and dynamic client registration responses.", () => {
    const documents = [
      authorizationServerMetadata(loopwise, { issuer: "https://as.example" }),
      protectedResourceMetadata(loopwise, { resource: "https://api.example/mcp" }),
      clientRegistration(loopwise, { client_name: "A" }),
      clientRegistration(loopwise, { client_name: "A", scope: "openid admin:read" }),
      screen({ requested: namesOf(loopwise).join(" ") }),
      consentScreen(loopwise, factsOf({ requested: "" }), { whenNoScope: "catalogue" }),
      refreshScope(loopwise, "openid admin:read admin:write"),
    ];
    for (const document of documents) expect(JSON.stringify(document)).not.toContain("admin:");
    expect(documents[3]).toMatchObject({ ok: false, error: "invalid_client_metadata" });
  });

  it("not available to third-party applications, even if a browser posts one", () => {
    const facts = { requested: "openid courses:read admin:read" };
    expect(approve(loopwise, facts, ["courses:read", "admin:read"])).toMatchObject({
      ok: false,
      error: "invalid_selection",
      event: "consent.tampered",
    });
  });

  it("get_settings is available with either school:read or appearance:read.", () => {
    const both = screen({ requested: "school:read appearance:read" });
    expect(rowOf(both, "school:read").unlocks.tools).toEqual(["get_site_info", "get_settings"]);
    expect(rowOf(both, "appearance:read").unlocks.tools).toEqual(["get_settings"]);
  });
});

describe("MoveMentors", () => {
  const every = namesOf(movementors);
  const requested = every.join(" ");
  const account = { tier: "free", account_type: "mentor" };
  const screen = consentScreen(movementors, factsOf({ requested, account }));

  it("Every scope the client is requesting. A checkbox per scope (some are pre-checked as required).", () => {
    // a mentor has no studio profile to read
    expect([...scopesOf(screen)].sort()).toEqual(
      every.filter((scope) => scope !== "read:studio").sort(),
    );
    const locked = rowsOf(screen).filter((row) => row.locked);
    expect(locked.map((row) => [row.scope, row.checked])).toEqual([["read:profile", true]]);
  });

  it("Approve all (the easy default).", () => {
    const plan = { tier: "premium", account_type: "mentor" };
    const facts = { requested, account: plan };
    const asShown = rowsOf(consentScreen(movementors, factsOf(facts))).filter((row) => row.checked);
    const outcome = approve(
      movementors,
      facts,
      asShown.map((row) => row.scope),
    );
    expect(outcome).toMatchObject({ ok: true, changed: true, refused: [] });
    expect(outcome.ok && [...outcome.scopes].sort()).toEqual([...scopesOf(screen)].sort());
  });

  it("Deselect specific scopes and approve the subset.", () => {
    expect(
      approve(movementors, { requested: "read:profile read:bookings write:bookings" }, [
        "read:bookings",
      ]),
    ).toMatchObject({ ok: true, scope: "read:profile read:bookings", changed: true });
  });

  it("Deny entirely.", () => {
    const facts = factsOf({ requested });
    const selection = { decision: "deny", scopes: ["read:bookings"] };
    expect(resolveConsent(movementors, facts, selection)).toMatchObject({
      ok: false,
      error: "access_denied",
    });
  });

  it("free tier accounts that grant this scope still cannot make changes", () => {
    expect(rowOf(screen, "write:classes")).toMatchObject({
      state: "tier_locked",
      checked: false,
      tier: { needed: "pro", note: "Has no effect until you upgrade to the Pro plan." },
    });
    expect(
      approve(movementors, { requested, account }, ["write:classes", "mcp:tools"]),
    ).toMatchObject({ scope: "read:profile write:classes mcp:tools" });
  });

  it.each([
    ["read-only", ["read:profile", "read:classes", "read:bookings", "read:clients", "mcp:tools"]],
    [
      "personal-assistant",
      [
        "read:profile",
        "read:classes",
        "read:bookings",
        "read:clients",
        "write:classes",
        "write:bookings",
        "write:messages",
        "mcp:tools",
      ],
    ],
    [
      "full-control", // "everything except write:financials"
      scopesOf(screen).filter((scope) => scope !== "write:financials"),
    ],
  ])("the bundle %s checks exactly its scopes and the requested baseline", (id, expected) => {
    expect(screen.presets.find((preset) => preset.id === id)?.scopes).toEqual(expected);
  });

  it("What scopes do not cover", () => {
    expect(screen.notCovered).toHaveLength(4);
    expect(screen.notCovered.map(({ text }) => text).join()).toContain("Triggering payouts");
  });

  it("offline_access: Allow the client to refresh its access token without you re-authorising.", () => {
    expect(screen.offline).toMatchObject({ scope: "offline_access", locked: false });
    const opened = rowsOf(screen).flatMap((row) => row.unlocks.tools);
    expect(opened).toContain("list_classes");
    expect(opened).not.toContain("trigger_payout");
  });
});

describe("Moov", () => {
  const owned = { resources: { accountID: { "acc-1": "Ana’s Bakery ··42" } } };
  const requested =
    "/accounts/acc-1/ /accounts/acc-1/profile.write /accounts/acc-1/transfers.write";

  it("shows the account that a scope is about", () => {
    const screen = consentScreen(moov, factsOf({ requested, account: owned }));
    for (const row of rowsOf(screen)) {
      expect(row.resource).toEqual([
        { param: "accountID", value: "acc-1", label: "Ana’s Bakery ··42" },
      ]);
    }
    expect(scopesOf(screen)).toEqual(requested.split(" "));
  });

  it("Other scopes are restricted to a single account: a user cannot grant a scope of another user's account", () => {
    const facts = { requested: `${requested} /accounts/acc-2/`, account: owned };
    expect(scopesOf(consentScreen(moov, factsOf(facts)))).toEqual(requested.split(" "));
    expect(approve(moov, facts, ["/accounts/acc-2/"])).toMatchObject({
      error: "invalid_selection",
    });
  });

  it("you’ll need the account ID before you generate the token", () => {
    const facts = factsOf({ requested: "/accounts/{accountID}/", account: owned });
    expect(consentScreen(moov, facts)).toMatchObject({ error: "invalid_scope" });
    const first = consentScreen(moov, factsOf({ requested: "/accounts.write", account: owned }));
    expect(scopesOf(first)).toEqual(["/accounts.write"]);
  });
});

describe("the localisation platform", () => {
  const names = namesOf(localisation);
  const off = ["projects:write", "translations:publish", "content:publish", "glossary:write"];
  const on = names.filter((scope) => !off.includes(scope));
  const requested = names.join(" ");
  const screen = consentScreen(localisation, factsOf({ requested }));

  it("Default-on scopes are pre-checked on the consent screen. The user can uncheck any of them.", () => {
    expect(on).toHaveLength(9);
    for (const scope of on) {
      expect(rowOf(screen, scope)).toMatchObject({ checked: true, locked: false, warning: null });
      const others = on.filter((other) => other !== scope);
      const outcome = approve(localisation, { requested }, others);
      expect(outcome).toMatchObject({ ok: true, scope: others.join(" ") });
    }
  });

  it("Default-off scopes require the user to explicitly opt in. They surface a yellow warning on the consent screen", () => {
    for (const scope of off) {
      const row = rowOf(screen, scope);
      expect(row).toMatchObject({ checked: false, locked: false, warning: { label: "Caution" } });
    }
    expect(off.map((scope) => rowOf(screen, scope).warning?.text)).toEqual([
      "changes project structure",
      "pushes to the public CDN",
      "publishes content entries",
      "rewrites brand terminology",
    ]);
  });

  it("GET /api/oauth-client/me: None (identity, access token)", () => {
    const opened = rowsOf(screen).flatMap((row) => row.unlocks.endpoints);
    expect(opened).toContain("GET /api/oauth-client/organizations");
    expect(opened).not.toContain("GET /api/oauth-client/me");
  });

  it('checks no box in advance with `prechecked: "never"`', () => {
    const facts = factsOf({ requested, client });
    const rows = rowsOf(consentScreen(localisation, facts, { prechecked: "never" }));
    expect(rows.filter((row) => row.checked)).toEqual([]);
  });
});
