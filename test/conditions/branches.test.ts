// Conditions in the branches of operations with cases: a case and `otherwise` are requirements, and only the branch of a call decides.

import { createAuthorizer, loadPolicy } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { describe, expect, it } from "vitest";
import type { FindingCase } from "../cases/finding-case.js";
import { asFound, findingsOf, policyWith, sorted } from "../policy/findings-of.js";
import { titled } from "../titled.js";

const NOW = 1_000_000;

const BASE = {
  name: "Fleet",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["mentor", "studio"],
  entitlements: ["fleet", "beta"],
  scopes: { read: {}, write: { implies: ["read"] }, detail: {}, phone: {}, "cars:{id}": {} },
};

const policy = loadPolicy(
  {
    ...BASE,
    tools: {
      move: {
        cases: [
          { when: { mode: "plan" }, scope: "read", tier: "pro", entitlement: "fleet" },
          { when: { mode: "both" }, allOf: [TYPE("mentor"), TYPE("studio")] },
          { when: { mode: "pay" }, scope: "write", acr: ["mfa", "phr"], maxAge: 300 },
          { when: { mode: "look" }, scope: "read", enrichedBy: ["detail", "phone"] },
        ],
        otherwise: { scope: "write", entitlement: "beta", acr: "phr" },
        weakOtherwise: true,
      },
      shared: {
        cases: [
          { when: { mode: "a" }, scope: "read" },
          { when: { mode: "b" }, scope: "read", acr: "phr", maxAge: 60, enrichedBy: "phone" },
          { when: { mode: "c" }, deny: "not this one" },
        ],
        otherwise: "write",
        acr: "mfa",
        maxAge: 300,
        enrichedBy: "detail",
        weakOtherwise: true,
      },
      secret: {
        cases: [{ when: { mode: "a" }, scope: "read" }],
        otherwise: "write",
        internal: true,
      },
      listed: {
        cases: [{ when: { mode: "a" }, scope: "cars:{id}", acr: "mfa" }],
        otherwise: { scope: "write", acr: "mfa" },
        weakOtherwise: true,
      },
    },
    endpoints: {
      "POST /moves/{mode}": {
        cases: [{ when: { mode: "pay" }, scope: "write", maxAge: 300 }],
        otherwise: { scope: "write", maxAge: 60 },
      },
    },
  },
  { now: () => NOW },
);

function TYPE(type: string) {
  return { scope: "read", accountTypes: [type] };
}

const RECENT = { acr: "mfa", auth_time: NOW - 30 };

