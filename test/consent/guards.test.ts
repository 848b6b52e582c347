import {
  clientRegistration,
  consentScreen,
  definePolicy,
  loadPolicy,
  refreshScope,
  resolveConsent,
} from "scope-policy";
import { describe, expect, it } from "vitest";
import { client, factsOf, rowOf } from "./facts.js";

const policy = definePolicy({
  name: "School",
  version: "7",
  scopes: {
    openid: { required: true },
    "students:read": { replaces: ["members:read"] },
    "courses:read": {},
  },
});

const both = { requested: "openid students:read courses:read" };

describe("a scope that the facts contain under its older name", () => {
  it("counts as granted already", () => {
    const screen = consentScreen(policy, factsOf({ ...both, granted: "openid members:read" }));
    expect(rowOf(screen, "students:read")).toMatchObject({
      state: "already_granted",
      isNew: false,
    });
    expect(rowOf(screen, "courses:read").isNew).toBe(true);
  });

  it("is removed under the name that the grant has for it", () => {
    const facts = factsOf({ ...both, granted: "openid members:read" });
    const chosen = { decision: "approve", scopes: ["courses:read"] };
    expect(resolveConsent(policy, facts, chosen)).toMatchObject({
      added: ["courses:read"],
      removed: ["members:read"],
    });
    const kept = { decision: "approve", scopes: ["students:read"] };
    expect(resolveConsent(policy, facts, kept)).toMatchObject({ added: [], removed: [] });
  });

  it("is removed under both names if the grant has both", () => {
    const facts = factsOf({ ...both, granted: "students:read openid members:read" });
    const outcome = resolveConsent(policy, facts, {
      decision: "approve",
      scopes: ["courses:read"],
    });
    expect(outcome).toMatchObject({ removed: ["students:read", "members:read"] });
  });

  it("counts as refused before", () => {
    const refused = [{ scope: "members:read", until: 2_000 }];
    const row = rowOf(consentScreen(policy, factsOf({ ...both, refused })), "students:read");
    expect(row).toMatchObject({ checked: false, why: "You did not allow this before." });
  });

  it("counts as required by the client and as registered", () => {
    const own = { ...client, scope: "openid members:read", requiredScopes: ["members:read"] };
    const screen = consentScreen(policy, factsOf({ ...both, client: own }));
    expect(rowOf(screen, "students:read")).toMatchObject({ state: "required", locked: true });
    expect(screen.groups[0]?.rows).toHaveLength(1);
  });

  it("is refreshed for a client that registered the older name", () => {
    const result = refreshScope(policy, "students:read", undefined, {
      clientScope: "members:read",
    });
    expect(result).toMatchObject({ ok: true, scope: "students:read" });
  });
});

it("clientRegistration strips the facts that only the server may set", () => {
  const sent = {
    client_name: "Helper",
    firstParty: true,
    first_party: true,
    verifiedDomain: "school.example",
    verified_domain: "school.example",
    requiredScopes: ["courses:read"],
    required_scopes: ["courses:read"],
  };
  expect(clientRegistration(policy, sent)).toEqual({
    ok: true,
    metadata: { client_name: "Helper" },
  });
});

it("an implied scope is granted by name and not stored as refused", () => {
  const implying = definePolicy({
    name: "School",
    version: "7",
    scopes: { "courses:read": {}, "courses:write": { implies: ["courses:read"] } },
  });
  const facts = factsOf({ requested: "courses:read courses:write" });
  const outcome = resolveConsent(implying, facts, {
    decision: "approve",
    scopes: ["courses:write"],
  });
  expect(outcome).toMatchObject({
    scope: "courses:read courses:write",
    changed: false,
    refused: [],
  });
});

it("a request without scope is not refused for scopes that cannot be offered", () => {
  const own = { ...client, scope: "courses:read" };
  const options = { whenNoScope: "catalogue", ineligible: "refuse" } as const;
  const facts = factsOf({ requested: "", client: own });
  expect(consentScreen(policy, facts, options)).toMatchObject({ error: null });
  expect(consentScreen(policy, factsOf({ ...both, client: own }), options).error).toBe(
    "invalid_scope",
  );
});

it("the row of an implied scope lists the titles of both scopes that imply it", () => {
  const implying = definePolicy({
    name: "School",
    version: "7",
    scopes: {
      "courses:read": { title: "See courses" },
      "courses:write": { title: "Change courses", implies: ["courses:read"] },
      "courses:publish": { title: "Publish courses", implies: ["courses:read"] },
    },
  });
  const requested = "courses:read courses:write courses:publish";
  const row = rowOf(consentScreen(implying, factsOf({ requested })), "courses:read");
  expect(row).toMatchObject({
    state: "implied",
    why: "Included in Change courses, Publish courses",
  });
});

