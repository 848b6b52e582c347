// The rules `parent` and `wildcard`: a granted name covers other declared names.

import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { childrenOf, matchesOf } from "../../src/policy/matching-names.js";
import { parseText } from "../grammar/compiled.js";
import { titled } from "../titled.js";
import { findingsOf, policyWith } from "./findings-of.js";
import { listOf, objectOf, scopesOf } from "./many.js";

type Match = "parent" | "wildcard";

/** Some granted names with a rule, and names that they cover or not. */
interface Row {
  readonly granted: string;
  readonly covered?: readonly string[];
  readonly not?: readonly string[];
}

// Vectors of Ory Fosite's strategies `hierarchic` and `wildcard`, and what each separator and each attack adds.
const PARENT: readonly Row[] = [
  { granted: "", not: ["foo.bar.baz", "foo.bar", "foo"] },
  {
    granted: "foo.bar bar.baz baz.baz.1 baz.baz.2 baz.baz.3 baz.baz.baz",
    covered: ["foo.bar", "foo.bar.baz", "bar.baz", "bar.baz.zad", "baz.baz.baz"],
    not: ["foo", "bar", "baz", "baz.baz", "baz.baz.4", "foo.barx", "foo.barx.baz", "xfoo.bar"],
  },
  {
    granted: "fosite.key.create fosite.key.get fosite.key.delete fosite.key.update",
    covered: ["fosite.key.delete", "fosite.key.get", "fosite.key.update"],
    not: ["fosite.key", "fosite.key.list"],
  },
  {
    granted: "hydra openid offline",
    covered: ["hydra", "hydra.bar", "openid", "openid.baz.bar", "offline", "offline.baz.bar.baz"],
    not: ["foo", "foo.bar", "hydra2", "hydra-bar", "Hydra.bar"],
  },
  {
    granted: "read admin:read",
    covered: ["read:statuses", "read:statuses:own", "read.all", "admin:read:accounts"],
    not: [
      "admin",
      "write",
      "readwrite",
      "read_all",
      "read/all",
      "admin:reader",
      "admin:write:read",
    ],
  },
  {
    granted: "/home/john",
    covered: ["/home/john/notes", "/home/john/notes/2026"],
    not: ["/home/johnathan", "/home", "/home/john/", "/home/john//notes", "/home/John/notes"],
  },
  {
    // as they are written: nothing is resolved or decoded
    granted: "/home/a",
    covered: ["/home/a/../b", "/home/a/%2e%2e"],
    not: ["/home/b", "/home/%61/b", "/home/./a/b", "/x/../home/a/b"],
  },
  {
    granted: "https://api.example/auth",
    covered: ["https://api.example/auth/read"],
    not: ["https://api.example/auth.read", "https://api.example/authors", "https://api.example"],
  },
  { granted: "https", not: ["https://api.example/x"] },
  {
    granted: "urn:example:mail",
    covered: ["urn:example:mail:read"],
    not: ["urn:example", "urn:example:mailbox"],
  },
  { granted: "urn", not: ["urn:example"] },
  { granted: "a.b", covered: ["a.b.c", "a.b:c"], not: ["a", "a.bc", "a.b..c", "a.b.", "/a.b/c"] },
  { granted: "a:b", covered: ["a:b:c"], not: ["a:b.c", "a:b::c"] },
  { granted: "*", not: ["a", "a.b"] },
];

