import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../src/policy/compile.js";
import { intersection } from "../../src/policy/rule.js";
import { findingsOf } from "./findings-of.js";

const SCOPES = {
  a: {},
  b: {},
  c: {},
  d: {},
  pro: { tier: "pro" },
  max: { tier: "max" },
  mentor: { accountTypes: ["mentor"] },
  both: { accountTypes: ["mentor", "studio"] },
  r: { reserved: true },
  "/x/{i}": {},
  "/y/{i}/{j}": {},
};

/** Returns the rule of one tool in a readable form. */
function ruleOf(tool: unknown, baseline?: readonly string[]) {
  const policy = compilePolicy({
    name: "n",
    version: "1",
    tiers: ["free", "pro", "max"],
    accountTypes: ["mentor", "studio", "other"],
    entitlements: ["fleet"],
    scopes: SCOPES,
    ...(baseline === undefined ? {} : { baseline }),
    tools: { t: tool },
  });
  const rule = policy.operations.get("t")?.rules[0];
  const alternatives = rule?.alternatives ?? [];
  return {
    params: rule?.params.map(({ name }) => name),
    scopes: alternatives.map(({ uses }) =>
      uses.map(({ scope, params }) =>
        [scope.name, ...params.map((index) => rule?.params[index]?.name)].join(" "),
      ),
    ),
    gates: alternatives.map(({ tier, accountTypes, entitlements, reserved }) => ({
      tier,
      accountTypes,
      entitlements,
      reserved,
    })),
  };
}

const ALTERNATIVES: readonly (readonly [
  title: string,
  tool: unknown,
  scopes: readonly (readonly string[])[],
])[] = [
  ["one scope", "a", [["a"]]],
  ["one scope as an object", { scope: "a" }, [["a"]]],
  ["any", { anyOf: ["a", "b"] }, [["a"], ["b"]]],
  ["all", { allOf: ["a", "b"] }, [["a", "b"]]],
  ["any in any", { anyOf: ["a", { anyOf: ["b", "c"] }, "d"] }, [["a"], ["b"], ["c"], ["d"]]],
  ["all in all", { allOf: ["a", { allOf: ["b", "c"] }, "d"] }, [["a", "b", "c", "d"]]],
  [
    "any in all, in declared order",
    { allOf: [{ anyOf: ["a", "b"] }, { anyOf: ["c", "d"] }] },
    [
      ["a", "c"],
      ["a", "d"],
      ["b", "c"],
      ["b", "d"],
    ],
  ],
  [
    "all in any",
    { anyOf: [{ allOf: ["a", "b"] }, { allOf: ["c", "d"] }] },
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    "nested requirements",
    { allOf: ["a", { anyOf: ["b", { allOf: ["c", { anyOf: ["d", "a"] }] }] }] },
    [
      ["a", "b"],
      ["a", "c", "d"],
      ["a", "c"],
    ],
  ],
  [
    "a scope that occurs twice in one alternative, once",
    { allOf: ["a", { allOf: ["b", { scope: "a" }] }] },
    [["a", "b"]],
  ],
  [
    "a template under two names",
    { allOf: ["/x/{i}", { scope: "/x/{i}", params: { i: "k" } }] },
    [["/x/{i} i", "/x/{i} k"]],
  ],
  [
    "a template under two pairs of names that are alike when joined",
    {
      allOf: [
        { scope: "/y/{i}/{j}", params: { i: "a", j: "bc" } },
        { scope: "/y/{i}/{j}", params: { i: "ab", j: "c" } },
      ],
    },
    [["/y/{i}/{j} a bc", "/y/{i}/{j} ab c"]],
  ],
  ["a template twice under one name", { allOf: ["/x/{i}", { allOf: ["/x/<i>"] }] }, [["/x/{i} i"]]],
  ["any token", { authenticated: true }, [[]]],
];

