import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../src/policy/compile.js";
import { branchesOf, type Operation } from "../../src/policy/compiled-policy.js";

const DEFINITION = {
  name: "Notes",
  version: "1",
  tiers: ["free", "pro", "max"],
  scopes: { read: {}, write: { tier: "pro", implies: ["read"] } },
  tools: {
    list: "read",
    edit: "write",
    closed: { deny: "No." },
    // a pattern denies it, although it has a rule
    list_secret: "read",
    "*_secret": { deny: "No." },
    plan: {
      cases: [
        { when: { mode: "dry" }, scope: "read" },
        { when: { mode: "drop" }, deny: "No." },
      ],
      otherwise: "write",
      weakOtherwise: true,
    },
    view: { cases: [{ when: { mode: "dry" }, scope: "read" }], otherwise: { deny: "No." } },
  },
};

describe("the branches of an operation that can allow a call", () => {
  const { operations } = compilePolicy(DEFINITION);
  it.each([
    ["list", [["read"]]],
    ["closed", []],
    ["list_secret", []],
    ["plan", [["read"], ["write"]]],
    ["view", [["read"]]],
  ])("of %s are those with the scopes %j", (name, expected) => {
    const scopesOf = ({ rules }: Operation) =>
      rules.flatMap(({ alternatives }) => alternatives.flatMap(({ scopes }) => scopes));
    expect(branchesOf(operations.get(name) as Operation).map(scopesOf)).toEqual(expected);
  });
});

describe("a scope without a tier", () => {
  it.each([
    [undefined, "allowed", "upgrade_required"],
    ["free", "allowed", "upgrade_required"],
    ["pro", "allowed", "allowed"],
    ["max", "allowed", "allowed"],
  ])("is enough on the tier %s: %s; one with the second tier: %s", (tier, list, edit) => {
    const policy = loadPolicy(DEFINITION);
    const token = { scope: "read write", ...(tier === undefined ? {} : { tier }) };
    expect(policy.decideUntrusted(token, "list").code).toBe(list);
    expect(policy.decideUntrusted(token, "edit").code).toBe(edit);
  });
});
