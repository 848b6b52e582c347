import { loadPolicy, PolicyError } from "scope-policy";
import { type ReachableOptions, reachable } from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";

const policy = loadPolicy({
  name: "School",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["mentor", "studio"],
  entitlements: ["beta"],
  boundaries: { project: { claim: "projects" } },
  scopes: {
    openid: { required: true },
    "courses:read": { default: "on" },
    "courses:write": { default: "off", tier: "pro" },
    "files:read": {},
    "admin:all": { reserved: true },
    "approved:read": { restricted: true },
    "/accounts/{accountID}/": {},
    "/partners/{partnerID}/": { replaces: ["/old/{partnerID}"] },
  },
  baseline: ["openid"],
  defaultScopes: ["files:read"],
  bundles: { "read-only": ["courses:read", "/accounts/{accountID}/", "admin:all"] },
  tools: {
    list_courses: "courses:read",
    edit_course: "courses:write",
    read_file: { scope: "files:read", entitlement: "beta", accountTypes: ["mentor"] },
    purge: { scope: "admin:all", hidden: true },
    approved: { scope: "approved:read", internal: true },
    account: "/accounts/{accountID}/",
    both: {
      allOf: ["/accounts/{accountID}/", "/partners/{partnerID}/"],
      params: { partnerID: "accountID" },
    },
    pay: { scope: "courses:read", acr: "mfa", maxAge: 60 },
    in_project: { scope: "courses:read", within: { project: "projectID" } },
    run: {
      cases: [{ when: { mode: "plan" }, scope: "courses:read", acr: "mfa" }],
      weakOtherwise: true,
      otherwise: "courses:write",
    },
    ping: { public: true },
    drop: { deny: "never" },
    "list_*": "courses:read",
  },
  endpoints: { "GET /partners/{partnerID}": "/partners/{partnerID}/" },
});

const READING = ["list_courses", "pay", "in_project", "run", "ping", "list_*"];
const PARTNER = "GET /partners/{partnerID}";

const rows: readonly {
  readonly title: string;
  readonly options: ReachableOptions;
  readonly open: readonly string[];
}[] = [
  {
    title: "a scope opens what requires it, whatever the boundary and the authentication",
    options: { scopes: "openid courses:read" },
    open: READING,
  },
  {
    title: "a scope alone opens nothing without the baseline",
    options: { scopes: "courses:read" },
    open: ["ping"],
  },
  { title: "the empty scope opens what is public", options: { scopes: "" }, open: ["ping"] },
  {
    title: "a bundle has the baseline and each value of its templates, and no reserved scope",
    options: { bundle: "read-only" },
    open: [...READING, "account"],
  },
  {
    title: "the defaults have the baseline, what is on by default and the default scopes",
    options: { defaults: true, entitlements: ["beta"], accountType: "mentor" },
    open: [...READING, "read_file"],
  },
  {
    title: "scopes, bundle and defaults count together",
    options: {
      scopes: ["files:read"],
      bundle: "read-only",
      defaults: true,
      tier: "pro",
      accountType: ["mentor"],
      entitlements: ["beta"],
    },
    open: [...READING, "account", "read_file"],
  },
  {
    title: "a name with placeholders stands for each value, under an older name too",
    options: { scopes: ["openid", "/accounts/<accountID>/", "/old/{partnerID}"] },
    open: ["account", "both", "ping", PARTNER],
  },
  {
    title: "a name with placeholders has the values of the other scopes",
    options: { scopes: "openid /accounts/a/ /partners/{partnerID}/" },
    open: ["account", "both", "ping", PARTNER],
  },
  {
    title: "values that do not agree open no operation that needs one value",
    options: { scopes: "openid /accounts/a/ /partners/b/" },
    open: ["account", "ping", PARTNER],
  },
  {
    title: "without options, every scope that a third party can have counts",
    options: {},
    open: [...READING, "account", "both", PARTNER],
  },
  {
    title: "`defaults: false` is the same as no option",
    options: { defaults: false, tier: "pro" },
    open: [...READING, "edit_course", "account", "both", PARTNER],
  },
];

