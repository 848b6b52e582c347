import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../src/policy/compile.js";
import { hasConditions, reportDuplicates, union } from "../../src/policy/conditions.js";
import { createReport } from "../../src/policy/report.js";

const DECLARED = {
  tiers: ["free", "pro"],
  accountTypes: ["mentor"],
  entitlements: ["exports"],
  scopes: { a: "A" },
};

describe("whether a policy has conditions", () => {
  it.each([
    ["none", {}, false],
    ["none of its tools", { tools: { t: "a", u: { public: true } } }, false],
    ["the tier of a scope", { scopes: { a: { tier: "pro" } } }, true],
    ["the account types of a scope", { scopes: { a: { accountTypes: ["mentor"] } } }, true],
    ["the entitlement of a scope", { scopes: { a: { entitlement: "exports" } } }, true],
    ["the tier of a tool", { tools: { t: { scope: "a", tier: "pro" } } }, true],
    [
      "the account types of a tool",
      { tools: { t: { scope: "a", accountTypes: ["mentor"] } } },
      true,
    ],
    ["the entitlement of a tool", { tools: { t: { scope: "a", entitlement: "exports" } } }, true],
    ["a pattern", { tools: { "t_*": { scope: "a", tier: "pro" } } }, true],
    ["an internal tool", { tools: { t: { scope: "a", tier: "pro", internal: true } } }, true],
    ["an endpoint", { endpoints: { "GET /a": { scope: "a", entitlement: "exports" } } }, true],
    [
      "a case",
      {
        tools: {
          t: { cases: [{ when: { x: 1 }, scope: "a", tier: "pro" }], otherwise: { deny: "no" } },
        },
      },
      true,
    ],
  ])("is found for %s", (_what, parts, expected) => {
    const policy = compilePolicy({ name: "P", version: "1", ...DECLARED, ...parts });
    expect(hasConditions(policy)).toBe(expected);
  });
});

describe("the union of lists", () => {
  it("is the only list with items itself, and has each item of several once", () => {
    const list = ["a", "b"];
    expect(union([[], list, []])).toBe(list);
    expect(union([list, ["b", "c"]])).toEqual(["a", "b", "c"]);
    expect(union([[], []])).toEqual([]);
    expect(union([])).toEqual([]);
  });
});

describe("duplicates in a list", () => {
  it.each<[readonly unknown[] | undefined, readonly string[]]>([
    [undefined, []],
    [["a"], []],
    [["a", "b"], []],
    [["a", "a"], ["list[1]"]],
    [
      ["a", "b", "a", "a"],
      ["list[2]", "list[3]"],
    ],
    [[undefined, undefined], []],
  ])("of %j are at %j", (list, places) => {
    const report = createReport();
    reportDuplicates(list, ["list"], report);
    expect(report.findings.map(({ path }) => path)).toEqual(places);
    expect(report.findings.every(({ code }) => code === "duplicate")).toBe(true);
  });
});
