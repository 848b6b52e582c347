// Restricted scopes: offered and granted only to clients that the server approved for them.

import {
  connectedApp,
  consentScreen,
  definePolicy,
  droppedScopes,
  resolveConsent,
} from "scope-policy";
import { renderConsent } from "scope-policy/html";
import { describe, expect, it } from "vitest";
import { client, factsOf, rowOf, scopesOf } from "./facts.js";

const policy = definePolicy({
  name: "Shops",
  version: "1",
  tiers: ["free", "pro"],
  scopes: {
    read: "See shops",
    sync: { description: "Synchronize shops", restricted: true, replaces: ["mirror"] },
    "sync:pro": { restricted: true, tier: "pro" },
    "/shops/{shop}/sync": { description: "Synchronize one shop", restricted: true },
  },
  bundles: { partner: ["sync", "read"], all: { every: true } },
  tools: {
    list: "read",
    mirror: { allOf: ["read", "sync"], tier: "pro" },
    push_shop: { allOf: ["read", "/shops/{shop}/sync"] },
  },
});
const requested = "read sync /shops/a/sync /shops/b/sync";
const account = { tier: "free", resources: { shop: { a: "Bakery", b: "Cafe" } } };
const factsWith = (approvedScopes?: readonly string[], more = {}) =>
  factsOf({ client: { ...client, approvedScopes }, requested, account, ...more });
const approved = ["sync", "/shops/a/sync"];

describe("the consent screen", () => {
  it("offers a restricted scope only to a client that is approved for it", () => {
    expect(scopesOf(consentScreen(policy, factsWith()))).toEqual(["read"]);
    expect(scopesOf(consentScreen(policy, factsWith(["read"])))).toEqual(["read"]);
    expect(scopesOf(consentScreen(policy, factsWith(approved)))).toEqual([
      "read",
      "sync",
      "/shops/a/sync",
    ]);
    const all = ["mirror", "/shops/<shop>/sync"];
    expect(scopesOf(consentScreen(policy, factsWith(all)))).toEqual(requested.split(" "));
  });

  it("reports the others as restricted, and refuses the request if nothing may be dropped", () => {
    const why = "restricted";
    expect(droppedScopes(policy, factsWith(approved))).toEqual([{ scope: "/shops/b/sync", why }]);
    const facts = factsWith([], { requested: "read mirror" });
    expect(droppedScopes(policy, facts)).toEqual([{ scope: "mirror", why }]);
    expect(consentScreen(policy, facts, { ineligible: "refuse" }).error).toBe("invalid_scope");
    const alone = factsWith([], { requested: "sync" });
    expect(consentScreen(policy, alone).error).toBe("invalid_scope");
  });

  it("does not take a registered scope, a first-party client or an earlier grant for an approval", () => {
    const own = { ...client, scope: requested, firstParty: true, requiredScopes: ["sync"] };
    const facts = factsOf({ client: own, requested, account, granted: "read sync" });
    expect(scopesOf(consentScreen(policy, facts))).toEqual(["read"]);
  });

  it.each([7, "read  sync", ["sync", "a b"], ["sync", 7], { 0: "sync" }, null])(
    "does not take the value %j for an approval",
    (value) => {
      expect(scopesOf(consentScreen(policy, factsWith(value as never)))).toEqual(["read"]);
    },
  );

  it("has restricted scopes in the presets and the catalogue of an approved client only", () => {
    const presets = (facts: ReturnType<typeof factsWith>) =>
      consentScreen(policy, facts).presets.map(({ id, scopes }) => [id, scopes]);
    expect(presets(factsWith())).toEqual([
      ["partner", ["read"]],
      ["all", ["read"]],
    ]);
    expect(presets(factsWith(approved))).toEqual([
      ["partner", ["read", "sync"]],
      ["all", ["read", "sync", "/shops/a/sync"]],
    ]);
    const catalogue = (approvedScopes: readonly string[]) =>
      scopesOf(
        consentScreen(policy, factsWith(approvedScopes, { requested: "" }), {
          whenNoScope: "catalogue",
        }),
      );
    expect(catalogue([])).toEqual(["read"]);
    expect(catalogue(approved)).toEqual(["read", "sync", "/shops/a/sync"]);
  });

  it("shows with each scope only operations that the client can be granted", () => {
    const tools = (approvedScopes: readonly string[]) =>
      rowOf(consentScreen(policy, factsWith(approvedScopes)), "read").unlocks.tools;
    expect(tools([])).toEqual(["list"]);
    expect(tools(["sync"])).toEqual(["list", "mirror"]);
    expect(tools(approved)).toEqual(["list", "mirror", "push_shop"]);
  });

  it("as HTML names no restricted scope to the user of a client that is not approved", () => {
    const html = (approvedScopes: readonly string[]) =>
      renderConsent(consentScreen(policy, factsWith(approvedScopes)), {
        action: "/consent",
        csrf: "token",
      });
    expect(html([])).not.toMatch(/sync/i);
    expect(html(approved)).toContain("Synchronize shops");
  });
});

describe("resolveConsent", () => {
  const resolve = (approvedScopes: readonly string[], scopes: readonly string[], more = {}) =>
    resolveConsent(policy, factsWith(approvedScopes, more), { decision: "approve", scopes });

  it("grants a restricted scope to an approved client, and counts it as tampering otherwise", () => {
    expect(resolve(approved, ["read", "sync"])).toMatchObject({ ok: true, scope: "read sync" });
    expect(resolve([], ["read", "sync"])).toMatchObject({
      error: "invalid_selection",
      event: "consent.tampered",
      offending: ["sync"],
    });
  });

  it("removes a granted scope that the request names and the client is no longer approved for", () => {
    const outcome = resolve([], ["read"], { granted: "read mirror" });
    expect(outcome).toMatchObject({ ok: true, scope: "read", removed: ["mirror"] });
    const other = resolve([], ["read"], { granted: "read mirror", requested: "read" });
    expect(other).toMatchObject({ ok: true, removed: [] });
  });
});

describe("connectedApp", () => {
  it("shows a granted restricted scope as active: in a token it counts without an approval", () => {
    const effects = (scope: string, tier: string) =>
      connectedApp(
        policy,
        { grantId: "g-1", client, scope, authorizedAt: 1 },
        { account: { tier } },
      ).scopes.map((one) => [one.scope, one.effect]);
    expect(effects("mirror sync:pro", "free")).toEqual([
      ["sync", "dormant_tier"],
      ["sync:pro", "dormant_tier"],
    ]);
    expect(effects("sync /shops/a/sync", "pro")).toEqual([
      ["sync", "active"],
      ["/shops/a/sync", "active"],
    ]);
  });
});
