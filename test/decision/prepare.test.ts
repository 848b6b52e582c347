import { afterEach, describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { titled } from "../titled.js";

const policy = loadPolicy({
  name: "Patterns",
  version: "1",
  tiers: ["free", "pro", "premium"],
  accountTypes: ["m", "s"],
  scopes: { a: {}, b: {}, c: {}, d: {}, r: { reserved: true }, "/x/{i}": {}, base: {} },
  tools: {
    exact_one: "d",
    exact_denied: { public: true },
    exact_own: { deny: "its own" },
    "exact_*": "a",
    "case_*": {
      cases: [
        { when: { mode: "own" }, scope: "a" },
        { when: { mode: "drop" }, deny: "in a case" },
      ],
      otherwise: { deny: "otherwise" },
    },
    "*_denied": { deny: "by pattern" },
    "*_own": { deny: "by pattern" },
    "list_*": "a",
    "*_all": { anyOf: ["b", "c"] },
    "*_x": { scope: "/x/{i}" },
    "*_y": { scope: "/x/{i}", params: { i: "j" } },
    "open_*": { public: true, enrichedBy: "a" },
    "*_open": { public: true, enrichedBy: "b" },
    "tier_*": { scope: "a", tier: "pro" },
    "*_tier": { scope: "b", tier: "premium" },
    "kind_*": { scope: "a", accountTypes: ["m"] },
    "own_*": "r",
    "*_r": "r",
    "choice_*": { anyOf: ["r", { scope: "b", tier: "pro" }] },
    "*_kind": { scope: "a", accountTypes: ["s"] },
    "any_*": { authenticated: true },
    "many_*": { anyOf: ["a", "b", "c", "d"] },
  },
});

interface PatternCase {
  readonly name: string;
  readonly token?: object;
  readonly params?: object;
  readonly expect: object;
}

const lacks = (missing: string[], scopes: string[], accepted: string[][]) => ({
  code: "insufficient_scope",
  missing,
  scopes,
  accepted,
});

const CASES: readonly PatternCase[] = [
  { name: "exact_one", token: { scope: "d" }, expect: { code: "allowed", scopes: ["d"] } },
  { name: "exact_one", token: { scope: "a" }, expect: lacks(["d"], ["d"], [["d"]]) },
  { name: "exact_two", token: { scope: "a" }, expect: { code: "allowed", scopes: ["a"] } },
  { name: "exact_denied", expect: { code: "denied", reason: "by pattern" } },
  { name: "exact_own", expect: { code: "denied" } },
  { name: "list_denied", token: { scope: "a" }, expect: { code: "denied", reason: "by pattern" } },
  { name: "open_denied", expect: { code: "denied" } },
  {
    name: "case_all",
    token: { scope: "a b" },
    params: { mode: "own" },
    expect: { code: "allowed", scopes: ["a", "b"] },
  },
  {
    name: "case_all",
    token: { scope: "a b" },
    params: { mode: "drop" },
    expect: { code: "denied", reason: "in a case" },
  },
  {
    name: "case_all",
    token: { scope: "a b" },
    params: {},
    expect: { code: "denied", reason: "otherwise" },
  },
  // a pattern that denies each call denies this one before its arguments are read
  {
    name: "case_denied",
    params: { mode: "drop" },
    expect: { code: "denied", reason: "by pattern" },
  },
  { name: "list_a", token: { scope: "a" }, expect: { code: "allowed", scopes: ["a"] } },
  { name: "list_", token: { scope: "a" }, expect: { code: "allowed", scopes: ["a"] } },
  { name: "list", token: { scope: "a" }, expect: { code: "unknown_operation" } },
  { name: "list_a b", token: { scope: "a" }, expect: { code: "unknown_operation" } },
  { name: "list_a\n", token: { scope: "a" }, expect: { code: "unknown_operation" } },
  { name: "list_a/b", token: { scope: "a" }, expect: { code: "unknown_operation" } },
  { name: `list_${"a".repeat(123)}`, token: { scope: "a" }, expect: { code: "allowed" } },
  { name: `list_${"a".repeat(124)}`, token: { scope: "a" }, expect: { code: "unknown_operation" } },
  { name: "list_*", token: { scope: "a" }, expect: { code: "unknown_operation" } },
  { name: "list_all", token: { scope: "a c" }, expect: { code: "allowed", scopes: ["a", "c"] } },
  {
    name: "list_all",
    token: { scope: "b c" },
    expect: lacks(
      ["a"],
      ["a", "b"],
      [
        ["a", "b"],
        ["a", "c"],
      ],
    ),
  },
  {
    name: "list_all",
    token: { scope: "" },
    expect: lacks(
      ["a", "b"],
      ["a", "b"],
      [
        ["a", "b"],
        ["a", "c"],
      ],
    ),
  },
  { name: "many_all", token: { scope: "b" }, expect: { code: "allowed", scopes: ["b"] } },
  {
    name: "many_all",
    token: { scope: "d" },
    expect: { code: "insufficient_scope", missing: ["b"], scopes: ["b"] },
  },
  {
    name: "list_x",
    token: { scope: "a" },
    params: {},
    expect: { code: "invalid_params", param: "i" },
  },
  {
    name: "list_x",
    token: { scope: "a /x/1" },
    params: { i: "1" },
    expect: { code: "allowed", scopes: ["a", "/x/1"] },
  },
  {
    name: "list_x",
    token: { scope: "a /x/1" },
    params: { i: "2" },
    expect: { code: "binding_mismatch", param: "i" },
  },
  {
    name: "list_x",
    token: { scope: "/x/1" },
    params: { i: "1" },
    expect: lacks(["a"], ["a", "/x/1"], [["a", "/x/1"]]),
  },
  {
    name: "list_y",
    token: { scope: "a /x/1" },
    params: { i: "1" },
    expect: { code: "invalid_params", param: "j" },
  },
  { name: "open_a", expect: { code: "allowed", scopes: [], enriched: false } },
  { name: "open_a", token: { scope: "a" }, expect: { code: "allowed", enriched: true } },
  { name: "open_open", token: { scope: "a" }, expect: { code: "allowed", enriched: false } },
  { name: "open_open", token: { scope: "a b" }, expect: { code: "allowed", enriched: true } },
  { name: "open_all", expect: { code: "unauthenticated" } },
  {
    name: "open_all",
    token: { scope: "c" },
    expect: { code: "allowed", scopes: ["c"], enriched: false },
  },
  { name: "open_x", params: {}, expect: { code: "invalid_params", param: "i" } },
  { name: "any_a", token: { scope: "" }, expect: { code: "allowed", scopes: [] } },
  { name: "any_all", token: { scope: "b" }, expect: { code: "allowed", scopes: ["b"] } },
  {
    name: "tier_tier",
    token: { scope: "a b", tier: "pro" },
    expect: { code: "upgrade_required", tier: "premium", had: "pro" },
  },
  { name: "tier_tier", token: { scope: "a b", tier: "premium" }, expect: { code: "allowed" } },
  {
    name: "kind_tier",
    token: { scope: "a b" },
    expect: { code: "account_type_required", accountTypes: ["m"] },
  },
  {
    name: "kind_tier",
    token: { scope: "a b", account_type: "m" },
    expect: { code: "upgrade_required", tier: "premium" },
  },
  { name: "own_tier", token: { scope: "a b r" }, expect: { code: "reserved_scope" } },
  {
    name: "own_tier",
    token: { scope: "r", first_party: true, tier: "premium" },
    expect: lacks(["b"], ["b", "r"], [["b", "r"]]),
  },
  {
    name: "kind_x",
    token: { scope: "/x/1" },
    params: { i: "2" },
    expect: { code: "account_type_required" },
  },
  // a combination is blocked by the first blocker of its alternatives: reserved, account type, tier, binding
  { name: "kind_r", token: { scope: "a r" }, expect: { code: "reserved_scope" } },
  { name: "tier_r", token: { scope: "a r" }, expect: { code: "reserved_scope" } },
  {
    name: "own_x",
    token: { scope: "r /x/1" },
    params: { i: "2" },
    expect: { code: "reserved_scope" },
  },
  {
    name: "tier_x",
    token: { scope: "a /x/1" },
    params: { i: "2" },
    expect: { code: "upgrade_required", tier: "pro" },
  },
  // of several combinations, the denial names the first of binding, account type, tier, reserved
  {
    name: "choice_kind",
    token: { scope: "" },
    expect: { code: "account_type_required", accountTypes: ["s"] },
  },
  {
    name: "choice_kind",
    token: { scope: "", account_type: "s" },
    expect: { code: "upgrade_required", tier: "pro" },
  },
  { name: "choice_r", token: { scope: "" }, expect: { code: "reserved_scope" } },
  {
    name: "choice_x",
    token: { scope: "/x/1", tier: "pro" },
    params: { i: "2" },
    expect: { code: "binding_mismatch", param: "i" },
  },
];

describe("patterns of tool names", () => {
  const decisions = titled(CASES, ({ name, token, params, expect: wanted }) => {
    const given = params === undefined ? "" : ` and ${JSON.stringify(params)}`;
    const { code } = wanted as { readonly code: string };
    return `give ${code} for ${JSON.stringify(name)} with ${JSON.stringify(token) ?? "no token"}${given}`;
  });
  it.each(decisions)("%s", (_title, { name, token, params, expect: wanted }) => {
    expect(policy.decideUntrusted(token, name, params)).toMatchObject(wanted);
  });

  it("give the same decision if the name is resolved once", () => {
    for (const { name, token, params } of CASES) {
      const decision = policy.decideUntrusted(token, name, params);
      if (decision.code === "unknown_operation")
        expect(() => policy.operation(name)).toThrow("no operation");
      else expect(policy.operation(name).decide(token as never, params as never)).toEqual(decision);
    }
  });

  it("give the same codes in any declared order", () => {
    const definition = policy.definition;
    const reversed = loadPolicy({
      ...definition,
      tools: Object.fromEntries(Object.entries(definition.tools ?? {}).reverse()),
    });
    for (const { name, token, params } of CASES) {
      expect(reversed.decideUntrusted(token, name, params).code).toBe(
        policy.decideUntrusted(token, name, params).code,
      );
    }
  });

  it("list the first combinations if their alternatives multiply, each of which is enough", () => {
    const letters = Array.from({ length: 40 }, (_, index) => `s${index}`);
    const wide = loadPolicy({
      name: "n",
      version: "1",
      scopes: Object.fromEntries(letters.map((name) => [name, {}])),
      tools: { "t*": { anyOf: letters }, "*t": { anyOf: [...letters].reverse() } },
    });
    const decision = wide.decideUntrusted({ scope: "" }, "tt");
    if (decision.code !== "insufficient_scope") throw new Error(decision.code);
    expect(decision.accepted.length).toBeLessThanOrEqual(1_024);
    expect(decision.accepted.length).toBeGreaterThan(900);
    for (const scopes of [decision.missing, ...decision.accepted.slice(0, 50)]) {
      expect(wide.decideUntrusted({ scope: scopes }, "tt").code).toBe("allowed");
    }
    expect(decision.missing).toHaveLength(1);
  });
});

describe("an operation while Object.prototype is polluted", () => {
  const prototype = Object.prototype as unknown as Record<string, unknown>;
  const POLLUTION = { first: 0, branches: [], combined: [] };
  afterEach(() => {
    for (const name of Object.keys(POLLUTION)) delete prototype[name];
  });

  it.each(Object.entries(POLLUTION))("has no `%s` from there", (name, value) => {
    prototype[name] = value;
    // an operation is prepared at its first call
    const polluted = loadPolicy({
      name: "Polluted",
      version: "1",
      scopes: { a: {}, "/y/{i}/{j}": {} },
      tools: { both: "/y/{i}/{j}" },
    });
    const codeOf = (scope: string) =>
      polluted.decideUntrusted({ scope }, "both", { i: "1", j: "2" }).code;
    expect([codeOf("/y/1/2"), codeOf("a")]).toEqual(["allowed", "insufficient_scope"]);
  });
});
