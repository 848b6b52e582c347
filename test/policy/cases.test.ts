import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import type { FindingCase, Found } from "../cases/finding-case.js";
import { titled } from "../titled.js";
import { asFound, findingsOf, policyWith, sorted } from "./findings-of.js";
import { listOf } from "./many.js";

const base = {
  tiers: ["free", "pro"],
  accountTypes: ["mentor", "studio"],
  scopes: {
    read: {},
    write: { implies: ["read"] },
    paid: { tier: "pro" },
    "/a/{id}/read": {},
    "/a/{id}/write": { implies: ["/a/{id}/read"] },
    internal: { reserved: true },
  },
};

const when = { mode: "plan" };
const tool = (entry: object): FindingCase["policy"] => ({ ...base, tools: { t: entry } });
const one = (condition: unknown, more: object = { scope: "read" }) =>
  tool({ cases: [{ when: condition, ...more }], otherwise: "write" });
const branches = (first: unknown, otherwise: unknown) =>
  tool({ cases: [{ when, ...(first as object) }], otherwise });

const WEAK = "a call that leaves out or mistypes `mode` gets from `cases[0]` to this weaker";
const weak: readonly Found[] = [["weak_otherwise", "tools.t.otherwise", WEAK]];

/** Mistakes in cases. */
const SHAPES: readonly FindingCase[] = [
  {
    title: "cases without `otherwise`",
    policy: tool({ cases: [{ when, scope: "read" }] }),
    finds: [["missing_otherwise", "tools.t", "`cases` require `otherwise`"]],
  },
  {
    title: "a misspelt `otherwise`",
    policy: tool({ cases: [{ when, scope: "read" }], otherwize: "write" }),
    finds: [
      ["unknown_key", "tools.t.otherwize", "unknown option `otherwize`", "otherwise"],
      ["missing_otherwise", "tools.t", "`cases` require `otherwise`"],
    ],
  },
  {
    title: "a misspelt option in `otherwise`",
    policy: tool({ cases: [{ when, scope: "read" }], otherwise: { scope: "write", denny: "no" } }),
    finds: [["unknown_key", "tools.t.otherwise.denny", "unknown option `denny`", "deny"]],
  },
  {
    title: "an `otherwise` that requires a scope and denies",
    policy: tool({ cases: [{ when, scope: "read" }], otherwise: { scope: "write", deny: "no" } }),
    finds: [["mixed_operation", "tools.t.otherwise.scope", "cannot be combined"]],
  },
  {
    title: "an `otherwise` of another type, once",
    policy: tool({ cases: [{ when, scope: "read" }], otherwise: null }),
    finds: [["invalid_type", "tools.t.otherwise", "expected a string or an object, got null"]],
  },
  {
    title: "an empty list of cases",
    policy: tool({ cases: [], otherwise: "write" }),
    finds: [["empty_list", "tools.t.cases", "must not be empty"]],
  },
  {
    title: "a case without `when`",
    policy: tool({ cases: [{ scope: "read" }], otherwise: "write" }),
    finds: [["invalid_type", "tools.t.cases[0].when", "expected an object, got nothing"]],
  },
  {
    title: "a misspelt `when`",
    policy: tool({ cases: [{ wehn: when, scope: "read" }], otherwise: "write" }),
    finds: [
      ["invalid_type", "tools.t.cases[0].when", "expected an object, got nothing"],
      ["unknown_key", "tools.t.cases[0].wehn", "unknown option `wehn`", "when"],
    ],
  },
  {
    title: "a `when` without arguments",
    policy: one({}),
    finds: [["empty_when", "tools.t.cases[0].when", "compares no argument"]],
  },
  {
    title: "an empty list of values",
    policy: one({ mode: [] }),
    finds: [["empty_list", "tools.t.cases[0].when.mode", "must not be empty"]],
  },
  {
    title: "an object and a nested list as values",
    policy: one({ mode: {}, force: ["a", ["b"]] }),
    finds: [
      ["invalid_type", "tools.t.cases[0].when.mode", "got an object"],
      ["invalid_type", "tools.t.cases[0].when.force[1]", "got a list"],
    ],
  },
  {
    title: "numbers that JSON does not have",
    policy: one({ limit: [Number.NaN, Number.POSITIVE_INFINITY, 1] }),
    finds: [
      ["invalid_type", "tools.t.cases[0].when.limit[0]", "got a number"],
      ["invalid_type", "tools.t.cases[0].when.limit[1]", "got a number"],
    ],
  },
  {
    title: "an invalid value among others alone, because the case is not compared without it",
    policy: tool({ cases: [{ when: { mode: ["plan", {}] }, scope: "write" }], otherwise: "read" }),
    finds: [["invalid_type", "tools.t.cases[0].when.mode[1]", "got an object"]],
  },
  {
    title: "`undefined` as a value, once",
    policy: one({ mode: undefined }),
    finds: [["undefined_value", "tools.t.cases[0].when.mode", "got `undefined`"]],
  },
  {
    title: "`__proto__` as an argument",
    policy: one(JSON.parse('{"__proto__":"x","mode":"plan"}')),
    finds: [["reserved_key", "tools.t.cases[0].when.__proto__", "`__proto__` is not allowed"]],
  },
  {
    title: "a value that is listed twice, but not values of other types",
    policy: one({ mode: ["plan", "1", 1, true, "true", null, "null", "plan", 1] }),
    finds: [
      ["duplicate", "tools.t.cases[0].when.mode[7]", "duplicate `plan`"],
      ["duplicate", "tools.t.cases[0].when.mode[8]", "duplicate `1`"],
    ],
  },
  {
    title: "numbers that JSON readers round",
    policy: one({ limit: [2 ** 53, 2 ** 53 - 1, -(2 ** 53), 1e300, 0.1], page: 1e21 }),
    finds: [
      ["unsafe_number", "tools.t.cases[0].when.limit[0]", "round `9007199254740992`"],
      ["unsafe_number", "tools.t.cases[0].when.limit[2]", "round `-9007199254740992`"],
      ["unsafe_number", "tools.t.cases[0].when.limit[3]", "round `1e+300`"],
      ["unsafe_number", "tools.t.cases[0].when.page", "round `1e+21`"],
    ],
  },
  {
    title: "a path parameter that is compared with anything but a string",
    policy: {
      ...base,
      endpoints: {
        "GET /v1/:kind": { cases: [{ when: { kind: 1 }, scope: "read" }], otherwise: "write" },
        "GET /v2/{kind}": {
          cases: [{ when: { kind: ["1", true, null], mode: true }, scope: "read" }],
          otherwise: "write",
        },
      },
    },
    finds: [
      ["never_met", 'endpoints["GET /v1/:kind"].cases[0].when.kind', "never `1`", '"1"'],
      [
        "never_met",
        'endpoints["GET /v2/{kind}"].cases[0].when.kind[1]',
        "`kind` is a path parameter, so its value is a string, never `true`",
        '"true"',
      ],
      ["never_met", 'endpoints["GET /v2/{kind}"].cases[0].when.kind[2]', "`null`", '"null"'],
    ],
  },
  {
    title: "a public branch, an authenticated one, one with a text, and cases in a branch",
    policy: {
      ...base,
      tools: {
        t: { cases: [{ when, public: true }], otherwise: { authenticated: true } },
        u: { cases: [{ when, scope: "read", title: "Plan" }], otherwise: "write" },
        v: { cases: [{ when, cases: [] }], otherwise: { otherwise: "write" } },
      },
    },
    finds: [
      ["unknown_key", "tools.t.cases[0].public", "unknown option `public`"],
      ["unknown_key", "tools.t.otherwise.authenticated", "unknown option `authenticated`"],
      ["unknown_key", "tools.u.cases[0].title", "unknown option `title`"],
      ["unknown_key", "tools.v.cases[0].cases", "unknown option `cases`"],
      ["unknown_key", "tools.v.otherwise.otherwise", "unknown option `otherwise`"],
    ],
  },
  {
    title: "branches without a requirement, with an undeclared scope, or with an unused parameter",
    policy: {
      ...base,
      tools: {
        t: { cases: [{ when }], otherwise: {} },
        u: { cases: [{ when, scope: "raed" }], otherwise: "wriet" },
        v: {
          cases: [{ when, scope: "/a/{id}/read", params: { ID: "x" } }],
          otherwise: "/a/{id}/write",
        },
        w: { cases: [{ when, scope: "read", deny: "No." }], otherwise: "write" },
      },
    },
    finds: [
      ["empty_requirement", "tools.t.cases[0]", "missing requirement"],
      ["empty_requirement", "tools.t.otherwise", "missing requirement"],
      ["unknown_scope", "tools.u.cases[0].scope", "`raed`", "read"],
      ["unknown_scope", "tools.u.otherwise", "`wriet`", "write"],
      ["unused_param", "tools.v.cases[0].params.ID", "no scope of this requirement"],
      ["mixed_operation", "tools.w.cases[0].scope", "`scope` and `deny` cannot be combined"],
    ],
  },
  {
    title: "an undeclared scope alone, because a branch is not compared without its scopes",
    policy: {
      ...base,
      tools: {
        t: { cases: [{ when, scope: "raed" }], otherwise: "read" },
        u: { cases: [{ when, scope: "write", acr: "mfa" }], otherwise: "wriet" },
      },
    },
    finds: [
      ["unknown_scope", "tools.t.cases[0].scope", "`raed`", "read"],
      ["unknown_scope", "tools.u.otherwise", "`wriet`", "write"],
    ],
  },
  {
    title: "`otherwise` and `weakOtherwise` without cases",
    policy: {
      ...base,
      tools: {
        t: { scope: "read", otherwise: "write" },
        u: { otherwise: "write" },
        v: { scope: "read", weakOtherwise: true },
        w: { case: [{ when, scope: "read" }], otherwise: "write" },
      },
    },
    finds: [
      ["mixed_operation", "tools.t.otherwise", "`otherwise` requires `cases`"],
      ["mixed_operation", "tools.u.otherwise", "`otherwise` requires `cases`"],
      ["mixed_operation", "tools.v.weakOtherwise", "`weakOtherwise` requires `cases`"],
      ["unknown_key", "tools.w.case", "unknown option `case`", "cases"],
      ["mixed_operation", "tools.w.otherwise", "`otherwise` requires `cases`"],
    ],
  },
  {
    title: "`weakOtherwise: false`, once",
    policy: tool({ cases: [{ when, scope: "write" }], otherwise: "read", weakOtherwise: false }),
    finds: [["invalid_type", "tools.t.weakOtherwise", "expected true, got false"]],
  },
  ...[
    { scope: "read" },
    { anyOf: ["read"] },
    { allOf: ["read"] },
    { deny: "No." },
    { public: true },
    { authenticated: true },
    { tier: "pro" },
    { accountTypes: ["mentor"] },
    { params: { id: "account" } },
  ].map((option): FindingCase => {
    const [key = ""] = Object.keys(option);
    return {
      title: `\`${key}\` beside cases`,
      policy: tool({ cases: [{ when, scope: "read" }], otherwise: "write", ...option }),
      finds: [["mixed_operation", `tools.t.${key}`, `\`${key}\` and \`cases\` cannot be combined`]],
    };
  }),
  {
    title: "more than 64 cases",
    policy: tool({
      cases: listOf(65, (index) => ({ when: { mode: index }, scope: "read" })),
      otherwise: "write",
    }),
    finds: [["too_large", "tools.t.cases", "65 cases that name 66 scopes in total: at most 64"]],
  },
  {
    title: "more than 1,024 scopes in the branches",
    policy: {
      scopes: Object.fromEntries(listOf(513, (index) => [`s${index}`, {}])),
      tools: {
        t: {
          cases: [{ when, allOf: listOf(512, (index) => `s${index}`) }],
          otherwise: { allOf: listOf(513, (index) => `s${index}`) },
        },
      },
    },
    finds: [["too_large", "tools.t.cases", "1 cases that name 1025 scopes in total"]],
  },
];

