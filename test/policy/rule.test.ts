import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../src/policy/compile.js";
import type { CompiledScope } from "../../src/policy/compiled-policy.js";
import { createReport } from "../../src/policy/report.js";
import {
  type AlternativeDraft,
  compileRule,
  createRuleBudget,
  intersection,
  reportExceededBudget,
} from "../../src/policy/rule.js";

describe("the budget for the rules of a policy", () => {
  it("may be used up", () => {
    const report = createReport();
    reportExceededBudget(createRuleBudget(), report);
    reportExceededBudget({ comparisons: 0, places: 0 }, report);
    expect(report.findings).toEqual([]);
  });

  it.each([
    [
      { comparisons: -1, places: 0 },
      "accountTypes",
      "matching the account types of scopes with those of rules takes more than 10000000 comparisons",
    ],
    [
      { comparisons: 0, places: -1 },
      "",
      "the parameters of all tools and endpoints fill more than 250000 placeholders in total (each scope counts once per operation)",
    ],
  ])("%o is exceeded", (budget, path, message) => {
    const report = createReport();
    reportExceededBudget(budget, report);
    expect(report.findings).toEqual([{ code: "too_large", path, message }]);
  });

  it("has 10,000,000 comparisons and 250,000 placeholders at first", () => {
    expect(createRuleBudget()).toEqual({ comparisons: 10_000_000, places: 250_000 });
  });

  it("is not used by the comparison of a list of account types with itself", () => {
    const types = ["person", "studio"];
    const budget = { comparisons: 0 };
    expect(intersection(types, types, budget)).toBe(types);
    expect(budget).toEqual({ comparisons: 0 });
  });
});

const { scopes, operations } = compilePolicy({
  name: "n",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["person", "studio"],
  boundaries: { project: { claim: "projects" } },
  scopes: {
    read: {},
    write: {},
    studio: { accountTypes: ["studio"] },
    sync: { restricted: true },
    "/x/{i}": {},
    "/z/{i}": {},
    "k.{i}": {},
    "/y/{i}/{j}": {},
  },
  tools: {
    plain: "read",
    other: "read",
    two: { allOf: ["read", "write"] },
    mixed: { allOf: ["read", "/x/{i}"] },
    typed: { allOf: ["read", "studio"], accountTypes: ["person", "studio"] },
    restricted: { allOf: ["read", "sync"] },
    inside: { scope: "read", within: { project: "p" } },
    alike: { allOf: ["/x/{i}", "/z/{i}"] },
    unlike: { allOf: ["/x/{i}", "k.{i}"] },
    places: { allOf: ["/x/{i}", { scope: "/z/{i}", params: { i: "k" } }] },
  },
});

const ruleOf = (tool: string) => {
  const rule = operations.get(tool)?.rules[0];
  if (rule === undefined) throw new Error(tool);
  return rule;
};
const onlyOf = (tool: string) => {
  const [only] = ruleOf(tool).alternatives;
  if (only === undefined) throw new Error(tool);
  return only;
};

describe("an alternative of a rule", () => {
  const plain = { scopes: ["read"], typeConditions: [], restricted: false, within: [] };
  const project = { name: "project", claim: "projects", title: "project", isOpen: false };
  it.each([
    ["plain", plain],
    ["two", { ...plain, scopes: ["read", "write"] }],
    // a scope text that depends on a parameter is bound for each call
    ["mixed", { ...plain, scopes: undefined }],
    [
      "typed",
      {
        ...plain,
        scopes: ["read", "studio"],
        typeConditions: [["person", "studio"], ["studio"]],
      },
    ],
    ["restricted", { ...plain, scopes: ["read", "sync"], restricted: true }],
    ["inside", { ...plain, within: [{ boundary: project, param: 0 }] }],
  ])("has its own conditions and those of its scopes: %s", (tool, expected) => {
    const { uses, ...only } = onlyOf(tool);
    expect(only).toMatchObject(expected);
    expect(uses.length).toBeGreaterThan(0);
  });

  it("without parameters shares its uses and boundaries with the other rules", () => {
    const [one, other] = [onlyOf("plain"), onlyOf("other")];
    expect(one.uses).toEqual([{ scope: scopes[0], params: [] }]);
    expect(one.uses[0]).toBe(other.uses[0]);
    expect(one.within).toBe(other.within);
  });
});

describe("a parameter of a rule", () => {
  it.each([
    ["alike", ["i /x/{i}"]],
    ["unlike", ["i /x/{i}, k.{i}"]],
    ["places", ["i /x/{i}", "k /z/{i}"]],
    ["inside", ["p "]],
    ["plain", []],
  ])("has one placeholder of each kind that it fills: %s", (tool, expected) => {
    const found = ruleOf(tool).params.map(({ name, sites }) => {
      const filled = sites.map(({ template: { literals } }) => literals.join("{i}"));
      return `${name} ${filled.join(", ")}`;
    });
    expect(found).toEqual(expected);
  });
});

describe("a rule of a scope with two placeholders", () => {
  const scope = scopes.find(({ name }) => name === "/y/{i}/{j}") as CompiledScope;
  const draftOf = (...params: string[]): AlternativeDraft => ({
    uses: [{ scope, params }],
    tier: -1,
    accountTypes: undefined,
    typeConditions: [],
    entitlements: [],
    within: [],
  });
  const usesWith = (places: number, ...drafts: AlternativeDraft[]) => {
    const budget = { comparisons: 0, places };
    const { alternatives, params } = compileRule(drafts, budget);
    const uses = alternatives.map((one) => one.uses.map((use) => [use.scope.name, use.params]));
    return { uses: uses.flat(), params: params.map(({ name }) => name), left: budget.places };
  };

  it("takes two placeholders of the budget for each pair of parameters", () => {
    const drafts = [draftOf("a", "bc"), draftOf("ab", "c"), draftOf("a", "bc")];
    expect(usesWith(4, ...drafts)).toEqual({
      uses: [
        [scope.name, [0, 1]],
        [scope.name, [2, 3]],
        [scope.name, [0, 1]],
      ],
      params: ["a", "bc", "ab", "c"],
      left: 0,
    });
  });

  it("gets no more parameters once the budget is exceeded", () => {
    expect(usesWith(3, draftOf("a", "b"), draftOf("c", "d"))).toEqual({
      uses: [
        [scope.name, [0, 1]],
        [scope.name, []],
      ],
      params: ["a", "b"],
      left: -1,
    });
  });
});
