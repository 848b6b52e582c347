import { createAuthorizer, loadPolicy, PolicyError } from "scope-policy";
import { describe, expect, it } from "vitest";
import { issuerListFault, resourceFault } from "../../src/discovery/resource-identifier.js";
import {
  checkOptions,
  isFunction,
  isStringList,
  isUrl,
  type OptionCheck,
  oneOf,
  optional,
  positive,
  required,
} from "../../src/policy/option-checks.js";

const policy = loadPolicy({ name: "Courses", version: "1", scopes: {} });
const verify = () => undefined;
const resource = "https://api.example.com/mcp";

/** Returns the error that `createAuthorizer` throws. */
function errorOf(options: unknown): PolicyError {
  try {
    createAuthorizer(options as never);
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
  throw new Error("the options are accepted");
}

const GOOD: readonly object[] = [
  {},
  { subject: verify, isRevoked: () => false, audit: verify, onOutage: verify },
  { onAuditError: "continue", sensitive: ["iban"], challenge: "union", upgradeStatus: 402 },
  { resource, authorizationServers: ["https://as.example.com", "http://127.0.0.1:9/x"] },
  { auditKey: "x".repeat(16) },
  { auditKey: new Uint8Array(16) },
  { timeout: 0.5, retryAfter: 86_400 },
  { trustClaims: [], clockTolerance: 0 },
  { trustClaims: ["tier", "account_type", "entitlements", "first_party"], clockTolerance: 300 },
  { timeout: 600_000, retryAfter: 1 },
];

const BAD: readonly (readonly [path: string, values: readonly unknown[]])[] = [
  ["verify", [null, {}, "jwt"]],
  ["subject", [null, {}, Promise.resolve()]],
  ["trustClaims", [null, "tier", {}, ["teir"], ["tier", "tier"], [7]]],
  ["clockTolerance", [-1, 301, Number.NaN, Number.POSITIVE_INFINITY, "60", null, 5n]],
  ["isRevoked", [false, {}]],
  ["audit", [console, true]],
  ["onOutage", [null, "log"]],
  ["onAuditError", ["allow", true, null, ["deny"]]],
  ["sensitive", ["iban", [""], [7], {}]],
  ["auditKey", ["x".repeat(15), new Uint8Array(15), 16, null, {}]],
  ["resource", [null, "", "/mcp", "http://api.example.com", new URL(resource)]],
  ["authorizationServers", ["https://as.example.com", ["as.example.com"], [7], {}]],
  ["challenge", ["all", true, null]],
  ["upgradeStatus", [401, "403", null]],
  ["timeout", [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 600_001, "5000", null, 5n]],
  ["retryAfter", [0, -1, Number.NaN, 86_401, "5", null]],
];

describe("the options of an authorizer", () => {
  it.each(GOOD)("are accepted: %j", (options) => {
    expect(createAuthorizer({ policy, verify, ...options }).policy).toBe(policy);
  });

  it.each(BAD)("are rejected for an invalid %s", (path, values) => {
    for (const value of values) {
      const error = errorOf({ policy, verify, [path]: value });
      expect(error.code).toBe("ERR_OPTIONS_INVALID");
      expect(error.findings.map((finding) => finding.path)).toEqual([path]);
      expect(error.message).toContain(path);
    }
  });

  it.each([
    "subject",
    "trustClaims",
    "clockTolerance",
    "isRevoked",
    "audit",
    "onAuditError",
    "sensitive",
    "auditKey",
    "resource",
    "authorizationServers",
    "challenge",
    "upgradeStatus",
    "timeout",
    "retryAfter",
    "onOutage",
  ])("are rejected if `%s` is given as `undefined`, which would count as left out", (name) => {
    const error = errorOf({ policy, verify, [name]: undefined });
    expect(error.code).toBe("ERR_OPTIONS_INVALID");
    expect(error.findings).toMatchObject([{ code: "undefined_value", path: name }]);
  });

  it("are rejected for a misspelt option even if it is `undefined`", () => {
    const error = errorOf({ policy, verify, isRevokd: undefined });
    expect(error.findings).toMatchObject([{ code: "unknown_key", path: "isRevokd" }]);
  });

  it("are read as own members, not from Object.prototype", () => {
    const prototype = Object.prototype as { onAuditError?: unknown };
    prototype.onAuditError = "allow";
    try {
      expect(createAuthorizer({ policy, verify }).policy).toBe(policy);
    } finally {
      delete prototype.onAuditError;
    }
  });

  it("are rejected with every finding at once, and a suggestion for a misspelt name", () => {
    const error = errorOf({ policy, isRevokd: verify, timeout: 0, zebra: 1, "a\nb": 1 });
    expect(error.findings).toEqual([
      {
        code: "option",
        path: "timeout",
        message: "expected a number above 0, up to 600000",
      },
      {
        code: "unknown_key",
        path: "isRevokd",
        message: "unknown option",
        suggestion: "isRevoked",
      },
      { code: "unknown_key", path: "zebra", message: "unknown option" },
      {
        code: "unknown_key",
        path: expect.not.stringContaining("\n") as string,
        message: expect.not.stringContaining("\n") as string,
      },
    ]);
  });

  it("need a policy of `definePolicy` or `loadPolicy`, not a copy", () => {
    for (const other of [undefined, null, {}, { ...policy }, policy.definition]) {
      expect(errorOf({ policy: other, verify }).code).toBe("ERR_POLICY_UNKNOWN");
    }
    for (const nothing of [undefined, null, 7, "x"]) {
      expect(errorOf(nothing).code).toBe("ERR_POLICY_UNKNOWN");
    }
  });

  it("are read once, so that a later change has no effect", async () => {
    const options: Record<string, unknown> = {
      policy,
      verify,
      resource,
      authorizationServers: ["https://as.example.com"],
    };
    const authorizer = createAuthorizer(options as never);
    (options["authorizationServers"] as string[]).push("https://evil.example");
    Object.assign(options, { verify: () => ({ scope: "" }), resource: "https://evil.example" });
    expect(JSON.stringify(authorizer.metadata())).not.toContain("evil");
    expect(authorizer.resource).toBe(resource);
    expect(await authorizer.authenticate("Bearer abc")).toMatchObject({
      decision: { code: "invalid_token" },
    });
  });
});

const CHECKS: readonly (readonly [
  what: string,
  check: OptionCheck,
  good: unknown,
  bad: unknown,
])[] = [
  ["a function", isFunction, verify, {}],
  ["one of a list", oneOf(1, "a"), "a", "1"],
  ["a positive number", positive(10), 10, 11],
  ["a list of texts", isStringList, ["a"], [""]],
  ["an empty list", isStringList, [], "a"],
  ["a URL", isUrl, "mailto:a", "a"],
  ["a resource", resourceFault, resource, "https:/x"],
  ["a list of issuers", issuerListFault, ["https://as.example.com"], ["https://as.example.com?a"]],
  ["an empty list of issuers", issuerListFault, [], ["https://as.example.com", "x"]],
  ["something needed", required(isFunction), verify, undefined],
  ["an optional function", optional(isFunction), undefined, null],
];

describe("a check of an option", () => {
  it.each(CHECKS)("accepts and rejects values for %s", (_, check, good, bad) => {
    expect(check(good)).toBeUndefined();
    expect(check(bad)).toMatch(/^(is missing|an? |expected )/);
  });

  it("does not accept names of Object.prototype", () => {
    const options = JSON.parse('{"constructor":1,"__proto__":{"verify":1},"toString":1}') as object;
    expect(() => checkOptions("the gate", options, { verify: optional(isFunction) })).toThrow(
      "the gate",
    );
    expect(() => checkOptions("the gate", {}, { verify: optional(isFunction) })).not.toThrow();
  });
});
