import fc from "fast-check";
import { createAuthorizer, type Denial, type DenialContext, loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";
import { firstScopes } from "../../src/policy/first-scopes.js";
import { drawGoodCase } from "../model/arbitrary-request.js";
import { type Draw, drawn } from "../model/draw.js";
import type { Definition } from "../model/model.js";
import { modelMatchScope, scopeOptions } from "../model/model-scopes.js";
import { load } from "../model/observe.js";
import { runOftenAsync, tally } from "../often.js";
import { parseChallenge } from "./challenge-parser.js";

const RESOURCE = "https://api.example.com/mcp";
const UNAUTHENTICATED: Denial = { allowed: false, code: "unauthenticated", message: "sign in" };
type Policy = ReturnType<typeof loadPolicy>;

const authorizerOf = (policy: Policy) =>
  createAuthorizer({ policy, verify: () => undefined, trustClaims: [], resource: RESOURCE });

/** Returns the scope that a 401 without credentials names. */
function named(policy: Policy, context?: DenialContext): string | undefined {
  const { headers, body } = authorizerOf(policy).answer(UNAUTHENTICATED, context);
  expect(body).not.toHaveProperty("scope");
  return parseChallenge(headers["WWW-Authenticate"]).get("scope");
}

const policy = loadPolicy({
  name: "Courses",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["mentor", "studio"],
  scopes: {
    openid: {},
    offline_access: {},
    "a:read": { default: "on" },
    "b:read": {},
    "c:read": { replaces: ["old:read"] },
    "tiered:read": { tier: "free" },
    "admin:all": { reserved: true },
    "/accounts/{accountID}/": {},
    "/orgs/{orgID}/{userID}": {},
    "/vaults/{vaultID}/": { reserved: true },
  },
  baseline: ["openid"],
  tools: {
    one: "b:read",
    all: { allOf: ["c:read", "b:read"] },
    any: { anyOf: ["c:read", "b:read"] },
    nested: { allOf: ["b:read", { anyOf: ["a:read", "c:read"] }] },
    after_reserved: { anyOf: ["admin:all", { allOf: ["a:read", "admin:all"] }, "c:read"] },
    after_tier: { anyOf: [{ scope: "a:read", tier: "pro" }, "tiered:read", "c:read"] },
    after_type: { anyOf: [{ scope: "a:read", accountTypes: ["mentor"] }, "c:read"] },
    tier_alone: { anyOf: [{ scope: "c:read", tier: "pro" }, "tiered:read"] },
    after_disjoint: {
      anyOf: [
        { anyOf: [{ scope: "a:read", accountTypes: ["mentor"] }], accountTypes: ["studio"] },
        "c:read",
      ],
    },
    disjoint: { anyOf: [{ scope: "a:read", accountTypes: ["mentor"] }], accountTypes: ["studio"] },
    reserved_alone: { anyOf: ["admin:all", "/vaults/{vaultID}/"] },
    offline: { allOf: ["a:read", "offline_access"] },
    me: { authenticated: true },
    account: "/accounts/{accountID}/",
    renamed: { scope: "/accounts/{accountID}/", params: { accountID: "toString" } },
    member: { allOf: ["/orgs/{orgID}/{userID}", "b:read"] },
    mixed: { anyOf: ["/accounts/{accountID}/", "b:read"] },
    hidden: { scope: "b:read", hidden: true },
    never: { deny: "no" },
    open: { public: true, enrichedBy: "b:read" },
    "list_*": "a:read",
    "*_b": "b:read",
    "*_open": { public: true },
    "*_secret": { scope: "a:read", hidden: true },
    "*_never": { deny: "no" },
    "*_admin": "admin:all",
  },
  endpoints: {
    "GET /a": "a:read",
    "GET /me": { authenticated: true },
    "GET /accounts/{accountID}": "/accounts/{accountID}/",
    "GET /hidden": { scope: "a:read", hidden: true },
  },
});
const FIRST = "openid a:read";

const SETS: readonly (readonly [operation: string, params: unknown, scope: string | undefined])[] =
  [
    ["one", undefined, "b:read openid"],
    ["all", undefined, "c:read b:read openid"],
    ["any", undefined, "c:read openid"],
    ["nested", undefined, "b:read a:read openid"],
    ["after_reserved", undefined, "c:read openid"],
    ["after_tier", undefined, "c:read openid"],
    ["after_type", undefined, "c:read openid"],
    ["after_disjoint", undefined, "c:read openid"],
    ["tier_alone", undefined, "c:read openid"],
    ["offline", undefined, "a:read openid"],
    ["me", undefined, "openid"],
    ["account", { accountID: "acc-1" }, "/accounts/acc-1/ openid"],
    ["account", undefined, "openid"],
    ["account", null, "openid"],
    ["account", { accountID: 'x", error="y' }, "openid"],
    ["account", { accountID: ["acc-1"] }, "openid"],
    ["account", { accountID: "{accountID}" }, "openid"],
    ["account", Object.create({ accountID: "acc-1" }), "openid"],
    ["renamed", { toString: "acc-1" }, "/accounts/acc-1/ openid"],
    ["renamed", {}, "openid"],
    ["member", { orgID: "o", userID: "u" }, "/orgs/o/u b:read openid"],
    ["member", { orgID: "o" }, "b:read openid"],
    ["mixed", { accountID: "acc-1" }, "/accounts/acc-1/ openid"],
    ["list_a", undefined, "a:read openid"],
    ["list_b", undefined, "a:read openid b:read"],
    ["list_open", undefined, "a:read openid"],
    ["GET /a", undefined, "a:read"],
    ["GET /accounts/{accountID}", { accountID: "acc-1" }, "/accounts/acc-1/"],
  ];

/** Operations for which a 401 names no scope, and the reason. */
const NONE: readonly (readonly [operation: string, why: string])[] = [
  ["reserved_alone", "it needs a reserved scope"],
  ["disjoint", "no account type meets its conditions"],
  ["hidden", "it is hidden"],
  ["never", "it is denied"],
  ["open", "it is public"],
  ["nothing", "it is unknown"],
  ["GET /nothing", "it is unknown"],
  ["GET /hidden", "it is hidden"],
  ["constructor", "it is unknown"],
  ["bad name", "it is unknown"],
  ["list_secret", "one of its patterns is hidden"],
  ["list_never", "one of its patterns denies every call"],
  ["list_admin", "one of its patterns requires a reserved scope"],
  ["x_open", "its pattern is public"],
];

describe("a 401 without credentials", () => {
  it("names the scopes of a list by their current names, and none that a client cannot obtain", () => {
    const signInScope = ["old:read", "b:read", "offline_access", "admin:all", 'x"y', "other"];
    expect(named(policy, { operation: "one", signInScope })).toBe("c:read b:read other");
  });

  it("names the scopes of the resource instead of a list that is too long for a header", () => {
    const list = (length: number) => ["b:read", "x".repeat(length - "b:read ".length)];
    expect(named(policy, { signInScope: list(8_192) })).toHaveLength(8_192);
    expect(named(policy, { signInScope: list(8_193) })).toBe(FIRST);
  });

  it.each(SETS)("names one sufficient set of %s with %j: %s", (operation, params, scope) => {
    expect(named(policy, { operation, params })).toBe(scope);
    const signInScope = "operation-or-resource";
    expect(named(policy, { operation, params, signInScope })).toBe(scope);
  });

  it("names no scope for an operation that needs a token only", () => {
    expect(named(policy, { operation: "GET /me" })).toBeUndefined();
    const signInScope = "operation-or-resource";
    expect(named(policy, { operation: "GET /me", signInScope })).toBeUndefined();
  });

  it.each(NONE)(
    "names no scope for %s, since %s, or the scopes of the resource by option",
    (operation) => {
      expect(named(policy, { operation })).toBeUndefined();
      expect(named(policy, { operation, signInScope: "operation-or-resource" })).toBe(FIRST);
    },
  );

  it.each([...SETS.map(([operation, params]) => [operation, params] as const), ...NONE])(
    'names the scopes of the resource for %s with `signInScope: "resource"`',
    (operation, params) => {
      expect(named(policy, { operation, params, signInScope: "resource" })).toBe(FIRST);
    },
  );

  it("names the scopes of the resource without an operation", async () => {
    expect(named(policy)).toBe(FIRST);
    expect(named(policy, {})).toBe(FIRST);
    expect(named(policy, { operation: undefined, protocolVersion: "2026-07-28" })).toBe(FIRST);
    const shown = await authorizerOf(policy).authenticate(undefined);
    expect(shown.kind === "refused" && shown.answer.headers["WWW-Authenticate"]).toContain(FIRST);
  });

  it.each([null, 7, {}, ["one"]])(
    "names no scope for %j, which is not the name of an operation",
    (operation) => {
      expect(named(policy, { operation: operation as never })).toBeUndefined();
    },
  );

  it("does not read inherited members of the context", () => {
    const prototype = Object.prototype as { signInScope?: unknown; operation?: unknown };
    Object.assign(prototype, { signInScope: "resource", operation: "one" });
    try {
      expect(named(policy, { operation: "any" })).toBe("c:read openid");
      expect(named(policy, {})).toBe(FIRST);
    } finally {
      delete prototype.signInScope;
      delete prototype.operation;
    }
  });

  it.each<[what: string, parts: object, scope: string | undefined]>([
    ["the baseline and the scopes that are on by default", { baseline: ["b"] }, "on b"],
    ["the scopes that are on by default", {}, "on"],
    ["the default scopes if no scope is on", { scopes: { a: {}, b: {} } }, "b"],
    [
      "no scope if none is declared for it",
      { scopes: { offline_access: {} }, defaultScopes: ["offline_access"] },
      undefined,
    ],
  ])("names, for the resource, %s", (_, parts, scope) => {
    const scopes = { a: {}, on: { default: "on" }, b: {}, offline_access: {} };
    const defaultScopes = ["b"];
    const other = loadPolicy({ name: "x", version: "1", scopes, defaultScopes, ...parts });
    expect(named(other)).toBe(scope);
    expect(authorizerOf(other).metadata()?.document.scopes_supported?.join(" ")).toBe(scope);
  });

  it("names only the baseline if the scopes of the resource are longer than 8,192 characters", () => {
    const policyOf = (length: number) => {
      const names = Array.from({ length: 8 }, (_, index) => `${index}${"x".repeat(999)}`);
      const last = "y".repeat(length - ["openid", ...names, ""].join(" ").length);
      const scopes = Object.fromEntries(
        ["openid", ...names, last].map((name) => [name, { default: "on" }]),
      );
      return loadPolicy({ name: "x", version: "1", scopes, baseline: ["openid"] });
    };
    expect(named(policyOf(8_192))).toHaveLength(8_192);
    expect(named(policyOf(8_193))).toBe("openid");
    expect(authorizerOf(policyOf(8_193)).metadata()?.document.scopes_supported).toHaveLength(10);
  });
});

const drawAnonymous = (draw: Draw) => {
  const one = drawGoodCase(draw, { patterns: 30 });
  const scopes = { ...one.definition.scopes, offline_access: {} };
  const baseline = draw.chance(20) ? [...(one.definition.baseline ?? []), "offline_access"] : [];
  const definition: Definition = {
    ...one.definition,
    ...(baseline.length > 0 && { scopes, baseline }),
  };
  return { ...one, definition };
};

/** Returns the tokens of a user who has granted a scope, for each account type, on the highest tier, with every entitlement. */
const tokensFor = ({ tiers, accountTypes = [], entitlements = [] }: Definition, scope: string) =>
  [undefined, ...accountTypes].map((account_type) => ({
    scope,
    entitlements,
    ...(tiers !== undefined && { tier: tiers.at(-1) }),
    ...(account_type !== undefined && { account_type }),
  }));

describe("the scope of a 401 without credentials, for any policy", { timeout: 60_000 }, () => {
  it("contains nothing reserved, no offline_access and no placeholder, and granting it allows the operation", async () => {
    const sufficient = tally("a challenge that is sufficient", 151);
    const property = fc.asyncProperty(drawn(drawAnonymous), async ({ definition, params }) => {
      const model = load(definition);
      const reserved = Object.keys(definition.scopes).filter(
        (key) => scopeOptions(definition, key).reserved === true,
      );
      for (const operation of Object.keys({ ...definition.tools, ...definition.endpoints })) {
        const admission = await authorizerOf(model).admit({
          authorization: undefined,
          operation,
          params,
        });
        if (admission.decision.code !== "unauthenticated" || admission.kind === "allowed") continue;
        const line = admission.answer.headers["WWW-Authenticate"];
        const scope = parseChallenge(line).get("scope") ?? "";
        expect(scope).not.toMatch(/[{}<>]|offline_access/);
        const tokens = scope === "" ? [] : scope.split(" ");
        const isReserved = (token: string) =>
          reserved.some((key) => modelMatchScope(key, token) !== undefined);
        expect(tokens.filter(isReserved)).toEqual([]);
        if (tokens.length === 0) continue;
        const isOffline = definition.baseline?.includes("offline_access") === true;
        const granted = isOffline ? `${scope} offline_access` : scope;
        const codes = tokensFor(definition, granted).map(
          (token) => model.decideUntrusted(token, operation, params).code,
        );
        expect(codes).toContain("allowed");
        sufficient.count += 1;
      }
    });
    await runOftenAsync([sufficient], () => fc.assert(property, { numRuns: 150 }));
  });

  it("is, over MCP, the scope of the resource metadata, or the baseline", () => {
    const property = fc.property(drawn(drawAnonymous), ({ definition, name, params }) => {
      const model = load(definition);
      const { all, baseline } = firstScopes(compiledPolicyOf(model));
      const scope = named(model, { operation: name as string, params, signInScope: "resource" });
      expect(scope ?? "").toBe(all.join(" "));
      expect(baseline.every((text) => all.includes(text))).toBe(true);
    });
    fc.assert(property, { numRuns: 150 });
  });
});
