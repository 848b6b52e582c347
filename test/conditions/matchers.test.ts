import { loadPolicy } from "scope-policy";
import { decisionMatrix, expectNoWidening, policyMatchers } from "scope-policy/testing";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { FRESH, OLD, shop } from "./shop.js";

expect.extend(policyMatchers);

const policyOf = (tool: object, more: object = {}) =>
  loadPolicy({
    name: "Compared",
    version: "1",
    tiers: ["free", "pro"],
    accountTypes: ["a", "b", "c"],
    entitlements: ["fleet", "beta"],
    scopes: { x: {}, y: {}, z: {} },
    tools: { t: tool },
    ...more,
  });

type Change = readonly [title: string, before: object, after: object];

const WIDER: readonly Change[] = [
  ["an entitlement is dropped", { scope: "x", entitlement: "fleet" }, { scope: "x" }],
  [
    "an entitlement becomes another",
    { scope: "x", entitlement: "fleet" },
    { scope: "x", entitlement: "beta" },
  ],
  [
    "one of two conditions on account types is dropped",
    { accountTypes: ["a"], allOf: [{ scope: "x", accountTypes: ["b"] }] },
    { scope: "x", accountTypes: ["a"] },
  ],
  ["a class is added", { scope: "x", acr: "mfa" }, { scope: "x", acr: ["mfa", "pwd"] }],
  ["the age grows", { scope: "x", maxAge: 60 }, { scope: "x", maxAge: 61 }],
  ["the age is dropped", { scope: "x", maxAge: 60 }, { scope: "x" }],
  ["an enrichment is added", { scope: "x" }, { scope: "x", enrichedBy: "y" }],
  [
    "another enrichment is added",
    { scope: "x", enrichedBy: "y" },
    { scope: "x", enrichedBy: ["y", "z"] },
  ],
  ["an internal tool opens to gates", { scope: "x", internal: true }, { scope: "x" }],
  [
    "an internal tool needs less",
    { allOf: ["x", "y"], internal: true },
    { scope: "x", internal: true },
  ],
];

const NARROWER: readonly Change[] = WIDER.map(([title, before, after]) => [title, after, before]);
/** Changes for which the reverse is wider too. */
const BOTH = new Set(["an entitlement becomes another"]);

describe("the comparison of two policies", () => {
  it.each(titled(WIDER, ([title]) => title))("fails if %s", (_title, [, before, after]) => {
    expect(() => expectNoWidening(policyOf(before), policyOf(after))).toThrow();
  });

  it.each(
    titled(
      NARROWER.filter(([title]) => !BOTH.has(title)),
      ([title]) => title,
    ),
  )("accepts the reverse of: %s", (_title, [, before, after]) => {
    expect(() => expectNoWidening(policyOf(before), policyOf(after))).not.toThrow();
  });

  it.each(titled(WIDER, ([title]) => title))("accepts no change where %s", (_title, [, before]) => {
    expect(() => expectNoWidening(policyOf(before), policyOf(before))).not.toThrow();
  });
});

describe("the matchers", () => {
  it("know each condition, and internal operations", () => {
    expect(shop).toAllow({ scope: "fleet:read", entitlements: ["fleet"] }, "fleet_map");
    expect(shop).toDeny("fleet:read", "fleet_map", "upgrade_required");
    expect(shop).toAllow({ scope: "fleet:read", account_type: ["firm"] }, "firm_page");
    expect(shop).toAllow(FRESH, "pay");
    expect(shop).toDeny(OLD, "pay", "insufficient_user_authentication");
    expect(shop).toAllow("database:write", "query.write");
    expect(shop).toDeny("", "query.write", "insufficient_scope");
  });

  it("print the decisions of each, and no internal operation", () => {
    const text = decisionMatrix(shop, { tokens: { old: OLD } });
    expect(text).toContain("pay: old insufficient_user_authentication");
    expect(text).not.toContain("query.write:");
  });
});
