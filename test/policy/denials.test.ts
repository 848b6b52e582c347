// What a denying pattern or catch-all denies beside the calls that it decides itself.

import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../src/policy/compile.js";
import type { Operation } from "../../src/policy/compiled-policy.js";
import { denyByPattern } from "../../src/policy/denials.js";
import { createReport } from "../../src/policy/report.js";

const token = { scope: "a" };
const PLAN_ONLY = {
  cases: [{ when: { mode: "plan" }, scope: "a" }],
  otherwise: { deny: "only as a plan" },
} as const;

const policy = loadPolicy({
  name: "P",
  version: "1",
  scopes: { a: "A" },
  tools: {
    "list_*": "a",
    "*_all": { deny: "no tool for all" },
    "drop_*": { deny: "nothing is dropped" },
    "move_*": PLAN_ONLY,
    list_all: "a",
    list_one: "a",
    drop_all: "a",
    drop_one: "a",
    drop_own: { deny: "a reason of its own" },
    drop_plan: PLAN_ONLY,
    move_one: "a",
    keep_plan: PLAN_ONLY,
  },
  endpoints: {
    "GET /files/{path*}": "a",
    "GET /files/secret": "a",
    "GET /files/secret/{path*}": { deny: "secret" },
    "GET /files/secret/{id}": "a",
    "GET /files/Secret/{id}/New": "a",
    "GET /files/secret/own": { deny: "a reason of its own" },
    "GET /files/secret/{id}/plan": PLAN_ONLY,
    "GET /files/secrets/{id}": "a",
    "GET /files/{id}/x": "a",
    "GET /files/{id}/plan": PLAN_ONLY,
    "POST /files/secret/{id}": "a",
    "GET /v/{path*}": { deny: "no version" },
    "GET /v{number}/x": "a",
    "GET /old/{id}": { deny: "gone" },
    "GET /old/new": "a",
  },
});

/** Returns the reason of a denial, or the code of another decision. */
function outcomeOf(decision: ReturnType<typeof policy.decide>): string {
  return decision.code === "denied" ? decision.reason : decision.code;
}

describe("a tool beside denying patterns", () => {
  it.each([
    ["has the reason of the first pattern that denies it", "drop_all", "no tool for all"],
    ["has the reason of the only one", "drop_one", "nothing is dropped"],
    ["is denied although another pattern comes first", "list_all", "no tool for all"],
    ["keeps a reason of its own", "drop_own", "a reason of its own"],
    ["is denied in each of its cases", "drop_plan", "nothing is dropped"],
    ["is not denied by a pattern that denies only in a branch", "move_one", "allowed"],
    ["is not denied if none matches", "list_one", "allowed"],
    ["keeps its cases if none matches", "keep_plan", "allowed"],
  ])("%s: %s", (_title, name, expected) => {
    expect(outcomeOf(policy.decide(token, name, { mode: "plan" }))).toBe(expected);
  });

  it("keeps the denial of its last branch if none matches", () => {
    expect(outcomeOf(policy.decide(token, "keep_plan", { mode: "run" }))).toBe("only as a plan");
  });
});

describe("an endpoint beside a denying catch-all", () => {
  const params = { mode: "plan", id: "1", path: "b", number: "2" };

  it.each([
    ["is denied if the catch-all matches all its paths", "GET /files/secret/{id}", "secret"],
    ["is denied in another letter case", "GET /files/Secret/{id}/New", "secret"],
    ["is denied in each of its cases", "GET /files/secret/{id}/plan", "secret"],
    ["keeps a reason of its own", "GET /files/secret/own", "a reason of its own"],
    ["is not denied if it has other paths too", "GET /files/{id}/x", "allowed"],
    ["is not denied if it is a wider catch-all", "GET /files/{path*}", "allowed"],
    ["is not denied if its path ends before", "GET /files/secret", "allowed"],
    ["is not denied if a segment differs", "GET /files/secrets/{id}", "allowed"],
    ["is not denied if a segment has a parameter in addition", "GET /v{number}/x", "allowed"],
    ["is not denied if its method differs", "POST /files/secret/{id}", "allowed"],
    ["keeps its cases if none matches", "GET /files/{id}/plan", "allowed"],
    ["is not denied by an endpoint of another kind", "GET /old/new", "allowed"],
  ])("%s: %s", (_title, name, expected) => {
    expect(outcomeOf(policy.decide(token, name, params))).toBe(expected);
  });

  it.each([
    ["GET", "/files/secret/1", "secret"],
    ["HEAD", "/files/secret/1", "secret"],
    ["HEAD", "/files/1/x", "allowed"],
    ["GET", "/files/secret/x", "secret"],
    ["GET", "/files/Secret/1/New", "secret"],
    ["GET", "/files/1/x", "allowed"],
    ["GET", "/files/1/plan", "allowed"],
    ["GET", "/files/secret", "allowed"],
    ["POST", "/files/secret/1", "allowed"],
    ["GET", "/v1/x", "allowed"],
    ["GET", "/old/new", "allowed"],
    ["GET", "/old/1", "gone"],
  ])("decides on %s %s: %s", (method, path, expected) => {
    const request = { method, path, params: { mode: "plan" } };
    expect(outcomeOf(policy.decideRequest(token, request))).toBe(expected);
  });
});

describe("the steps of the comparison of tools with denying patterns", () => {
  const tools = {
    "*ab*": { deny: "no" },
    "bcd*": { deny: "no" },
    "*cd": { deny: "no" },
    x: "a",
    "y*": "a",
  };
  const { operations, patterns } = compilePolicy({
    name: "P",
    version: "1",
    scopes: { a: "A" },
    tools,
  });
  const open = operations.get("x") as Operation;

  /** Compares tools with names of these lengths with one pattern that has two stars and two that have one. */
  function findingsFor(...lengths: readonly number[]) {
    const report = createReport();
    const all = lengths.map((length) => ["x".repeat(length), open] as const);
    denyByPattern(new Map(all), patterns, report);
    return report.findings;
  }

  it("are at most 1,000,000,000: 32 for each pattern, and L² + 2 L for a name with L characters", () => {
    expect(findingsFor(31_621, 155, 99, 119)).toEqual([]);
    expect(findingsFor(31_621, 155, 99, 120)).toEqual([
      {
        code: "too_large",
        path: "tools",
        message:
          "comparing 4 tools with 3 denying patterns takes up to 1000000241 steps: at most 1000000000 are allowed (one star costs the length of a name, two stars its square)",
      },
    ]);
  });
});