const WILDCARD: readonly Row[] = [
  { granted: "", not: ["foo.bar.baz", "foo.bar"] },
  {
    granted: "*",
    covered: ["asdf", "asdf.asdf", "foo.*", "a:b", "/a/b", "https://a.example/b", "urn:a:b"],
    not: ["asdf.", "a..b", "/", "/a/"],
  },
  { granted: "/* *", covered: ["/a", "/a/b", "a", "a.b"], not: ["/", "/a/"] },
  { granted: "/*", covered: ["/a", "/a/b"], not: ["a", "*", "a:b", "/"] },
  { granted: "foo", covered: ["foo"], not: ["*", "foo.*", "fo*", "foo.bar"] },
  { granted: "foo*", covered: ["foo*"], not: ["foo", "fooa", "fo", "foo*.bar"] },
  {
    granted: "foo.*",
    covered: ["foo.bar", "foo.baz", "foo.bar.baz", "foo.*"],
    not: ["foo", "foo.", "foo..bar", "foo.bar..baz", "foo.bar.", "foox.bar", "foo:bar", "foo.b:c"],
  },
  {
    granted: "foo.*.baz",
    covered: ["foo.*.baz", "foo.bar.baz"],
    not: ["foo..baz", "foo.baz", "foo", "foo.bar.bar", "foo.bar.bar.baz"],
  },
  {
    granted: "foo.*.bar.*",
    covered: [
      "foo.baz.bar.baz",
      "foo.baz.bar.bar.bar",
      "foo.*.bar.*.*.*",
      "foo.1.bar.1.2.3.4.5",
      "foo.bar.bar.bar",
    ],
    not: ["foo.baz.baz.bar.baz", "foo.baz.bar", "foo..bar.baz", "foo.1.bar.2..3"],
  },
  {
    granted: "foo.*.bar",
    covered: ["foo.bar.bar"],
    not: ["foo.bar.bar.bar", "foo..bar", "foo.bar..bar"],
  },
  {
    granted: "foo.*.bar.*.baz.*",
    covered: ["foo.bar.bar.baz.baz.baz", "foo.bar.bar.baz.baz.baz.baz"],
    not: [
      "foo.*.*",
      "foo.*.bar",
      "foo.baz.*",
      "foo.baz.bar",
      "foo.b*.bar",
      "foo.bar.bar.baz.baz",
      "foo.bar.baz.baz.baz.bar",
    ],
  },
  {
    granted: "hydra.* openid offline hydra",
    covered: ["hydra.clients", "hydra.clients.get", "hydra", "offline", "openid"],
    not: ["hydra2", "openid.x"],
  },
  {
    granted: "*.read admin:*:write /files/*",
    covered: ["a.read", "*.read", "admin:users:write", "/files/a/b"],
    not: ["read", "a.b.read", "admin:write", "admin:a:b:write", "/files", "/files/", "/filesx/a"],
  },
  // the first segment of a URL is its scheme, and `urn` is none
  { granted: "*://example", covered: ["https://example"], not: ["urn:example"] },
  {
    // a star inside a segment is text, in SMART names too
    granted: "patient/*.rs",
    covered: ["patient/*.rs"],
    not: ["patient/Observation.rs"],
  },
];

const CASES = [
  ...PARENT.map((row) => ({ match: "parent" as const, ...row })),
  ...WILDCARD.map((row) => ({ match: "wildcard" as const, ...row })),
].flatMap(({ match, granted, covered = [], not = [] }) =>
  [
    ...covered.map((name) => [name, true] as const),
    ...not.map((name) => [name, false] as const),
  ].map(([name, isCovered]) => ({ match, granted, name, isCovered })),
);

const titleOf = ({ match, granted, name, isCovered }: (typeof CASES)[number]) =>
  `${match}: [${granted}] ${isCovered ? "covers" : "does not cover"} ${name}`;

/** Declares the granted names with the rule, and another name with the rule or without it. */
function policyOf(granted: readonly string[], match: Match, name: string, others: object) {
  const rules = granted.map((one) => [one, { match }] as const);
  const scopes = { [name]: others, ...Object.fromEntries(rules) };
  return loadPolicy({ name: "Names", version: "1", scopes, tools: { use: name } });
}

