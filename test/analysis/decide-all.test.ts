import { loadPolicy, type PolicyError } from "scope-policy";
import { decideAll, type PlannedCall } from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import { HOSTILE } from "../model/hostile.js";
import { titled } from "../titled.js";

const policy = loadPolicy({
  name: "P",
  version: "1",
  tiers: ["free", "pro"],
  scopes: {
    "school:read": { implies: ["courses:read"] },
    "courses:read": {},
    "students:read": {},
    "reports:read": { tier: "pro" },
    "partner:read": { restricted: true },
    "owner:read": { reserved: true },
    "/wallets/{accountID}/": {},
  },
  tools: {
    list_courses: "courses:read",
    get_settings: { anyOf: ["school:read", "students:read", "courses:read"] },
    list_students: { anyOf: ["school:read", "students:read"] },
    get_wallet: "/wallets/{accountID}/",
    report: "reports:read",
    partner: { anyOf: ["partner:read", { allOf: ["courses:read", "students:read"] }] },
    owner: "owner:read",
    code_only: { scope: "courses:read", internal: true },
    ping: { public: true },
    "get_*": "courses:read",
    "*_all": { anyOf: ["students:read", "school:read"] },
  },
});

interface Row {
  readonly title: string;
  readonly token: Record<string, unknown>;
  readonly calls: readonly PlannedCall[];
  readonly codes: readonly string[];
  readonly missing: string;
}

const ROWS: readonly Row[] = [
  {
    title: "all calls that are allowed together need nothing",
    token: { scope: "courses:read" },
    calls: [["list_courses"], ["get_settings"], ["ping"]],
    codes: ["allowed", "allowed", "allowed"],
    missing: "",
  },
  {
    title: "one scope for all calls is named instead of the first of each",
    token: { scope: "" },
    calls: [["get_settings"], ["list_courses"]],
    codes: ["insufficient_scope", "insufficient_scope"],
    missing: "courses:read",
  },
  {
    title: "two narrow scopes are as small as one that implies the other, so the one is named",
    token: { scope: "" },
    calls: [["list_courses"], ["list_students"]],
    codes: ["insufficient_scope", "insufficient_scope"],
    missing: "school:read",
  },
  {
    title: "what the token has is not named, and makes a scope that implies it as small as another",
    token: { scope: ["courses:read"] },
    calls: [["list_courses"], ["list_students"], ["get_settings"]],
    codes: ["allowed", "insufficient_scope", "allowed"],
    missing: "school:read",
  },
  {
    title: "values fill placeholders",
    token: { scope: "" },
    calls: [
      ["get_wallet", { accountID: "b" }],
      ["get_wallet", { accountID: "a" }],
    ],
    codes: ["insufficient_scope", "insufficient_scope"],
    missing: "/wallets/a/ /wallets/b/",
  },
  {
    title: "each pattern that matches a name counts",
    token: { scope: "" },
    calls: [["get_all"], ["list_courses"]],
    codes: ["insufficient_scope", "insufficient_scope"],
    missing: "school:read",
  },
  {
    title: "a call that consent cannot open stays denied, and has no part in what is missing",
    token: { scope: "/wallets/b/", tier: "free" },
    calls: [
      ["report"],
      ["owner"],
      ["unknown"],
      ["code_only"],
      ["get_wallet", { accountID: "a" }],
      ["get_wallet"],
      ["list_courses"],
    ],
    codes: [
      "upgrade_required",
      "reserved_scope",
      "unknown_operation",
      "unknown_operation",
      "binding_mismatch",
      "invalid_params",
      "insufficient_scope",
    ],
    missing: "courses:read",
  },
  {
    title: "a restricted scope is not named to a client that is not approved",
    token: { scope: "" },
    calls: [["partner"]],
    codes: ["insufficient_scope"],
    missing: "courses:read students:read",
  },
  {
    title: "a restricted scope is named to an approved client",
    token: { scope: "", approvedScopes: ["partner:read"] },
    calls: [["partner"]],
    codes: ["insufficient_scope"],
    missing: "partner:read",
  },
  {
    title: "a reserved scope is named to a client of the owner",
    token: { scope: "", first_party: true },
    calls: [["owner"], ["list_courses"]],
    codes: ["insufficient_scope", "insufficient_scope"],
    missing: "courses:read owner:read",
  },
  { title: "an empty list is allowed", token: { scope: "" }, calls: [], codes: [], missing: "" },
];

describe("the decision about several calls", () => {
  it.each(titled(ROWS))("%s", (_title, { token, calls, codes, missing }) => {
    const result = decideAll(policy, token as never, calls);
    expect(result.decisions.map(({ code }) => code)).toEqual(codes);
    expect(result.missing).toBe(missing);
    expect(result.allowed).toBe(codes.every((code) => code === "allowed"));
    const scope = [...(token["scope"] as string).toString().split(/[ ,]/), ...missing.split(" ")];
    const granted = { ...token, scope: scope.filter((text) => text !== "") };
    const after = decideAll(policy, granted, calls);
    expect(after.missing).toBe("");
    expect(after.decisions.map(({ code }) => code)).not.toContain("insufficient_scope");
  });

  it("names no scope without a token", () => {
    const result = decideAll(policy, undefined, [["ping"], ["list_courses"]]);
    expect(result.decisions.map(({ code }) => code)).toEqual(["allowed", "unauthenticated"]);
    expect(result).toMatchObject({ allowed: false, missing: "" });
  });

  it("denies what a client sends in place of a call or a token, and does not throw", () => {
    for (const value of HOSTILE.values()) {
      const calls = [value, [value], ["list_courses", value], ["get_wallet", { accountID: value }]];
      expect(decideAll(policy, { scope: "" }, calls as never).allowed).toBe(false);
      const { allowed } = policy.decideUntrusted(value, "list_courses");
      expect(decideAll(policy, value as never, [["list_courses"]]).allowed).toBe(allowed);
    }
    // a hole is a call, too
    expect(decideAll(policy, { scope: "courses:read" }, new Array(1) as never)).toMatchObject({
      allowed: false,
      decisions: [{ code: "unknown_operation" }],
    });
  });

  it("throws for calls that are not a list, and for a value that is not a policy", () => {
    const codeOf = (run: () => unknown) => {
      try {
        return run();
      } catch (error) {
        return (error as PolicyError).code;
      }
    };
    expect(codeOf(() => decideAll(policy, undefined, "ping" as never))).toBe("ERR_OPTIONS_INVALID");
    expect(codeOf(() => decideAll({ ...policy }, undefined, []))).toBe("ERR_POLICY_UNKNOWN");
  });
});
