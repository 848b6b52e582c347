// No Keycloak runs here. The shape is compared with what Keycloak reads: the classes `ClientScopeRepresentation` and `RealmRepresentation`
// (core/src/main/java/org/keycloak/representations/idm), the attributes of `ClientScopeModel` (server-spi) and the chapter "Client
// scopes" of its server guide.

import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { policy as loopwise } from "../../../examples/loopwise/policy.js";
import { policy as movementors } from "../../../examples/movementors/policy.js";
import { keycloakExporter as keycloak } from "../../../src/cli/export/keycloak.js";
import { compiledPolicyOf } from "../../../src/policy/compiled-policies.js";
import { titled } from "../../titled.js";

interface Realm {
  readonly realm?: string;
  readonly clientScopes: readonly {
    readonly name: string;
    readonly description?: string;
    readonly protocol: string;
    readonly attributes: Readonly<Record<string, string>>;
  }[];
  readonly defaultDefaultClientScopes: readonly string[];
  readonly defaultOptionalClientScopes: readonly string[];
}

async function exported(definition: unknown, given: Readonly<Record<string, unknown>> = {}) {
  const policy = loadPolicy(definition);
  const compiled = compiledPolicyOf(policy);
  const { files, cannotSay } = await keycloak.run({ policy, compiled }, { given });
  return { realm: JSON.parse(files[0].text) as Realm, text: files[0].text, cannotSay };
}

const shop = {
  name: "Shop",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["person"],
  entitlements: ["fleet"],
  boundaries: { store: { claim: "stores" } },
  scopes: {
    openid: { required: true },
    "shop:use": { description: "Use the shop", required: true },
    "orders:read": { title: "Orders", default: "on", replaces: ["orders"], group: "Orders" },
    "orders:write": {
      default: "off",
      warning: "changes orders",
      implies: ["orders:read"],
      tier: "pro",
    },
    "orders:all": { restricted: true, description: "x".repeat(300) },
    "admin:all": { reserved: true },
    "/stores/{store}/read": {},
  },
  defaultScopes: ["orders:read"],
  tools: { list_orders: "orders:read" },
};

describe("the export to Keycloak", () => {
  it("has a client scope for each name that a realm does not have yet, in declared order", async () => {
    const { realm } = await exported(shop);
    expect(realm.clientScopes.map(({ name }) => name)).toEqual([
      "shop:use",
      "orders:read",
      "orders:write",
      "orders:all",
      "admin:all",
    ]);
    expect(realm.clientScopes[0]).toEqual({
      name: "shop:use",
      description: "Use the shop",
      protocol: "openid-connect",
      attributes: {
        "include.in.token.scope": "true",
        "display.on.consent.screen": "true",
        "consent.screen.text": "Use the shop",
        "gui.order": "1",
      },
    });
    const texts = realm.clientScopes.map(({ attributes }) => attributes["consent.screen.text"]);
    expect(texts.slice(1, 3)).toEqual(["Orders", "orders:write"]);
    expect(realm.clientScopes[3]?.description).toHaveLength(255);
    expect(texts[3]).toHaveLength(300);
  });

  it("cuts a long description before a character that has no room, not inside of it", async () => {
    const pair = "\u{1f4dc}";
    const descriptions = [`${"x".repeat(254)}${pair}`, `${"x".repeat(253)}${pair}y`];
    const scopes = Object.fromEntries(
      descriptions.map((description, at) => [`s${at}`, { description }]),
    );
    const { realm } = await exported({ name: "Long", version: "1", scopes });
    expect(realm.clientScopes.map(({ description }) => description)).toEqual([
      "x".repeat(254),
      `${"x".repeat(253)}${pair}`,
    ]);
  });

  it("makes required scopes default, others optional, and links reserved and restricted ones to no new client", async () => {
    const { realm } = await exported(shop);
    expect(realm.defaultDefaultClientScopes).toEqual(["shop:use"]);
    expect(realm.defaultOptionalClientScopes).toEqual(["orders:read", "orders:write"]);
  });

  it.each(
    titled([
      {
        title: "placeholders",
        line: "`/stores/{store}/read`: left out: the names of client scopes have no placeholders",
      },
      { title: "names that Keycloak has", line: "`openid`: left out: every realm has it" },
      { title: "implications", line: "`orders:write`: `implies` and `match`" },
      { title: "older names", line: "`orders:read`: `replaces`" },
      { title: "reserved scopes", line: "`admin:all`: reserved" },
      { title: "restricted scopes", line: "`orders:all`: restricted" },
      { title: "conditions", line: "`orders:write`: conditions on tier" },
      { title: "warnings", line: "`orders:write`: `warning`" },
      { title: "groups", line: "`orders:read`: `locales` and `group`" },
      {
        title: "defaults that a user can deselect",
        line: "`orders:read`, `orders:write`: `default`",
      },
      { title: "long descriptions", line: "`orders:all`: description: cut to 255" },
      { title: "default scopes", line: "`defaultScopes`: a default client scope" },
      { title: "boundaries", line: "`boundaries`: add a mapper" },
      { title: "operations", line: "tools and endpoints: Keycloak issues scopes" },
      { title: "the audience", line: "the audience: add a mapper" },
    ]),
  )("says that it cannot express %s", async (_, { line }) => {
    const { cannotSay } = await exported(shop);
    expect(cannotSay.filter((one) => one.startsWith(line))).toHaveLength(1);
  });

  it("says nothing about what a policy does not have, and writes the name of the realm only if it is given", async () => {
    const plain = { name: "Plain", version: "1", scopes: { read: "Read \u202e" } };
    const { realm, cannotSay, text } = await exported(plain);
    expect(cannotSay).toEqual([expect.stringContaining("the audience")]);
    expect(realm).not.toHaveProperty("realm");
    expect(text).toContain("\\u202e");
    expect((await exported(plain, { realm: "shop" })).realm.realm).toBe("shop");
  });

  it("exports the examples with names that requests can contain", async () => {
    for (const { definition } of [loopwise, movementors]) {
      const { realm } = await exported(definition);
      const names = realm.clientScopes.map(({ name }) => name);
      expect(names.length).toBeGreaterThan(15);
      expect(names.every((name) => /^\S+$/.test(name))).toBe(true);
      const linked = [...realm.defaultDefaultClientScopes, ...realm.defaultOptionalClientScopes];
      expect(linked.every((name) => names.includes(name))).toBe(true);
    }
  });
});