it("a scope that a bound scope implies is bound to the same value", () => {
  const bound = definePolicy({
    name: "Bank",
    version: "7",
    scopes: {
      "/accounts/{id}/read": {},
      "/accounts/{id}/write": { implies: ["/accounts/{id}/read"] },
    },
  });
  const account = { resources: { id: { a: "Bakery", b: "Cafe" } } };
  const requested = "/accounts/a/write /accounts/a/read /accounts/b/read";
  const screen = consentScreen(bound, factsOf({ requested, account }));
  expect(rowOf(screen, "/accounts/a/write").includes).toEqual(["/accounts/a/read"]);
  expect(rowOf(screen, "/accounts/a/read").state).toBe("implied");
  expect(rowOf(screen, "/accounts/b/read").state).toBe("optional");
});

it("a bundle checks bound scopes of its templates", () => {
  const bound = definePolicy({
    name: "Bank",
    version: "7",
    scopes: { "/accounts/{id}/read": {}, "/accounts/{id}/write": {} },
    bundles: { "read-only": ["/accounts/{id}/read"] },
  });
  const account = { resources: { id: { a: "Bakery" } } };
  const requested = "/accounts/a/read /accounts/a/write";
  const [preset] = consentScreen(bound, factsOf({ requested, account })).presets;
  expect(preset?.scopes).toEqual(["/accounts/a/read"]);
});

it.each([
  [["/accounts/<accountID>/read"], ["/accounts/a/read"]],
  [{ every: true }, ["/accounts/a/read", "/accounts/a/write"]],
  [{ every: true, except: ["/accounts/<accountID>/write"] }, ["/accounts/a/read"]],
  [{ every: true, except: ["/accounts/{accountID}/write"] }, ["/accounts/a/read"]],
])("a bundle accepts both spellings of a template: %j", (bundle, scopes) => {
  const bank = loadPolicy({
    name: "Bank",
    version: "1",
    scopes: { "/accounts/{accountID}/read": {}, "/accounts/{accountID}/write": {} },
    bundles: { some: bundle },
  });
  const account = { resources: { accountID: { a: "Ana" } } };
  const requested = "/accounts/a/read /accounts/a/write";
  const [preset] = consentScreen(bank, factsOf({ requested, account })).presets;
  expect(preset?.scopes).toEqual(scopes);
});

it.each(["openid  courses:read", "openid courses:read ", "  ", ["openid courses:read"], 7])(
  "a malformed grant counts as no grant, and the page is not skipped: %j",
  (granted) => {
    const facts = factsOf({ ...both, granted: granted as never });
    expect(consentScreen(policy, facts)).toMatchObject({ reason: "first_time", canSkip: false });
  },
);

it("consentScreen makes a screen of ten thousand rows in time", () => {
  const bank = loadPolicy({
    name: "Bank",
    version: "1",
    scopes: {
      "/accounts/{accountID}/read": {},
      "/accounts/{accountID}/write": { implies: ["/accounts/{accountID}/read"] },
    },
  });
  const names = Array.from({ length: 5_000 }, (_, index) => `a${index}`);
  const accountID = Object.fromEntries(names.map((name) => [name, `Account ${name}`]));
  const account = { resources: { accountID } };
  const screen = consentScreen(bank, factsOf({ account }), { whenNoScope: "catalogue" });
  const rows = screen.groups.flatMap((group) => group.rows);
  expect(rows).toHaveLength(10_000);
  expect(rows[4_999]?.includedIn).toEqual(["/accounts/a4999/write"]);
});

it("a `prompt` that is not a string asks for the page", () => {
  const facts = { ...both, granted: both.requested, prompt: ["login", "consent"] as never };
  expect(consentScreen(policy, factsOf(facts)).reason).toBe("forced");
});

it.each([
  ["https://a;sandbox/cb", "form-action 'self';"],
  ["https://a,default-src/cb", "form-action 'self';"],
  ["https://[::1]:8443/cb", "form-action 'self' https://*:8443;"],
  ["http://[::1]/cb", "form-action 'self' http://*;"],
  ["http://*/cb", "form-action 'self';"],
  ["http://localhost:1/cb", "form-action 'self' http://localhost:1;"],
  ["javascript:alert(1)", "form-action 'self';"],
  ["data:text/html,x", "form-action 'self';"],
  ["com.app:/x", "form-action 'self' com.app:;"],
])("the headers for a redirect to %s contain %s", (redirect_uri, expected) => {
  const facts = factsOf({ ...both, client: { ...client, redirect_uri } });
  const { headers } = consentScreen(policy, facts);
  expect(headers["Content-Security-Policy"]).toContain(expected);
});
