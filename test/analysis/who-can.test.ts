import { loadPolicy } from "scope-policy";
import { whoCan } from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";

const NOW = 1_700_000_000;

const policy = loadPolicy(
  {
    name: "School",
    version: "1",
    tiers: ["free", "pro", "max"],
    accountTypes: ["mentor", "studio", "pupil"],
    entitlements: ["beta"],
    boundaries: { project: { claim: "projects" }, region: { claim: "regions" } },
    scopes: {
      "courses:read": {},
      "courses:write": { implies: ["courses:read"], tier: "pro" },
      "admin:all": { reserved: true },
      "approved:read": { restricted: true },
      "/accounts/{accountID}/": {},
    },
    tools: {
      list_courses: { anyOf: ["courses:read", "courses:write"] },
      edit_course: {
        scope: "courses:write",
        entitlement: "beta",
        accountTypes: ["mentor", "studio"],
      },
      edit_all: { anyOf: ["admin:all", "approved:read"] },
      move: {
        allOf: ["/accounts/{accountID}/"],
        params: { accountID: "from" },
        within: { project: "projectID" },
      },
      pay: { scope: "courses:read", acr: ["mfa", "otp"], maxAge: 300 },
      run: {
        cases: [{ when: { mode: ["explain", "plan"] }, scope: "courses:read" }],
        otherwise: "courses:write",
      },
      read_any: {
        anyOf: [
          { allOf: ["courses:read", "courses:write"] },
          "courses:write",
          { scope: "courses:read", entitlement: "beta", accountTypes: ["mentor"] },
          { scope: "courses:read", entitlement: "beta", accountTypes: ["mentor", "studio"] },
          { scope: "courses:read", accountTypes: ["studio"], tier: "max" },
          { allOf: ["courses:read", "admin:all"] },
          "admin:all",
        ],
      },
      meet: {
        allOf: [
          { scope: "courses:read", accountTypes: ["mentor"] },
          { scope: "courses:read", accountTypes: ["pupil"] },
        ],
      },
      run_account: {
        cases: [{ when: { accountID: "main" }, scope: "/accounts/{accountID}/" }],
        otherwise: { allOf: ["/accounts/{accountID}/", "courses:write"] },
      },
      lower: { anyOf: [{ scope: "courses:read", tier: "max" }, "courses:write"] },
      ping: { public: true },
      drop: { deny: "never" },
      "get_*": "courses:read",
      "go_*": { scope: "courses:read", acr: "mfa" },
      "*_far": { scope: "courses:read", acr: "otp" },
      "*_course": { scope: "courses:write", tier: "max" },
    },
  },
  { now: () => NOW },
);