const ROWS: readonly (readonly [
  title: string,
  tool: string,
  mode: string | undefined,
  token: object,
  decision: object,
])[] = [
  [
    "the tier of the case before its entitlement",
    "move",
    "plan",
    { scope: "read", tier: "free" },
    { code: "upgrade_required", tier: "pro" },
  ],
  [
    "the entitlement of the case",
    "move",
    "plan",
    { scope: "read", tier: "pro", entitlements: ["beta"] },
    { code: "upgrade_required", entitlement: "fleet" },
  ],
  [
    "a case whose conditions are met",
    "move",
    "plan",
    { scope: "read", tier: "pro", entitlements: ["fleet"] },
    { code: "allowed", scopes: ["read"] },
  ],
  [
    "an account of several types",
    "move",
    "both",
    { scope: "read", account_type: ["mentor", "studio"] },
    { code: "allowed" },
  ],
  [
    "an account of one of two types",
    "move",
    "both",
    { scope: "read", account_type: "mentor" },
    { code: "account_type_required" },
  ],
  [
    "the authentication of the case",
    "move",
    "pay",
    { scope: "write", acr: "pwd", auth_time: NOW - 30 },
    { code: "insufficient_user_authentication", acr: ["mfa", "phr"], maxAge: 300 },
  ],
  [
    "the scope of the case before its authentication",
    "move",
    "pay",
    { scope: "read" },
    { code: "insufficient_scope", missing: ["write"] },
  ],
  ["a recent authentication", "move", "pay", { scope: "write", ...RECENT }, { code: "allowed" }],
  [
    "the enrichments of the case",
    "move",
    "look",
    { scope: "read phone" },
    { code: "allowed", enriched: true, enrichments: ["phone"] },
  ],
  [
    "no enrichment of another case",
    "move",
    "plan",
    { scope: "read phone", tier: "pro", entitlements: ["fleet"] },
    { code: "allowed", enriched: false, enrichments: [] },
  ],
  [
    "the entitlement of `otherwise`",
    "move",
    undefined,
    { scope: "write", ...RECENT },
    { code: "upgrade_required", entitlement: "beta" },
  ],
  [
    "the authentication of `otherwise`",
    "move",
    undefined,
    { scope: "write", entitlements: ["beta"], ...RECENT },
    { code: "insufficient_user_authentication", acr: ["phr"] },
  ],
  [
    "the authentication of the operation in a case without one",
    "shared",
    "a",
    { scope: "read", acr: "pwd" },
    { code: "insufficient_user_authentication", acr: ["mfa"], maxAge: 300 },
  ],
  [
    "the authentication of a case in the place of that of the operation",
    "shared",
    "b",
    { scope: "read", ...RECENT },
    { code: "insufficient_user_authentication", acr: ["phr"], maxAge: 60 },
  ],
  [
    "a denial without any authentication",
    "shared",
    "c",
    { scope: "read" },
    { code: "denied", reason: "not this one" },
  ],
  [
    "the enrichment of the operation in `otherwise`",
    "shared",
    undefined,
    { scope: "write detail phone", ...RECENT },
    { code: "allowed", enriched: true, enrichments: ["detail"] },
  ],
  [
    "the enrichment of a case in the place of that of the operation",
    "shared",
    "b",
    { scope: "write detail phone", acr: "phr", auth_time: NOW - 30 },
    { code: "allowed", enriched: true, enrichments: ["phone"] },
  ],
  ["an internal operation", "secret", "a", { scope: "read" }, { code: "unknown_operation" }],
];

describe("a branch decides by", () => {
  it.each(ROWS)("%s", (_, tool, mode, token, decision) => {
    const params = mode === undefined ? {} : { mode };
    expect(policy.decideUntrusted(token as never, tool, params)).toMatchObject(decision);
  });

  it("the conditions of an endpoint's branch", () => {
    const decide = (path: string) =>
      policy.decideRequest({ scope: "write", auth_time: NOW - 100 }, { method: "POST", path });
    expect(decide("/moves/pay")).toMatchObject({ code: "allowed" });
    expect(decide("/moves/plan")).toMatchObject({
      code: "insufficient_user_authentication",
      maxAge: 60,
    });
  });
});

describe("the list of tools", () => {
  it("shows the authentication of `otherwise`, unless a branch is allowed", () => {
    const codeOf = (token: object) =>
      policy.toolsFor(token as never).find(({ name }) => name === "listed")?.decision.code;
    expect(codeOf({ scope: "write" })).toBe("insufficient_user_authentication");
    expect(codeOf({ scope: "cars:a", acr: "mfa" })).toBe("allowed");
    expect(codeOf({ scope: "cars:a" })).toBe("insufficient_scope");
  });
});

describe("the gates", () => {
  const events: AuditEvent[] = [];
  const admit = (mode: string) =>
    createAuthorizer({
      policy,
      verify: () => ({ scope: "read write", sub: "u" }),
      trustClaims: [],
      audit: (event) => {
        events.push(event);
      },
    }).admit({ authorization: "Bearer x", operation: "move", params: { mode } });

  it("send the challenge of the branch, and audit its requirement", async () => {
    const admission = await admit("pay");
    expect(admission).toMatchObject({ kind: "refused", answer: { status: 401 } });
    expect(JSON.stringify(admission)).toContain('acr_values=\\"mfa phr\\"');
    expect(events.at(-1)).toMatchObject({
      requirement: {
        rules: [{ anyOf: [{ scopes: ["write"] }], acr: ["mfa", "phr"], maxAge: 300 }],
      },
    });
    await admit("plan");
    expect(events.at(-1)).toMatchObject({
      decision: { code: "upgrade_required", tier: "pro" },
      requirement: {
        rules: [{ anyOf: [{ scopes: ["read"], tier: "pro", entitlements: ["fleet"] }] }],
      },
    });
  });
});

