import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../src/policy/compile.js";
import { isInternalName } from "../../src/policy/internal.js";

const INTERNAL = { scope: "a", internal: true } as const;
const TOOLS = {
  open: "a",
  own: INTERNAL,
  "job_*": INTERNAL,
  job_open: "a",
  "view_*": "a",
};
const compiledOf = (tools: object) =>
  compilePolicy({ name: "P", version: "1", scopes: { a: "A" }, tools });

describe("whether a name is internal", () => {
  it.each([
    ["own", true],
    ["open", false],
    ["job_x", true],
    ["job_open", false],
    ["view_x", false],
    ["other", false],
    ["job_ x", false],
    ["GET /job_x", false],
  ])("%s: %s", (name, expected) => {
    expect(isInternalName(compiledOf(TOOLS), name)).toBe(expected);
  });

  it("is false for every name of a policy without internal operations", () => {
    const compiled = compiledOf({ open: "a", "view_*": "a" });
    expect(["open", "view_x", "other"].map((name) => isInternalName(compiled, name))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it("hides it from gates, also where a pattern matches it", () => {
    const policy = loadPolicy({
      name: "P",
      version: "1",
      scopes: { a: "A" },
      tools: { ...TOOLS, "*": "a" },
    });
    const codeOf = (name: string) => policy.decideUntrusted({ scope: "a" }, name).code;
    expect(["open", "own", "job_x", "job_open", "view_x", "other"].map(codeOf)).toEqual([
      "allowed",
      "unknown_operation",
      "unknown_operation",
      "allowed",
      "allowed",
      "allowed",
    ]);
  });

  it.each([
    ["two patterns alone", { "job_*": INTERNAL, "task_*": INTERNAL, "*": "a" }],
    ["a pattern and no exact name", { "job_*": INTERNAL, job_open: "a", "*": "a" }],
    ["an exact name and no pattern", { job_x: INTERNAL, job_open: "a", "*": "a" }],
  ])("hides a name that is internal by %s", (_title, tools) => {
    const policy = loadPolicy({ name: "P", version: "1", scopes: { a: "A" }, tools });
    const gate = (name: string) => policy.decideUntrusted({ scope: "a" }, name).code;
    expect(gate("job_x")).toBe("unknown_operation");
    expect(gate("other")).toBe("allowed");
    expect(policy.toolsFor({ scope: "a" }).map((tool) => tool.name)).not.toContain("job_x");
    expect(policy.decide({ scope: "a" }, "job_x").code).toBe("allowed");
    expect(isInternalName(compiledOf(tools), "job_x")).toBe(true);
  });

  it("hides the paths of an endpoint, and no others", () => {
    const policy = loadPolicy({
      name: "P",
      version: "1",
      scopes: { a: "A" },
      endpoints: { "GET /jobs/secret": INTERNAL, "GET /jobs/{id}": "a" },
    });
    const seen = ["/jobs/secret", "/jobs/1", "/other"].map((path) => {
      const request = { method: "GET", path };
      const { code } = policy.decideRequest({ scope: "a" }, request);
      return [code, policy.findEndpoint(request)?.name];
    });
    expect(seen).toEqual([
      ["unknown_operation", undefined],
      ["allowed", "GET /jobs/{id}"],
      ["unknown_operation", undefined],
    ]);
  });
});