/** Branches of which one is weaker than another one that a call can leave, or that no call reaches. */
const STRENGTHS: readonly FindingCase[] = [
  {
    title: "a case with two arguments that another one meets",
    policy: tool({
      cases: [
        { when: { mode: "plan", force: true }, scope: "read" },
        { when: { force: true, mode: "plan" }, scope: "read" },
      ],
      otherwise: "write",
    }),
    finds: [["unreachable_case", "tools.t.cases[1]", "each that meets it meets `cases[0]` before"]],
  },
  {
    title: "a case with two arguments that two others meet together",
    policy: tool({
      cases: [
        { when: { mode: "plan", force: true }, scope: "read" },
        { when: { mode: "plan", force: false }, scope: "read" },
        { when: { mode: "plan", force: [true, false] }, scope: "read" },
      ],
      otherwise: "write",
    }),
    finds: [["unreachable_case", "tools.t.cases[2]", "each that meets it meets an earlier case"]],
  },
  {
    title: "a case whose values two others have together, if that takes 10,000 steps to find",
    policy: tool({
      cases: [
        { when: { limit: listOf(3_334, (at) => at) }, scope: "read" },
        { when: { limit: listOf(3_333, (at) => 3_334 + at) }, scope: "read" },
        { when: { limit: listOf(6_667, (at) => at) }, scope: "read" },
      ],
      otherwise: "write",
    }),
    finds: [["unreachable_case", "tools.t.cases[2]", "each that meets it meets an earlier case"]],
  },
  {
    title: "a case like another one after a first case with 10,000 values, which takes no steps",
    policy: tool({
      cases: [
        { when: { limit: listOf(10_000, (at) => at) }, scope: "read" },
        { when, scope: "read" },
        { when, scope: "read" },
      ],
      otherwise: "write",
    }),
    finds: [["unreachable_case", "tools.t.cases[2]", "each that meets it meets `cases[1]` before"]],
  },
  {
    title: "an `otherwise` with another scope",
    policy: branches({ scope: "write" }, "paid"),
    finds: weak,
  },
  {
    title: "an `otherwise` that the scope of a case implies",
    policy: branches({ scope: "write" }, "read"),
    finds: weak,
  },
  {
    title: "one way of `otherwise` that does not meet the case",
    policy: branches({ scope: "read" }, { anyOf: ["write", "paid"] }),
    finds: weak,
  },
  {
    title: "an `otherwise` without the tier or account type of a case",
    policy: {
      ...base,
      tools: {
        t: { cases: [{ when, scope: "read", tier: "pro" }], otherwise: "write" },
        u: {
          cases: [{ when, scope: "read", tier: "pro" }],
          otherwise: { scope: "write", tier: "free" },
        },
        v: {
          cases: [{ when, scope: "read", accountTypes: ["mentor"] }],
          otherwise: { scope: "write", accountTypes: ["mentor", "studio"] },
        },
        w: { cases: [{ when, scope: "read", tier: "free" }], otherwise: "write" },
      },
    },
    finds: ["t", "u", "v", "w"].map(
      (name): Found => ["weak_otherwise", `tools.${name}.otherwise`, WEAK],
    ),
  },
  {
    title: "an `otherwise` for another parameter",
    policy: branches(
      { scope: "/a/{id}/read", params: { id: "account" } },
      { scope: "/a/{id}/write", params: { id: "other" } },
    ),
    finds: weak,
  },
  {
    title:
      "an `otherwise` for parameters whose names are those of the case only if they are joined",
    policy: {
      ...base,
      scopes: { "/b/{x}/{y}": {} },
      tools: {
        t: {
          cases: [{ when, scope: "/b/{x}/{y}", params: { x: "a", y: "bc" } }],
          otherwise: { scope: "/b/{x}/{y}", params: { x: "ab", y: "c" } },
        },
      },
    },
    finds: weak,
  },
  {
    title: "an `otherwise` with one of two scopes of a case",
    policy: {
      ...base,
      scopes: { ...base.scopes, mail: {} },
      tools: { t: { cases: [{ when, allOf: ["mail", "write"] }], otherwise: "write" } },
    },
    finds: weak,
  },
  {
    title: "an `otherwise` that a call gets to without one of two arguments",
    policy: tool({
      cases: [{ when: { mode: "move", force: true }, scope: "write" }],
      otherwise: "read",
    }),
    finds: [
      [
        "weak_otherwise",
        "tools.t.otherwise",
        "a call that leaves out or mistypes `mode` or `force` gets from `cases[0]` to this weaker",
      ],
    ],
  },
  {
    title: "a requirement after a denial",
    policy: branches({ deny: "No." }, "write"),
    finds: weak,
  },
  {
    title: "an open scope after a reserved one",
    policy: branches({ scope: "internal" }, "write"),
    finds: weak,
  },
  {
    title: "a case that an argument of a stronger case leads to",
    policy: tool({
      cases: [
        { when: { mode: "move", force: true }, scope: "write" },
        { when: { mode: "move" }, scope: "read" },
      ],
      otherwise: "write",
    }),
    finds: [
      [
        "weak_otherwise",
        "tools.t.cases[1]",
        "a call that leaves out or mistypes `force` gets from `cases[0]` to this weaker",
      ],
    ],
  },
  {
    title: "a case with another argument that a call can have too",
    policy: tool({
      cases: [
        { when: { force: true }, scope: "write" },
        { when: { mode: "plan" }, scope: "read" },
      ],
      otherwise: "write",
    }),
    finds: [
      [
        "weak_otherwise",
        "tools.t.cases[1]",
        "a call that leaves out or mistypes `force` gets from `cases[0]` to this weaker",
      ],
    ],
  },
  {
    title: "a case with the same text of another type, in either order",
    policy: {
      ...base,
      tools: {
        t: {
          cases: [
            { when: { force: true }, scope: "write" },
            { when: { force: "true" }, scope: "read" },
          ],
          otherwise: "write",
        },
        u: {
          cases: [
            { when: { limit: ["1", 2] }, scope: "read" },
            { when: { limit: [1, 3] }, scope: "write" },
          ],
          otherwise: "write",
        },
      },
    },
    finds: [
      ["weak_otherwise", "tools.t.cases[1]", "mistypes `force` gets from `cases[0]`"],
      ["weak_otherwise", "tools.u.cases[0]", "mistypes `limit` gets from `cases[1]`"],
    ],
  },
  {
    title: "an earlier case with the same text of another type beside a value of both",
    policy: tool({
      cases: [
        { when: { limit: ["1", 2], mode: "plan" }, scope: "read" },
        { when: { limit: [1, 2] }, scope: "write" },
      ],
      otherwise: "write",
    }),
    finds: [
      [
        "weak_otherwise",
        "tools.t.cases[0]",
        "a call that leaves out or mistypes `limit` gets from `cases[1]` to this weaker",
      ],
    ],
  },
  {
    title: "a case that no mistyped value leads to, because an earlier case takes that value",
    policy: tool({
      cases: [
        { when: { limit: ["1", 2], force: true }, scope: "write" },
        { when: { limit: 1 }, scope: "write" },
        { when: { limit: [1, 2] }, scope: "read" },
      ],
      otherwise: "write",
    }),
    finds: [
      [
        "weak_otherwise",
        "tools.t.cases[2]",
        "a call that leaves out or mistypes `force` gets from `cases[0]` to this weaker",
      ],
    ],
  },
  {
    title: "a case after one that all of its calls meet",
    policy: tool({
      cases: [
        { when: { mode: ["plan", "explain"] }, scope: "read" },
        { when: { mode: "plan", force: true }, scope: "read" },
        { when: { mode: ["plan", "run"] }, scope: "read" },
      ],
      otherwise: "write",
    }),
    finds: [["unreachable_case", "tools.t.cases[1]", "each that meets it meets `cases[0]` before"]],
  },
  {
    title: "a case after several that together have its values",
    policy: tool({
      cases: [
        { when: { mode: "plan" }, scope: "read" },
        { when: { mode: "run" }, scope: "read" },
        { when: { mode: ["run", "plan"] }, scope: "read" },
      ],
      otherwise: "write",
    }),
    finds: [["unreachable_case", "tools.t.cases[2]", "each that meets it meets an earlier case"]],
  },
  {
    title: "strong and weak pairs of each operation, one finding for each weak branch",
    policy: {
      ...base,
      tools: {
        t: {
          cases: [
            { when: { mode: 1 }, scope: "write" },
            { when: { mode: 2 }, scope: "paid" },
          ],
          otherwise: "read",
        },
        "list_*": { cases: [{ when, scope: "write" }], otherwise: "read" },
      },
      endpoints: { "GET /a": { cases: [{ when, scope: "write" }], otherwise: "read" } },
    },
    finds: [
      ...weak,
      ["weak_otherwise", 'tools["list_*"].otherwise', WEAK],
      ["weak_otherwise", 'endpoints["GET /a"].otherwise', WEAK],
    ],
  },
];

