import { loadPolicy } from "scope-policy";
import { equivalent } from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";

const NOW = 1_700_000_000;

const policy = loadPolicy(
  {
    name: "School",
    version: "1",
    tiers: ["free", "pro"],
    accountTypes: ["mentor", "studio"],
    entitlements: ["beta"],
    boundaries: {
      project: { claim: "projects" },
      region: { claim: "regions", absent: "dangerouslyAll" },
    },
    scopes: {
      "courses:read": {},
      "courses:write": { implies: ["courses:read"] },
      "admin:all": { reserved: true },
      "/accounts/{accountID}/": {},
      "/accounts/{accountID}/profile": {},
      "docs.{accountID}.read": {},
    },
    tools: {
      list: "courses:read",
      list_any: { anyOf: ["courses:read", "courses:write"] },
      list_both: { allOf: ["courses:read", "courses:write"] },
      write: "courses:write",
      ping: { public: true },
      pong: { public: true },
      drop: { deny: "never" },
      wipe: { deny: "not ever" },
      pro: { scope: "courses:read", tier: "pro" },
      beta: { scope: "courses:read", entitlement: "beta" },
      mentor: { scope: "courses:read", accountTypes: ["mentor"] },
      mentor_or_studio: { scope: "courses:read", accountTypes: ["studio", "mentor"] },
      admin: "admin:all",
      account: "/accounts/{accountID}/",
      account_again: { anyOf: ["/accounts/{accountID}/"] },
      partner: { scope: "/accounts/{accountID}/", params: { accountID: "partnerID" } },
      profile: "/accounts/{accountID}/profile",
      account_or_doc: {
        anyOf: ["courses:read", { allOf: ["courses:read", "docs.{accountID}.read"] }],
      },
      account_or_file: {
        anyOf: ["courses:read", { allOf: ["courses:read", "/accounts/{accountID}/profile"] }],
      },
      mfa: { scope: "courses:read", acr: "mfa" },
      mfa_or_otp: { scope: "courses:read", acr: ["mfa", "otp"] },
      fresh: { scope: "courses:read", maxAge: 60 },
      recent: { scope: "courses:read", maxAge: 300 },
      in_project: { scope: "courses:read", within: { project: "id" } },
      in_project_again: { anyOf: ["courses:read"], within: { project: "id" } },
      doc_in_project: {
        anyOf: ["courses:read", { allOf: ["courses:read", "docs.{accountID}.read"] }],
        params: { accountID: "id" },
        within: { project: "id" },
      },
      account_in_project: { scope: "/accounts/{accountID}/", within: { project: "id" } },
      account_in_project_again: {
        anyOf: ["/accounts/{accountID}/"],
        within: { project: "id" },
      },
      in_region: { scope: "courses:read", within: { region: "id" } },
      detail: { scope: "courses:read", enrichedBy: ["courses:write"] },
      run: {
        cases: [{ when: { mode: "plan" }, scope: "courses:read" }],
        otherwise: "courses:write",
      },
      run_again: {
        cases: [{ when: { mode: ["plan"] }, scope: "courses:read" }],
        otherwise: "courses:write",
      },
      run_two: {
        cases: [
          { when: { mode: "plan" }, scope: "courses:read" },
          { when: { mode: "dry" }, scope: "courses:write" },
        ],
        otherwise: "courses:write",
      },
      "get_*": "courses:read",
      "*_secret": { scope: "courses:read", tier: "pro" },
    },
  },
  { now: () => NOW },
);

const SAME = [
  ["an operation and itself", "list", "list"],
  ["an alternative that another one implies", "list", "list_any"],
  ["a scope with what it implies", "write", "list_both"],
  ["two public operations", "ping", "pong"],
  ["two denied operations", "drop", "wipe"],
  ["account types in another order", "mentor_or_studio", "mentor_or_studio"],
  ["templates with the same parameter", "account", "account_again"],
  ["a value within the same boundary", "in_project", "in_project_again"],
  [
    "a value of a scope and another one within a boundary",
    "account_in_project",
    "account_in_project_again",
  ],
  ["additional detail that only one of them has", "list", "detail"],
  ["cases with the same branches", "run", "run_again"],
  ["two names that the same pattern matches", "get_one", "get_other"],
  ["a name that two patterns match and the stricter of them", "get_secret", "pro"],
] as const;