const when = { mode: "plan" };
const tool = (entry: object): FindingCase["policy"] => ({
  ...BASE,
  scopes: { ...BASE.scopes, beta: { entitlement: "beta" } },
  tools: { t: entry },
});
const branches = (first: object | string, otherwise: unknown, more: object = {}) => {
  const own = typeof first === "string" ? { scope: first } : first;
  return tool({ cases: [{ when, ...own }], otherwise, ...more });
};
const WEAK = [["weak_otherwise", "tools.t.otherwise", "leaves out or mistypes `mode`"]] as const;

const FINDINGS: readonly FindingCase[] = [
  {
    title: "an `otherwise` without the entitlement of a case",
    policy: branches({ scope: "read", entitlement: "fleet" }, "write"),
    finds: WEAK,
  },
  {
    title: "an `otherwise` with another entitlement, and one with both",
    policy: branches(
      { scope: "read", entitlement: "fleet" },
      { scope: "write", entitlement: "beta" },
    ),
    finds: WEAK,
  },
  {
    title: "no weakness if the scope of `otherwise` brings the entitlement",
    policy: branches({ scope: "read", entitlement: "beta" }, { allOf: ["read", "beta"] }),
    finds: [],
  },
  {
    title: "an `otherwise` without the authentication of a case",
    policy: branches({ scope: "read", acr: "mfa" }, "read"),
    finds: WEAK,
  },
  {
    title: "an `otherwise` without the authentication of a case, which requires more scopes",
    policy: branches({ scope: "read", acr: "mfa" }, "write"),
    finds: WEAK,
  },
  {
    title: "an `otherwise` that accepts one class more",
    policy: branches({ scope: "read", acr: "mfa" }, { scope: "read", acr: ["mfa", "phr"] }),
    finds: WEAK,
  },
  {
    title: "an `otherwise` that accepts an older authentication",
    policy: branches({ scope: "read", maxAge: 60 }, { scope: "read", maxAge: 61 }),
    finds: WEAK,
  },
  {
    title: "an `otherwise` that accepts an authentication of any time",
    policy: branches({ scope: "read", maxAge: 60 }, { scope: "read", acr: "mfa" }),
    finds: WEAK,
  },
  {
    title: "no weakness in an authentication that the case does not require",
    policy: branches("read", { scope: "read", acr: "mfa", maxAge: 1 }),
    finds: [],
  },
  {
    title: "no weakness in an `otherwise` with a stronger authentication",
    policy: branches(
      { scope: "read", acr: ["mfa", "phr"], maxAge: 60 },
      { scope: "read", acr: "phr", maxAge: 60 },
    ),
    finds: [],
  },
  {
    title: "no weakness if the authentication is that of the whole operation",
    policy: branches("read", "write", { acr: "mfa", maxAge: 300 }),
    finds: [],
  },
  {
    title: "no weakness in other enrichments",
    policy: branches({ scope: "read", enrichedBy: "detail" }, "write"),
    finds: [],
  },
  {
    title: "an account of two types, which meets `otherwise` and not the case",
    policy: branches(
      { allOf: [TYPE("mentor"), TYPE("studio")] },
      { scope: "read", accountTypes: ["mentor"] },
    ),
    finds: WEAK,
  },
  {
    title: "no weakness in an `otherwise` for accounts of both types",
    policy: branches(
      { scope: "read", accountTypes: ["mentor"] },
      { allOf: [TYPE("mentor"), TYPE("studio")] },
    ),
    finds: [],
  },
  {
    title: "an account of a type that two conditions of `otherwise` have in common",
    policy: branches(
      { scope: "read", accountTypes: ["studio"] },
      { allOf: [TYPE("mentor"), { scope: "read", accountTypes: ["mentor", "studio"] }] },
    ),
    finds: WEAK,
  },
  {
    title: "an entitlement of the whole operation",
    policy: branches("read", "write", { entitlement: "fleet" }),
    finds: [
      [
        "mixed_operation",
        "tools.t.entitlement",
        "`entitlement` and `cases` cannot be combined: write it in each case and in `otherwise`",
      ],
    ],
  },
  {
    title: "an authentication inside a requirement of a case, and beside `deny`",
    policy: tool({
      cases: [
        { when, anyOf: [{ scope: "read", acr: "mfa" }] },
        { when: { mode: "look" }, deny: "no", maxAge: 5 },
      ],
      otherwise: { deny: "no" },
    }),
    finds: [
      ["unknown_key", "tools.t.cases[0].anyOf[0].acr", "`acr`"],
      ["mixed_operation", "tools.t.cases[1].maxAge", "`maxAge` and `deny` cannot be combined"],
    ],
  },
  {
    title: "invalid values at their place, once",
    policy: tool({
      cases: [{ when, scope: "read", acr: "a b", enrichedBy: "cars:{id}" }],
      otherwise: { scope: "write", entitlement: "flee", maxAge: -1 },
      acr: "c d",
      weakOtherwise: true,
    }),
    finds: [
      ["acr_syntax", "tools.t.acr", "invalid `acr` value `c d`"],
      ["acr_syntax", "tools.t.cases[0].acr", "invalid `acr` value `a b`"],
      ["placeholder", "tools.t.cases[0].enrichedBy", "`cars:{id}` has a placeholder"],
      ["unknown_entitlement", "tools.t.otherwise.entitlement", "undeclared", "fleet"],
      ["max_age", "tools.t.otherwise.maxAge", "invalid `maxAge` -1"],
    ],
  },
];