describe("a mistake in the cases of an operation", () => {
  it.each(titled([...SHAPES, ...STRENGTHS]))("is found: %s", (_, { policy, finds }) => {
    const found = findingsOf(policyWith(policy)).map((finding) => asFound(finding, finds));
    expect(sorted(found)).toEqual(sorted(finds));
  });
});

/** Cases that are accepted. */
const ACCEPTED: readonly (readonly [title: string, entry: object])[] = [
  [
    "a weaker case for another value, which no call with fewer arguments gets to",
    {
      cases: [
        { when: { mode: "plan", force: true }, scope: "write" },
        { when: { mode: "run" }, scope: "read" },
      ],
      otherwise: "write",
    },
  ],
  [
    "two arguments, not all values of which were met before",
    {
      cases: [
        { when: { mode: "plan", force: true }, scope: "read" },
        { when: { mode: ["plan", "run"], force: true }, scope: "read" },
        { when: { mode: "plan", force: false }, scope: "read" },
      ],
      otherwise: "write",
    },
  ],
  [
    "values that two earlier cases take together, if the search for another one takes more than 10,000 steps",
    {
      cases: [
        { when: { limit: listOf(3_334, (at) => at) }, scope: "read" },
        { when: { limit: listOf(3_334, (at) => 3_334 + at) }, scope: "read" },
        { when: { limit: listOf(6_668, (at) => at) }, scope: "read" },
      ],
      otherwise: "write",
    },
  ],
  [
    "a text whose digits are no number that JSON readers round",
    { cases: [{ when: { limit: "9007199254740993" }, scope: "read" }], otherwise: "write" },
  ],
  ["the same scope", { cases: [{ when, scope: "write" }], otherwise: "write" }],
  [
    "a scope that implies that of the case",
    { cases: [{ when, scope: "read" }], otherwise: "write" },
  ],
  [
    "a template that implies that of the case, for the same parameter",
    {
      cases: [{ when, scope: "/a/{id}/read", params: { id: "account" } }],
      otherwise: { scope: "/a/{id}/write", params: { id: "account" } },
    },
  ],
  [
    "a weaker case for values that an earlier one takes together",
    {
      cases: [
        { when: { mode: "a", kind: "x" }, scope: "write" },
        { when: { mode: ["a", "b"], kind: ["x", "y"] }, scope: "read" },
      ],
      otherwise: "write",
    },
  ],
  ["more scopes", { cases: [{ when, scope: "paid" }], otherwise: { allOf: ["paid", "write"] } }],
  [
    "one of the ways of the case",
    { cases: [{ when, anyOf: ["paid", "read"] }], otherwise: "write" },
  ],
  [
    "a higher tier",
    {
      cases: [{ when, scope: "read", tier: "free" }],
      otherwise: { scope: "read", tier: "pro" },
    },
  ],
  [
    "the tier of the scope itself",
    { cases: [{ when, scope: "paid" }], otherwise: { scope: "paid", tier: "free" } },
  ],
  [
    "fewer account types",
    {
      cases: [{ when, scope: "read", accountTypes: ["mentor", "studio"] }],
      otherwise: { scope: "read", accountTypes: ["mentor"] },
    },
  ],
  [
    "account types that the ways of the case have together",
    {
      cases: [
        {
          when,
          anyOf: [
            { scope: "read", accountTypes: ["mentor"] },
            { scope: "write", accountTypes: ["studio"] },
          ],
        },
      ],
      otherwise: { scope: "write", accountTypes: ["mentor", "studio"] },
    },
  ],
  ["a denial", { cases: [{ when, scope: "write" }], otherwise: { deny: "Choose a mode." } }],
  [
    "denials alone",
    { cases: [{ when, deny: "Not here." }], otherwise: { deny: "Choose a mode." } },
  ],
  [
    "`weakOtherwise: true`",
    { cases: [{ when, scope: "write" }], otherwise: "read", weakOtherwise: true },
  ],
  [
    "`weakOtherwise: true` for a pair of cases",
    {
      cases: [
        { when: { mode: "move", force: true }, scope: "write" },
        { when: { mode: "move" }, scope: "read" },
      ],
      otherwise: "write",
      weakOtherwise: true,
    },
  ],
  [
    "a needless `weakOtherwise: true`",
    { cases: [{ when, scope: "read" }], otherwise: "write", weakOtherwise: true },
  ],
  [
    "cases with other values of one argument, whose scopes are unrelated",
    {
      cases: [
        { when: { mode: "plan" }, scope: "read" },
        { when: { mode: ["run", 1, null] }, scope: "paid" },
        { when: { mode: "drop" }, deny: "Never." },
      ],
      otherwise: { deny: "Choose a mode." },
    },
  ],
  [
    "a weaker case first, so that no call gets to it by leaving out an argument",
    {
      cases: [
        { when: { dryRun: true }, scope: "read" },
        { when: { mode: "run" }, scope: "write" },
      ],
      otherwise: "write",
    },
  ],
  [
    "a pair that an earlier case keeps apart",
    {
      cases: [
        { when: { mode: "move" }, scope: "write" },
        { when: { force: true }, scope: "write" },
        { when: { mode: ["move", "copy"] }, scope: "write" },
      ],
      otherwise: "write",
    },
  ],
  [
    "texts, and a hidden operation",
    { cases: [{ when, scope: "read" }], otherwise: "write", title: "T", hidden: true },
  ],
  [
    "64 cases",
    {
      cases: listOf(64, (index) => ({ when: { mode: index }, scope: "read" })),
      otherwise: "write",
    },
  ],
];