describe("a granted name with a rule", () => {
  it.each(titled(CASES, titleOf))("%s", (_title, { match, granted, name, isCovered }) => {
    const names = granted === "" ? [] : granted.split(" ");
    for (const others of [{}, { match }]) {
      const policy = policyOf(names, match, name, others);
      expect(policy.decideUntrusted({ scope: granted }, "use").allowed).toBe(isCovered);
      expect(policy.covers(granted, name)).toBe(isCovered);
      expect(policy.missing(granted, name)).toBe(isCovered ? "" : name);
      expect(policy.expand(granted).includes(name)).toBe(isCovered);
      const extra = isCovered ? [] : [name];
      expect(policy.covers(policy.reduce(granted), [...names, name])).toBe(extra.length === 0);
    }
  });

  it("is compared exactly without the rule, and with `exact`", () => {
    for (const options of [{}, { match: "exact" as const }]) {
      const scopes = { a: options, "a.b": options, "*": options };
      const policy = loadPolicy({ name: "Names", version: "1", scopes });
      expect(policy.expand("a *")).toEqual(["a", "*"]);
    }
  });

  it("covers what a covered name implies, and names under an older name", () => {
    const policy = loadPolicy({
      name: "Names",
      version: "1",
      scopes: {
        admin: { match: "parent", replaces: ["root"] },
        "admin.users": { implies: ["mail"] },
        mail: { match: "parent" },
        "mail.read": {},
      },
    });
    expect(policy.expand("root")).toEqual(["admin", "admin.users", "mail", "mail.read"]);
    expect(policy.reduce("admin mail.read")).toBe("admin");
    expect(policy.expand("root.users")).toEqual([]);
  });

  it.each([
    ["parent", "a.b"],
    ["wildcard", "a.b"],
    ["wildcard", "a.b*"],
  ] as const)("covers itself alone if nothing is below it: %s %s", (match, name) => {
    const scopes = { [name]: { match }, a: {}, "a.bc": {}, "a.c": { match }, "x.a.b": {} };
    const policy = loadPolicy({ name: "Names", version: "1", scopes });
    expect(policy.expand(name)).toEqual([name]);
  });

  it.each(["parent", "wildcard"] as const)(
    "covers a reserved name only if it is reserved: %s",
    (match) => {
      const [open, closed] = match === "parent" ? ["a", "b"] : ["a.*", "b.*"];
      const policy = loadPolicy({
        name: "Names",
        version: "1",
        scopes: {
          [open]: { match },
          [closed]: { match, reserved: true },
          "a.x": { match },
          "a.x.y": { reserved: true },
          "b.x": {},
          "b.x.y": { reserved: true },
        },
      });
      const firstParty = true;
      expect(policy.expand(open, { firstParty })).toEqual([open, "a.x"]);
      expect(policy.expand(closed, { firstParty })).toEqual([closed, "b.x", "b.x.y"]);
      expect(policy.expand(closed)).toEqual([]);
    },
  );

  it("does not cover names with placeholders", () => {
    const scopes = {
      "*": { match: "wildcard" as const },
      "a:{id}": {},
      a: { match: "parent" as const },
    };
    const policy = loadPolicy({ name: "Names", version: "1", scopes });
    expect(policy.covers("*", "a:1")).toBe(false);
    expect(policy.covers("a", "a:1")).toBe(false);
    expect(policy.expand("*")).toEqual(["*", "a"]);
  });
});