const rows = [
  {
    title: "lists an alternative that another one implies once, under the narrower scope",
    operation: "list_courses",
    alternatives: ["courses:read"],
    conditions: [{}],
    witness: { scope: "courses:read" },
  },
  {
    title: "names the tier of a scope, the entitlement and the account types",
    operation: "edit_course",
    alternatives: ["courses:write"],
    conditions: [{ tier: "pro", accountTypes: [["mentor", "studio"]], entitlements: ["beta"] }],
    witness: {
      scope: "courses:write",
      tier: "pro",
      account_type: "mentor",
      entitlements: ["beta"],
    },
  },
  {
    title: "names who can have a reserved and a restricted scope",
    operation: "edit_all",
    alternatives: ["admin:all", "approved:read"],
    conditions: [{ firstParty: true }, { approved: true }],
    witness: { scope: "admin:all", first_party: true },
  },
  {
    title: "fills a template with the name of the parameter, and names the boundary",
    operation: "move",
    alternatives: ["/accounts/{from}/"],
    conditions: [{ within: [{ boundary: "project", param: "projectID" }] }],
    witness: { scope: "/accounts/aaaaaa/", boundaries: { project: ["aaaaab"] } },
    params: { from: "aaaaaa", projectID: "aaaaab" },
  },
  {
    title: "names the authentication",
    operation: "pay",
    alternatives: ["courses:read"],
    conditions: [{ acr: ["mfa", "otp"], maxAge: 300 }],
    witness: { scope: "courses:read", acr: "mfa", auth_time: NOW },
  },
  {
    title: "lists the alternatives of each branch with arguments that choose it, `otherwise` first",
    operation: "run",
    alternatives: ["courses:write", "courses:read"],
    conditions: [{ arguments: {}, tier: "pro" }, { arguments: { mode: "explain" } }],
    witness: { scope: "courses:write", tier: "pro" },
  },
  {
    title: "leaves out an alternative that needs all that another one needs, or the same",
    operation: "read_any",
    alternatives: ["courses:write", "courses:read", "courses:read", "admin:all"],
    conditions: [
      { tier: "pro" },
      { entitlements: ["beta"], accountTypes: [["mentor", "studio"]] },
      { tier: "max", accountTypes: [["studio"]] },
      { firstParty: true },
    ],
    witness: { scope: "courses:write", tier: "pro" },
  },
  {
    title: "lists a broader scope that needs a lower tier",
    operation: "lower",
    alternatives: ["courses:read", "courses:write"],
    conditions: [{ tier: "max" }, { tier: "pro" }],
    witness: { scope: "courses:read", tier: "max" },
  },
  {
    title: "lists each list of account types of which the account must have one",
    operation: "meet",
    alternatives: ["courses:read"],
    conditions: [{ accountTypes: [["mentor"], ["pupil"]] }],
    witness: { scope: "courses:read", account_type: ["mentor", "pupil"] },
  },
  {
    title: "fills a template with the value that chooses the branch",
    operation: "run_account",
    alternatives: ["courses:write /accounts/{accountID}/", "/accounts/main/"],
    conditions: [{ arguments: {}, tier: "pro" }, { arguments: { accountID: "main" } }],
    witness: { scope: "courses:write /accounts/aaaaaa/", tier: "pro" },
    params: { accountID: "aaaaaa" },
  },
  {
    title: "needs nothing for a public operation",
    operation: "ping",
    alternatives: [""],
    conditions: [{ anonymous: true }],
    witness: { scope: "" },
  },
  {
    title: "joins the patterns that match a name",
    operation: "get_course",
    alternatives: ["courses:write"],
    conditions: [{ tier: "max" }],
    witness: { scope: "courses:write", tier: "max" },
  },
  {
    title:
      "has no alternative if the patterns that match a name accept no common authentication class",
    operation: "go_far",
    alternatives: [],
    conditions: [],
    witness: undefined,
  },
  {
    title: "has no alternative and no witness for a denied operation",
    operation: "drop",
    alternatives: [],
    conditions: [],
    witness: undefined,
  },
];

describe("whoCan", () => {
  it.each(titled(rows))("%s", (_, row) => {
    const { title, operation } = row;
    const { params, exact, ...result } = whoCan(policy, operation);
    expect(exact).toBe(true);
    const isCalledWith = Object.keys(params).length > 0;
    expect({ title, operation, ...result, ...(isCalledWith && { params }) }).toStrictEqual(row);
    expect(policy.decide(result.witness, operation, params).allowed).toBe(
      result.witness !== undefined,
    );
  });

  it("chooses values that are not in the policy", () => {
    const named = loadPolicy({
      name: "aaaaaa",
      version: "1",
      scopes: { "/accounts/{accountID}/": {} },
      tools: { account: "/accounts/{accountID}/" },
    });
    expect(whoCan(named, "account").params).toEqual({ accountID: "aaaaab" });
  });

  it("chooses values that every placeholder accepts", () => {
    const ending = loadPolicy({
      name: "School",
      version: "1",
      scopes: { "ends:{id}a": {}, "/accounts/{accountID}/": {} },
      tools: { end: "ends:{id}a" },
    });
    const { witness, params } = whoCan(ending, "end");
    expect([params, witness]).toEqual([{ id: "bbbbbb" }, { scope: "ends:bbbbbba" }]);
  });

  it("MAX_COMPARED_WAYS: compares at most 1,024 ways, and is not exact beyond", () => {
    const foundWith = (last: number) => {
      const namesOf = (count: number, rule: string) =>
        Array.from({ length: count }, (_, at) => `${rule}_${at}:read`);
      const [first, second] = [namesOf(32, "one"), namesOf(last, "other")] as const;
      const scopes = Object.fromEntries([...first, ...second].map((name) => [name, {}]));
      const tools = { "get_*": { anyOf: first }, "*_all": { anyOf: second } };
      const many = loadPolicy({ name: "P", version: "1", scopes, tools });
      const { alternatives, exact, witness } = whoCan(many, "get_all");
      expect(many.decide(witness, "get_all").allowed).toBe(true);
      return [alternatives.length, exact];
    };
    expect(foundWith(32)).toEqual([1_024, true]);
    expect(foundWith(33)).toEqual([1_024, false]);
  });
});
