import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../src/policy/compile.js";
import { isInternalName } from "../../src/policy/internal.js";

const TOOLS = {
  open: "a",
  own: { scope: "a", internal: true },
  "job_*": { scope: "a", internal: true },
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
});