const read = { scope: "courses:read" };
const DIFFERENT = [
  {
    title: "the first of two cases of one argument opens more",
    pair: ["run_two", "write"],
    result: { witness: read, params: { mode: "plan" }, a: "allowed", b: "insufficient_scope" },
  },
  {
    title: "one needs a broader scope",
    pair: ["list", "write"],
    result: { witness: read, params: {}, a: "allowed", b: "insufficient_scope" },
  },
  {
    title: "the second is wider",
    pair: ["write", "list"],
    result: { witness: read, params: {}, a: "insufficient_scope", b: "allowed" },
  },
  {
    title: "one is public",
    pair: ["list", "ping"],
    result: { witness: { scope: "" }, params: {}, a: "insufficient_scope", b: "allowed" },
  },
  {
    title: "one is denied",
    pair: ["list", "drop"],
    result: { witness: read, params: {}, a: "allowed", b: "denied" },
  },
  {
    title: "one needs a tier",
    pair: ["list", "pro"],
    result: { witness: read, params: {}, a: "allowed", b: "upgrade_required" },
  },
  {
    title: "one needs an entitlement",
    pair: ["beta", "list"],
    result: { witness: read, params: {}, a: "upgrade_required", b: "allowed" },
  },
  {
    title: "one accepts another account type",
    pair: ["mentor", "mentor_or_studio"],
    result: {
      witness: { ...read, account_type: "studio" },
      params: {},
      a: "account_type_required",
      b: "allowed",
    },
  },
  {
    title: "a reserved scope opens one",
    pair: ["admin", "list"],
    result: {
      witness: { scope: "admin:all", first_party: true },
      params: {},
      a: "allowed",
      b: "insufficient_scope",
    },
  },
  {
    title: "the value is that of another parameter",
    pair: ["account", "partner"],
    result: {
      witness: { scope: "/accounts/aaaaaa/" },
      params: { accountID: "aaaaaa", partnerID: "aaaaab" },
      a: "allowed",
      b: "binding_mismatch",
    },
  },
  {
    title: "only one accepts a value",
    pair: ["account_or_doc", "account_or_file"],
    result: { witness: read, params: { accountID: "a.a" }, a: "invalid_params", b: "allowed" },
  },
  {
    title: "one accepts another authentication class",
    pair: ["mfa", "mfa_or_otp"],
    result: {
      witness: { ...read, acr: "otp" },
      params: {},
      a: "insufficient_user_authentication",
      b: "allowed",
    },
  },
  {
    title: "one accepts an older authentication",
    pair: ["fresh", "recent"],
    result: {
      witness: { ...read, auth_time: NOW - 180 },
      params: {},
      a: "insufficient_user_authentication",
      b: "allowed",
    },
  },
  {
    title: "one has a value within a boundary",
    pair: ["in_project", "list"],
    result: { witness: read, params: { id: "aaaaaa" }, a: "binding_mismatch", b: "allowed" },
  },
  {
    title: "the boundaries are different",
    pair: ["in_project", "in_region"],
    result: {
      witness: { ...read, boundaries: { project: ["aaaaaa"], region: [] } },
      params: { id: "aaaaaa" },
      a: "allowed",
      b: "binding_mismatch",
    },
  },
  {
    title: "only one accepts a value within the boundary of both",
    pair: ["doc_in_project", "in_project"],
    result: {
      witness: { ...read, boundaries: { project: ["a.a"], region: [] } },
      params: { id: "a.a" },
      a: "invalid_params",
      b: "allowed",
    },
  },
  {
    title: "one branch is different",
    pair: ["run", "list"],
    result: { witness: read, params: {}, a: "insufficient_scope", b: "allowed" },
  },
  {
    title: "another pattern matches one of the names",
    pair: ["get_one", "get_secret"],
    result: { witness: read, params: {}, a: "allowed", b: "upgrade_required" },
  },
] as const;

/** Removes the empty list of the open boundary, which every witness has. */
const withoutOpen = <Witness extends { readonly boundaries?: object }>(witness: Witness) => {
  const { boundaries = {}, ...rest } = witness;
  return Object.keys(boundaries).length > 1 ? witness : rest;
};

describe("equivalent", () => {
  it.each(SAME)("is true for %s", (_, a, b) => {
    expect(equivalent(policy, a, b)).toBe(true);
    expect(equivalent(policy, b, a)).toBe(true);
  });

  it.each(titled(DIFFERENT))("returns a witness if %s", (_, { pair: [a, b], result }) => {
    const found = equivalent(policy, a, b);
    if (found === true || !found.exact) throw new Error("no witness");
    const shown = { ...found, witness: withoutOpen(found.witness) };
    expect(shown).toEqual({ exact: true, ...result });
    expect(policy.decide(found.witness, a, found.params).code).toBe(found.a);
    expect(policy.decide(found.witness, b, found.params).code).toBe(found.b);
  });

  it("throws for a name that the policy does not declare, with a suggestion", () => {
    expect(() => equivalent(policy, "list", "lisst")).toThrow(
      /no operation `lisst`; did you mean `list`/,
    );
  });

  it("MAX_COMPARED_TOKENS: compares at most 10,000 calls and tokens, and proves nothing beyond", () => {
    const resultWith = (last: number) => {
      const namesOf = (count: number, rule: string) =>
        Array.from({ length: count }, (_, at) => `${rule}_${at}:read`);
      const [first, second] = [namesOf(50, "one"), namesOf(last, "other")] as const;
      const many = loadPolicy({
        name: "P",
        version: "1",
        entitlements: ["beta"],
        scopes: Object.fromEntries([...first, ...second].map((name) => [name, {}])),
        tools: {
          "get_*": { anyOf: first },
          // an alternative without effect
          "see_*": { anyOf: [...first, { scope: "one_0:read", entitlement: "beta" }] },
          "*_all": { anyOf: second },
          none_all: { deny: "never" },
        },
      });
      const witness = { scope: "one_0:read other_0:read" };
      expect(equivalent(many, "get_all", "none_all")).toMatchObject({ exact: true, witness });
      return equivalent(many, "get_all", "see_all");
    };
    // one call, 50 * 99 tokens of one name and 51 * 99 of the other
    expect(resultWith(99)).toBe(true);
    expect(resultWith(100)).toEqual({ exact: false });
  });

  it("MAX_COMPARED_TOKENS: counts calls for which no token is compared", () => {
    const resultWith = (count: number) => {
      const values = Array.from({ length: count }, (_, at) => `v${at}`);
      const run = {
        cases: [{ when: { mode: values, kind: values }, scope: "/runs/{id}/" }],
        otherwise: "/runs/{id}/write",
      };
      const scopes = { "/runs/{id}/": {}, "/runs/{id}/write": { implies: ["/runs/{id}/"] } };
      const many = loadPolicy({ name: "P", version: "1", scopes, tools: { "run_*": run } });
      return equivalent(many, "run_a", "run_b");
    };
    // each argument can also be left out, and every call has one value of the parameter
    expect(resultWith(99)).toBe(true);
    expect(resultWith(100)).toEqual({ exact: false });
  });
});
