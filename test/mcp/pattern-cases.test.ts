import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { createListFilter } from "../../src/mcp/server/filter-lists.js";

// A list shows a tool that only patterns match as it shows a tool of its own with the same rule.

const SCOPES = {
  "db:read": {},
  "db:write": {},
  "db:admin": { reserved: true },
  "/rooms/{id}/read": {},
  "/rooms/{id}/write": {},
} as const;

/** Returns the names of the tools, or of the resources on which they decide, that a list shows to a token. */
function shown(
  tools: Readonly<Record<string, unknown>>,
  scope: string | undefined,
  { names = ["db_tool"], list = "tools" } = {},
): readonly unknown[] {
  const policy = loadPolicy({
    name: "Database",
    version: "1",
    tiers: ["free", "pro"],
    scopes: SCOPES,
    tools,
  });
  const resources = Object.fromEntries(names.map((name) => [`db://${name}`, name]));
  const filter = createListFilter(policy, { resources }, undefined);
  const entries = names.map((name) => ({ name, uri: `db://${name}` }));
  const token = scope === undefined ? undefined : { scope, tier: "free" };
  const result = filter.filter(`${list}/list`, { [list]: entries }, token, () => true);
  return (result as Record<string, { name: string }[]>)[list]?.map(({ name }) => name) ?? [];
}

const RULES: Readonly<Record<string, unknown>> = {
  "a scope": "db:read",
  "a scope with a placeholder": "/rooms/{id}/read",
  "two scopes of one value": { allOf: ["/rooms/{id}/read", "/rooms/{id}/write"] },
  "a reserved scope": "db:admin",
  "a tier": { scope: "db:read", tier: "pro" },
  "no scope": { authenticated: true },
  "no token": { public: true },
  "a denial": { deny: "Not here." },
  "a hidden tool": { scope: "db:read", hidden: true },
  "an internal tool": { scope: "db:read", internal: true },
  "a fresh sign-in": { scope: "db:read", maxAge: 60 },
  "a case that is allowed": {
    cases: [
      { when: { mode: "explain" }, scope: "db:read" },
      { when: { mode: ["plan", "drop"] }, deny: "Not here." },
    ],
    otherwise: { deny: "Give the mode." },
  },
  "an allowed case, of whose values an earlier case takes the first": {
    cases: [
      { when: { mode: "plan" }, deny: "Not here." },
      { when: { mode: ["plan", "explain"] }, scope: "db:read" },
    ],
    otherwise: { deny: "Give the mode." },
  },
  "a case that compares the parameter of a scope": {
    cases: [{ when: { id: ["1", "2"] }, scope: "/rooms/{id}/write" }],
    otherwise: { deny: "Give the room." },
  },
  "a case with a scope of another argument": {
    cases: [{ when: { mode: "explain" }, scope: "/rooms/{id}/read" }],
    otherwise: { deny: "Give the mode." },
  },
  "denials alone": {
    cases: [{ when: { mode: "drop" }, deny: "Not here." }],
    otherwise: { deny: "Give the mode." },
  },
};
const TOKENS = [
  undefined,
  "",
  "db:read",
  "db:write db:admin",
  "/rooms/1/read",
  "/rooms/2/read /rooms/2/write",
  "/rooms/1/read /rooms/2/write",
  "not a scope of the policy",
] as const;

describe("a tool that only a pattern matches is in a list if a tool of its own would be", () => {
  it.each(Object.entries(RULES))("%s", (_, rule) => {
    const seen = TOKENS.map((scope) => {
      const alone = shown({ db_tool: rule }, scope);
      expect(shown({ "db_*": rule }, scope), `tools, ${scope}`).toEqual(alone);
      const resources = shown({ db_tool: rule }, scope, { list: "resources" });
      expect(shown({ "db_*": rule }, scope, { list: "resources" }), `${scope}`).toEqual(resources);
      return alone;
    });
    expect(seen.every((one) => one.length <= 1)).toBe(true);
  });

  it("is shown and left out by these rules, so that the comparison says something", () => {
    const shownTo = (scope: string | undefined) =>
      Object.entries(RULES)
        .filter(([, rule]) => shown({ "db_*": rule }, scope).length === 1)
        .map(([title]) => title);
    expect(shownTo(undefined)).toEqual(["no token"]);
    expect(shownTo("/rooms/1/read /rooms/2/write")).toEqual([
      "a scope",
      "a scope with a placeholder",
      "a tier",
      "no scope",
      "no token",
      "a fresh sign-in",
      "a case that compares the parameter of a scope",
      "a case with a scope of another argument",
    ]);
  });
});

describe("a tool that several patterns match", () => {
  const branched = (mode: string) => ({
    cases: [{ when: { mode }, scope: "db:read" }],
    otherwise: { deny: "Give the mode." },
  });

  it.each([
    ["each pattern has a case that is allowed", branched("a"), branched("b"), "db:read", true],
    ["no case of one is allowed", branched("a"), branched("b"), "db:write", false],
    ["one is public", { public: true }, branched("a"), "db:read", true],
    ["one is denied", { deny: "Not here." }, branched("a"), "db:read", false],
    ["one is hidden", { scope: "db:read", hidden: true }, branched("a"), "db:read", false],
    ["one needs consent", "db:write", branched("a"), "db:read", true],
    ["one is for other values", "/rooms/{id}/read", branched("a"), "db:read", true],
    ["both have scopes alone", "db:read", "db:write", "db:read", true],
  ] as const)("is in a list or not: %s", (_, one, other, scope, isShown) => {
    expect(shown({ "db_*": one, "*_tool": other }, scope)).toEqual(isShown ? ["db_tool"] : []);
  });

  it("comes after the tools of the policy", () => {
    const names = ["db_tool", "own", "other"];
    expect(shown({ "db_*": "db:read", own: "db:read" }, "db:read", { names })).toEqual([
      "own",
      "db_tool",
    ]);
  });
});
