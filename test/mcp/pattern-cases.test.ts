import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { createListFilter } from "../../src/mcp/server/filter-lists.js";

const branches = {
  cases: [
    { when: { mode: "explain" }, scope: "db:read" },
    { when: { mode: ["plan", "drop"] }, deny: "Not here." },
  ],
  otherwise: { deny: "Give the mode." },
};
const policy = loadPolicy({
  name: "Database",
  version: "1",
  scopes: { "db:read": {}, "db:write": {} },
  tools: {
    db_exact: branches,
    "db_*": branches,
    "never_*": { ...branches, cases: [{ when: { mode: "drop" }, deny: "Not here." }] },
  },
});

/** Returns the names of the tools that a list shows to a token. */
function shownTo(scope: string): readonly string[] {
  const lists = createListFilter(policy, {}, undefined);
  const tools = ["db_exact", "db_pattern", "never_shown"].map((name) => ({ name }));
  const result = lists.filter("tools/list", { tools }, { scope }, () => true);
  return (result as { tools: { name: string }[] }).tools.map(({ name }) => name);
}

describe("the list of tools that a pattern with cases names", () => {
  it("shows a tool if any branch is allowed, as for a tool of its own", () => {
    expect(shownTo("db:read")).toEqual(["db_exact", "db_pattern"]);
  });

  it("has the decision of `otherwise` if no branch is allowed", () => {
    expect(shownTo("db:write")).toEqual([]);
  });
});
