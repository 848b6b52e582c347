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
const definition = {
  name: "Database",
  version: "1",
  scopes: { "db:read": {}, "db:write": {} },
};
const policy = loadPolicy({
  ...definition,
  tools: {
    db_exact: branches,
    "db_*": branches,
    "never_*": { ...branches, cases: [{ when: { mode: "drop" }, deny: "Not here." }] },
    "second_*": {
      ...branches,
      cases: [
        { when: { mode: "drop" }, deny: "Not here." },
        { when: { mode: ["drop", "explain"] }, scope: "db:read" },
      ],
    },
    "both_*": {
      ...branches,
      cases: [
        { when: { mode: "drop" }, deny: "Not here." },
        { when: { level: "low" }, deny: "Not here." },
        { when: { mode: ["drop", "explain"], level: ["low", "high"] }, scope: "db:read" },
      ],
    },
  },
});

/** Returns the names of the tools that a list shows to a token. */
function shownTo(
  scope: string,
  listed: readonly string[] = ["db_exact", "db_pattern", "never_shown"],
  inForce = policy,
): readonly string[] {
  const lists = createListFilter(inForce, {}, undefined);
  const tools = listed.map((name) => ({ name }));
  const result = lists.filter("tools/list", { tools }, { scope }, () => true);
  return (result as { tools: { name: string }[] }).tools.map(({ name }) => name);
}

describe("the list of tools that a pattern with cases names", () => {
  it("shows a tool if any branch is allowed, as for a tool of its own", () => {
    expect(shownTo("db:read")).toEqual(["db_exact", "db_pattern"]);
  });

  it.each(["second_tool", "both_tool"])(
    "shows %s, of which an earlier case denies the first values of the allowed branch",
    (name) => {
      expect(shownTo("db:read", [name])).toEqual([name]);
      expect(shownTo("db:write", [name])).toEqual([]);
    },
  );

  it.each([
    [999, ["long_tool"]],
    [1_000, []],
  ])(
    "tries 1000 calls for a case, the first %i of which meet an earlier one",
    (denied, expected) => {
      const values = Array.from({ length: 1_001 }, (_, index) => String(index));
      const rule = {
        cases: [
          { when: { mode: values.slice(0, denied) }, deny: "Not here." },
          { when: { mode: values }, scope: "db:read" },
        ],
        otherwise: { deny: "Give the mode." },
      };
      const long = loadPolicy({ ...definition, tools: { "long_*": rule } });
      expect(shownTo("db:read", ["long_tool"], long)).toEqual(expected);
    },
  );

  it("has the decision of `otherwise` if no branch is allowed", () => {
    expect(shownTo("db:write")).toEqual([]);
  });
});