describe("the steps in which names are compared", () => {
  const named = (...texts: string[]) => texts.map((text) => ({ text, token: parseText(text) }));
  const search = { parent: childrenOf, wildcard: matchesOf } as const;

  it.each([
    ["parent", "a", "a:b:c", ["a a:b:c"], 2 + 5],
    ["parent", "a:b", "a:b:c", ["a:b a:b:c"], 3 + 5],
    ["parent", "a a:b", "a:b:c", ["a a:b:c", "a:b a:b:c"], 3 + 2 * 5],
    ["parent", "a", "b:c", [], 1],
    ["parent", "urn:a:b", "urn:a:b:c", ["urn:a:b urn:a:b:c"], 4 + 5],
    ["parent", "https://a.b/c", "https://a.b/c/d", ["https://a.b/c https://a.b/c/d"], 4 + 5],
    ["wildcard", "a:*", "a:b", ["a:* a:b"], 2 + 5],
    ["wildcard", "a:*", "a:b:c", ["a:* a:b:c"], 3 + 5],
    ["wildcard", "a:*:c", "a:b:c", ["a:*:c a:b:c"], 3 + 5],
    ["wildcard", "a:*", "b:c", [], 1],
    ["wildcard", "a:*", "a.b", [], 0],
    ["wildcard", "*", "a:b", ["* a:b"], 2 + 5],
    ["wildcard", "*:*", "a:*", ["*:* a:*"], 2 + 5],
    ["wildcard", "a:b", "a:b:c", [], 0],
  ] as const)("by `%s`, of `%s` with `%s`", (rule, covering, covered, pairs, steps) => {
    const budget = { left: 1_000 };
    const found = [...search[rule](named(...covering.split(" ")), named(covered), budget)];
    expect(found.map((pair) => pair.map(({ text }) => text).join(" "))).toEqual(pairs);
    expect(1_000 - budget.left).toBe(steps);
  });

  it("are none for a name and itself", () => {
    const names = named("a", "a:*");
    expect([...childrenOf(names, names, { left: 100 })]).toEqual([[names[0], names[1]]]);
    expect([...matchesOf(names, names, { left: 100 })]).toEqual([]);
  });

  it.each(["parent", "wildcard"] as const)("by `%s` end when none is left", (rule) => {
    const covering = named("a:b", "a:*", "*", "a");
    const covered = named("a:b:c", "a:b:d");
    const all = [...search[rule](covering, covered, { left: 1_000 })];
    for (let left = 0; left < 40; left += 1) {
      const budget = { left };
      const found = [...search[rule](covering, covered, budget)];
      // a search that leaves steps is complete
      expect(budget.left < 0 || found.length === all.length).toBe(true);
      expect(found).toEqual(all.slice(0, found.length));
      expect(found.length).toBeLessThanOrEqual(Math.floor(left / 5));
    }
  });

  it("by `wildcard` end inside a name when none is left", () => {
    const budget = { left: 0 };
    expect([...matchesOf(named("a:*:c:d"), named("a:b:c:d"), budget)]).toEqual([]);
    expect(budget.left).toBe(-1);
  });

  it("are at most a million in a policy, to the step", () => {
    // 999,814 steps: each of 100 names is above the next one, and all of them are above 1,614 names
    const parents = objectOf(
      100,
      (index) => listOf(index + 1, () => "a").join("."),
      () => ({ match: "parent" }),
    );
    const below = scopesOf(1_614, (index) => `${"a.".repeat(100)}n${index}`);
    const findingsWith = (others: number) => {
      const scopes = { ...parents, ...below, ...scopesOf(others, (index) => `b.n${index}`) };
      return findingsOf(policyWith({ scopes }));
    };
    expect(findingsWith(186)).toEqual([]);
    const message = "comparing names by `match` takes more than 1000000 steps";
    expect(findingsWith(187)).toEqual([{ code: "too_large", path: "scopes", message }]);
  });

  it("are none for names that cannot have their rule", () => {
    const wildcards = objectOf(
      256,
      (index) =>
        `${[...index.toString(2).padStart(8, "0")].map((bit) => "a*"[+bit]).join(".")}.{id}.*`,
      () => ({ match: "wildcard" }),
    );
    const names = scopesOf(2_000, (index) => `${"a.".repeat(8)}n${index}`);
    const found = findingsOf(policyWith({ scopes: { ...wildcards, ...names } }));
    expect(found.map(({ code }) => code)).toEqual(listOf(256, () => "match_rule"));
  });
});