const codesOf = (options?: ReachableOptions) =>
  new Map(reachable(policy, options).map(({ operation, decision }) => [operation, decision.code]));

describe("reachable", () => {
  it.each(titled(rows))("%s", (_, { options, open }) => {
    const allowed = [...codesOf(options)].flatMap(([name, code]) =>
      code === "allowed" ? [name] : [],
    );
    expect(new Set(allowed)).toEqual(new Set(open));
  });

  it("returns every operation in declared order, patterns last, with the code of a denial", () => {
    expect([...codesOf()]).toEqual([
      ["list_courses", "allowed"],
      ["edit_course", "upgrade_required"],
      ["read_file", "account_type_required"],
      ["purge", "reserved_scope"],
      ["approved", "reserved_scope"],
      ["account", "allowed"],
      ["both", "allowed"],
      ["pay", "allowed"],
      ["in_project", "allowed"],
      ["run", "allowed"],
      ["ping", "allowed"],
      ["drop", "denied"],
      [PARTNER, "allowed"],
      ["list_*", "allowed"],
    ]);
  });

  it("names the parameter whose values do not agree", () => {
    const decisions = reachable(policy, { scopes: "openid /accounts/a/ /partners/b/" });
    expect(decisions.find(({ operation }) => operation === "both")?.decision).toMatchObject({
      code: "binding_mismatch",
      param: "accountID",
    });
  });

  it("has the baseline and what is on by default in a policy without default scopes", () => {
    const plain = loadPolicy({
      name: "P",
      version: "1",
      scopes: { "a:read": { default: "on" }, "b:read": {} },
      tools: { read_a: "a:read", read_b: "b:read" },
    });
    const codes = reachable(plain, { defaults: true }).map(({ decision }) => decision.code);
    expect(codes).toEqual(["allowed", "insufficient_scope"]);
  });

  describe("of a pattern all of whose names another pattern matches", () => {
    const school = (tools: object) =>
      loadPolicy({
        name: "P",
        version: "1",
        scopes: { a: {}, b: {}, "/acc/{id}/": {}, "/org/{id}/": {} },
        tools,
      });
    const rows = [
      {
        title: "the other one denies",
        tools: { "get_*": "a", "*": { deny: "no" } },
        scopes: "a",
        codes: ["denied", "denied"],
      },
      {
        title: "the other one requires another scope",
        tools: { "get_*": "a", "*": "b" },
        scopes: "a",
        codes: ["insufficient_scope", "insufficient_scope"],
      },
      {
        title: "both are open",
        tools: { "get_*": { scope: "a", maxAge: 60 }, "*": { scope: "b", maxAge: 60 } },
        scopes: "a b",
        codes: ["allowed", "allowed"],
      },
      {
        title: "two other ones require more: the first one by name is the reason",
        tools: { "get_a*": "a", "get_*": "b", "*": { deny: "no" } },
        scopes: "a",
        codes: ["denied", "insufficient_scope", "denied"],
      },
      {
        title: "both need one value, and the client has two",
        tools: { "get_*": "/acc/{id}/", "*": "/org/{id}/" },
        scopes: "/acc/1/ /org/2/",
        codes: ["binding_mismatch", "allowed"],
      },
      {
        title: "both need one value that the client has",
        tools: { "get_*": "/acc/{id}/", "*": "/org/{id}/" },
        scopes: "/acc/1/ /org/1/",
        codes: ["allowed", "allowed"],
      },
      {
        title: "the open branch of one is a closed branch of the other",
        tools: {
          "get_*": { cases: [{ when: { m: "x" }, scope: "a" }], otherwise: { deny: "never" } },
          "*": { cases: [{ when: { m: "x" }, deny: "no" }], otherwise: "a", weakOtherwise: true },
        },
        scopes: "a",
        codes: ["denied", "allowed"],
      },
      {
        title: "some of its names are matched by no other pattern",
        tools: { "get_*": "a", "*_all": { deny: "no" } },
        scopes: "a",
        codes: ["allowed", "denied"],
      },
    ];
    it.each(titled(rows))("%s", (_, { tools, scopes, codes }) => {
      const decided = reachable(school(tools), { scopes });
      expect(decided.map(({ decision }) => decision.code)).toEqual(codes);
    });
  });

  describe("of operations with cases that compare a parameter", () => {
    const school = (rule: object) =>
      loadPolicy({
        name: "P",
        version: "1",
        boundaries: { project: { claim: "projects" } },
        scopes: { "/acc/{id}/": {}, "files:/{path}": { match: "path-prefix" } },
        tools: { run: { ...rule, weakOtherwise: true } },
      });
    const openOwn = { when: { id: "a" }, scope: "/acc/{id}/" };
    const rows = [
      {
        title: "a case takes the only value of the client",
        rule: { cases: [{ when: { id: "a" }, deny: "no" }], otherwise: "/acc/{id}/" },
        scopes: "/acc/a/",
        code: "binding_mismatch",
      },
      {
        title: "the value of another case is within a boundary",
        rule: {
          cases: [{ when: { id: "b" }, deny: "no" }],
          otherwise: "/acc/{id}/",
          within: { project: "id" },
        },
        scopes: "/acc/a/",
        code: "allowed",
      },
      {
        title: "a case takes one of two values",
        rule: { cases: [{ when: { id: "a" }, deny: "no" }], otherwise: "/acc/{id}/" },
        scopes: "/acc/a/ /acc/b/",
        code: "allowed",
      },
      {
        title: "an earlier case takes the value of a later one",
        rule: {
          cases: [
            { when: { id: ["a", "b"] }, deny: "no" },
            { when: { id: ["a", "c"] }, scope: "/acc/{id}/" },
          ],
          otherwise: { deny: "no" },
        },
        scopes: "/acc/a/",
        code: "denied",
      },
      {
        title: "an open branch is for another value",
        rule: { cases: [openOwn], otherwise: { deny: "no" } },
        scopes: "/acc/b/",
        code: "denied",
      },
      {
        title: "a name with placeholders stands for the compared value too",
        rule: { cases: [openOwn], otherwise: { deny: "no" } },
        scopes: "/acc/{id}/",
        code: "allowed",
      },
      {
        title: "a number is not the compared text",
        rule: { cases: [{ when: { id: "5" }, deny: "no" }], otherwise: "/acc/{id}/" },
        scopes: "/acc/5/",
        code: "allowed",
      },
      {
        title: "a text is not the compared number",
        rule: { cases: [{ when: { id: 5 }, deny: "no" }], otherwise: "/acc/{id}/" },
        scopes: "/acc/5/",
        code: "allowed",
      },
      {
        title: "a value below the one of the client is not compared",
        rule: { cases: [{ when: { path: "a" }, deny: "no" }], otherwise: "files:/{path}" },
        scopes: "files:/a",
        code: "allowed",
      },
      {
        title: "no value of another parameter helps",
        rule: {
          cases: [{ when: { mode: "x", id: "a" }, deny: "no" }],
          otherwise: "/acc/{id}/",
        },
        scopes: "/acc/a/",
        code: "allowed",
      },
    ];
    it.each(titled(rows))("%s", (_, { rule, scopes, code }) => {
      const [row] = reachable(school(rule), { scopes });
      expect(row?.decision).toMatchObject({ code });
    });
  });

  it.each([
    ["an unknown bundle", { bundle: "readonly" }, "ERR_BUNDLE_UNKNOWN", /did you mean `read-only`/],
    [
      "an unknown name with placeholders",
      { scopes: "/account/{accountID}/" },
      "ERR_SCOPE_INVALID",
      /did you mean `\/accounts\/{accountID}\/`/,
    ],
    ["a malformed scope", { scopes: "a  b" }, "ERR_OPTIONS_INVALID", /expected a scope/],
    ["an unknown option", { scope: "a" }, "ERR_OPTIONS_INVALID", /did you mean `scopes`/],
  ] as const)("throws for %s", (_, options, code, message) => {
    const run = () => reachable(policy, options as ReachableOptions);
    expect(run).toThrow(PolicyError);
    expect(run).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as unknown }),
    );
  });
});