describe("the cases of an operation", () => {
  it.each(ACCEPTED)("can have: %s", (_, entry) => {
    expect(findingsOf(policyWith(tool(entry)))).toEqual([]);
  });

  it("can name 1,024 scopes in their branches", () => {
    const scopes = Object.fromEntries(listOf(512, (index) => [`s${index}`, {}]));
    const allOf = Object.keys(scopes);
    const entry = { cases: [{ when, allOf }], otherwise: { allOf } };
    expect(findingsOf(policyWith({ scopes, tools: { t: entry } }))).toEqual([]);
  });

  it("take no long time, however many values they list", () => {
    const lists = [
      listOf(90_000, (index) => index),
      listOf(90_000, (index) => String(index)),
    ] as const;
    const cases = lists.map((limit) => ({ when: { limit }, scope: "read" }));
    const from = performance.now();
    expect(findingsOf(policyWith(tool({ cases, otherwise: "write" })))).toEqual([]);
    expect(performance.now() - from).toBeLessThan(10_000);
  });

  it("of a pattern that denies in one of them deny no exact entry", () => {
    const cases = [{ when, scope: "read" }];
    const tools = { "delete_*": { cases, otherwise: { deny: "no" } }, delete_draft: "read" };
    const policy = loadPolicy(policyWith({ ...base, tools }));
    const codeOf = (name: string, params?: object) =>
      policy.decideUntrusted({ scope: "read" }, name, params).code;
    expect(codeOf("delete_draft")).toBe("allowed");
    expect(codeOf("delete_all")).toBe("denied");
    expect(codeOf("delete_all", when)).toBe("allowed");
  });
});
