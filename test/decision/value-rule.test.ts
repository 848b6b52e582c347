import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";

describe("an operation that one of several scopes opens, by the value of one parameter", () => {
  const policy = loadPolicy({
    name: "Values",
    version: "1",
    scopes: { all: {}, "/x/{id}/a": {}, "/x/{id}/b": {} },
    tools: {
      either: { anyOf: ["/x/{id}/a", "/x/{id}/b"] },
      mixed: { anyOf: ["all", "/x/{id}/a"] },
      one: "/x/{id}/a",
    },
  });

  it.each<[tool: string, scope: string, id: unknown, code: string]>([
    ["either", "/x/1/a", "1", "allowed"],
    ["either", "/x/1/b", 1, "allowed"],
    ["either", "/x/1/b", "2", "insufficient_scope"],
    ["either", "/x/1/b", 2, "insufficient_scope"],
    ["either", "/x/1/a /x/1/b", "2", "binding_mismatch"],
    ["either", "/x/1/a /x/1/b", 2, "binding_mismatch"],
    ["either", "", 2, "insufficient_scope"],
    ["either", "/x/1/a", "..", "invalid_params"],
    ["mixed", "all", 2, "allowed"],
    ["mixed", "/x/2/a", 2, "allowed"],
    ["mixed", "/x/1/a", 2, "insufficient_scope"],
    ["mixed", "/x/1/a all", "2", "allowed"],
    ["mixed", "all", "..", "invalid_params"],
    ["one", "/x/1/a", 1, "allowed"],
    ["one", "/x/1/a", 2, "binding_mismatch"],
    ["one", "", 2, "insufficient_scope"],
    ["one", "/x/1/a", "a.b", "binding_mismatch"],
    ["one", "", "a.b", "insufficient_scope"],
    ["one", "/x/1/a", "..", "invalid_params"],
  ])("%s with %j for %j: %s", (tool, scope, id, code) => {
    for (const token of [{ scope }, { scope: scope === "" ? [] : scope.split(" ") }])
      expect(policy.decideUntrusted(token, tool, { id }).code).toBe(code);
  });
});