describe("a requirement", () => {
  it.each(ALTERNATIVES)("is compiled to its alternatives: %s", (_, tool, scopes) => {
    expect(ruleOf(tool).scopes).toEqual(scopes);
  });

  it("has the baseline once in every alternative, after its own scopes", () => {
    expect(ruleOf({ anyOf: ["a", { allOf: ["c", "b"] }] }, ["b", "d"]).scopes).toEqual([
      ["a", "b", "d"],
      ["c", "b", "d"],
    ]);
    expect(ruleOf({ authenticated: true }, ["b"]).scopes).toEqual([["b"]]);
    expect(ruleOf({ public: true }, ["b"]).scopes).toEqual([]);
  });

  const PARAMS: readonly (readonly [
    title: string,
    tool: unknown,
    params: readonly string[],
    uses: readonly string[],
  ])[] = [
    ["with their own names", "/y/{i}/{j}", ["i", "j"], ["/y/{i}/{j} i j"]],
    ["renamed", { scope: "/y/{i}/{j}", params: { i: "k" } }, ["k", "j"], ["/y/{i}/{j} k j"]],
    [
      "exchanged",
      { scope: "/y/{i}/{j}", params: { i: "j", j: "i" } },
      ["j", "i"],
      ["/y/{i}/{j} j i"],
    ],
    [
      "two placeholders as one",
      { scope: "/y/{i}/{j}", params: { i: "k", j: "k" } },
      ["k"],
      ["/y/{i}/{j} k k"],
    ],
    [
      "renamed by an outer requirement",
      { allOf: ["/x/{i}", "/y/{i}/{j}"], params: { i: "k" } },
      ["k", "j"],
      ["/x/{i} k", "/y/{i}/{j} k j"],
    ],
    [
      "renamed by the nearest requirement",
      {
        allOf: ["/x/{i}", { scope: "/y/{i}/{j}", params: { i: "m" } }],
        params: { i: "k", j: "n" },
      },
      ["k", "m", "n"],
      ["/x/{i} k", "/y/{i}/{j} m n"],
    ],
    [
      "named like a member of Object.prototype",
      { scope: "/x/{i}", params: { i: "constructor" } },
      ["constructor"],
      ["/x/{i} constructor"],
    ],
  ];
  it.each(PARAMS)("has parameters: %s", (_, tool, params, uses) => {
    const rule = ruleOf(tool);
    expect([rule.params, rule.scopes[0]]).toEqual([params, uses]);
  });

  const free = { tier: -1, accountTypes: undefined, entitlements: [], reserved: false };
  const CONDITIONS: readonly (readonly [title: string, tool: unknown, gates: readonly object[]])[] =
    [
      ["none", "a", [free]],
      [
        "its own",
        { scope: "a", tier: "pro", accountTypes: ["studio"] },
        [{ ...free, tier: 1, accountTypes: ["studio"] }],
      ],
      ["those of its scope", "pro", [{ ...free, tier: 1 }]],
      ["the higher tier of two", { scope: "pro", tier: "max" }, [{ ...free, tier: 2 }]],
      ["the higher tier of two scopes", { allOf: ["pro", "max", "a"] }, [{ ...free, tier: 2 }]],
      [
        "its own for each alternative",
        { anyOf: ["pro", "a", { scope: "b", tier: "max" }] },
        [{ ...free, tier: 1 }, free, { ...free, tier: 2 }],
      ],
      [
        "those of the requirement around it",
        { tier: "pro", anyOf: ["a", { tier: "free", anyOf: ["b", "max"] }] },
        [
          { ...free, tier: 1 },
          { ...free, tier: 1 },
          { ...free, tier: 2 },
        ],
      ],
      [
        "the account types that both allow",
        { scope: "both", accountTypes: ["studio", "other"] },
        [{ ...free, accountTypes: ["studio"] }],
      ],
      [
        "the account types that two scopes allow",
        { allOf: ["mentor", "both"] },
        [{ ...free, accountTypes: ["mentor"] }],
      ],
      [
        "an empty list of account types",
        { scope: "mentor", accountTypes: ["other"] },
        [{ ...free, accountTypes: [] }],
      ],
      [
        "the account types that two parts allow",
        {
          allOf: [
            { scope: "a", accountTypes: ["mentor", "other"] },
            { scope: "b", accountTypes: ["other"] },
          ],
        },
        [{ ...free, accountTypes: ["other"] }],
      ],
      [
        "reserved because of one of its scopes",
        { anyOf: [{ allOf: ["a", "r"] }, "b"] },
        [{ ...free, reserved: true }, free],
      ],
      [
        "all that an option can name",
        {
          scope: "/x/{i}",
          tier: "pro",
          accountTypes: ["mentor"],
          entitlement: "fleet",
          params: { i: "k" },
        },
        [{ ...free, tier: 1, accountTypes: ["mentor"], entitlements: ["fleet"] }],
      ],
      [
        "the highest tier of its parts",
        { allOf: [{ scope: "a", tier: "max" }, { scope: "b", tier: "free" }, "c"] },
        [{ ...free, tier: 2 }],
      ],
      [
        "those of `authenticated`",
        { authenticated: true, tier: "free", accountTypes: ["mentor"] },
        [{ ...free, tier: 0, accountTypes: ["mentor"] }],
      ],
    ];
  it.each(CONDITIONS)("has conditions: %s", (_, tool, gates) => {
    expect(ruleOf(tool).gates).toEqual(gates);
  });

  it("does not inherit the conditions of implied scopes", () => {
    const { operations } = compilePolicy({
      name: "n",
      version: "1",
      tiers: ["pro"],
      scopes: { all: { implies: ["gated"] }, gated: { tier: "pro" } },
      tools: { t: "all" },
    });
    expect(operations.get("t")?.rules[0]?.alternatives[0]?.tier).toBe(-1);
  });
});

describe("intersection", () => {
  it("of a condition and no condition is the condition", () => {
    expect(intersection(undefined, undefined)).toBeUndefined();
    expect(intersection(["a"], undefined)).toEqual(["a"]);
    expect(intersection(undefined, [])).toEqual([]);
    expect(intersection(["a", "b"], ["c", "b"])).toEqual(["b"]);
    expect(intersection(["a"], ["b"])).toEqual([]);
    // the last comparison of a budget is made, and none after it
    expect(intersection(["a", "b"], ["c", "b"], { comparisons: 4 })).toEqual(["b"]);
    expect(intersection(["a", "b"], ["c", "b"], { comparisons: 3 })).toEqual(["a", "b"]);
  });
});

describe("the alternatives of one operation", () => {
  const names = Array.from({ length: 1_025 }, (_, index) => `s${index}`);
  const scopes = Object.fromEntries(names.map((name) => [name, {}]));
  const codesOf = (requirement: object) =>
    findingsOf({ name: "n", version: "1", scopes, tools: { t: requirement } }).map(
      ({ code }) => code,
    );

  it("are at most 1,024", () => {
    expect(codesOf({ anyOf: names.slice(1) })).toEqual([]);
    expect(codesOf({ anyOf: names })).toEqual(["too_many_alternatives"]);
  });

  it("are reported once if they also exceed the limit of all operations", () => {
    const anyOf = names.slice(0, 100);
    expect(codesOf({ allOf: Array.from({ length: 5 }, () => ({ anyOf })) })).toEqual([
      "too_many_alternatives",
    ]);
  });
});