describe("a policy with conditions in branches", () => {
  it.each(titled(FINDINGS))("has the findings of %s", (_, { policy: given, finds }) => {
    const found = findingsOf(policyWith(given)).map((finding) => asFound(finding, finds));
    expect(sorted(found)).toEqual(sorted(finds));
  });

  it("with more than MAX_ACCOUNTS sets of account types to compare counts as weak", () => {
    const many = Array.from({ length: 40 }, (_, at) => `t${at}`);
    const parts = [many.slice(0, 20), many.slice(20), many.slice(10, 30), many.slice(5, 25)];
    const strong = parts.map((accountTypes, at) => ({
      scope: at === 0 ? "read" : at === 1 ? "write" : at === 2 ? "detail" : "phone",
      accountTypes,
    }));
    const found = findingsOf({
      ...BASE,
      accountTypes: many,
      tools: {
        t: { cases: [{ when, allOf: strong }], otherwise: { allOf: strong.slice(0, 2) } },
        u: { cases: [{ when, allOf: strong.slice(0, 1) }], otherwise: { allOf: strong } },
      },
    });
    expect(found.map(({ code, path }) => [code, path])).toEqual([
      ["weak_otherwise", "tools.t.otherwise"],
      ["weak_otherwise", "tools.u.otherwise"],
    ]);
  });

  it("compares many conditions on the same account types as one", () => {
    const accountTypes = ["mentor", "studio"];
    const names = Array.from({ length: 11 }, (_, at) => `s${at}`);
    const tools = {
      t: {
        cases: [{ when, scope: "s0", accountTypes }],
        otherwise: { allOf: names.map((scope) => ({ scope, accountTypes })) },
      },
    };
    const scopes = Object.fromEntries(names.map((name) => [name, {}]));
    expect(findingsOf({ ...BASE, scopes, tools })).toEqual([]);
  });

  it("can have 1,024 sets of account types to compare, and a branch is never compared with itself", () => {
    const accountTypes = Array.from({ length: 65 }, (_, at) => `t${at}`);
    const first = { scope: "read", accountTypes: accountTypes.slice(0, 32) };
    const most = { allOf: [first, { scope: "read", accountTypes: accountTypes.slice(32, 64) }] };
    const more = { allOf: [first, { scope: "read", accountTypes: accountTypes.slice(32) }] };
    const found = findingsOf({
      ...BASE,
      accountTypes,
      tools: {
        t: { cases: [{ when, ...first }], otherwise: most },
        u: { cases: [{ when, ...first }], otherwise: more },
        v: { cases: [{ when: { mode: ["1", 1] }, ...more }], otherwise: { deny: "no" } },
      },
    });
    expect(found.map(({ code, path }) => [code, path])).toEqual([
      ["weak_otherwise", "tools.u.otherwise"],
    ]);
  });
});
