import { describe, expect, it } from "vitest";
import { definePolicy, loadPolicy, type Policy } from "../../src/decision/define-policy.js";
import { PolicyError } from "../../src/errors.js";
import { compilePolicy } from "../../src/policy/compile.js";
import { brandPolicy, compiledPolicyOf } from "../../src/policy/compiled-policies.js";

const SOURCE = {
  name: "Loopwise",
  version: "2026-11-22",
  tiers: ["free", "pro"],
  accountTypes: ["mentor"],
  scopes: {
    openid: { required: true },
    "a:read": { description: "A", implies: ["b:read"], locales: { de: { title: "A" } } },
    "b:read": { accountTypes: ["mentor"], tier: "pro" },
    "/a/{id}": {},
  },
  baseline: ["openid"],
  defaultScopes: ["openid"],
  bundles: { some: ["openid"], all: { every: true, except: ["openid"] } },
  tools: {
    t: { anyOf: ["a:read", { allOf: ["b:read"] }] },
    u: { scope: "/a/{id}", params: { id: "account" } },
    "v*": { deny: "no" },
  },
  endpoints: { "GET /a/{id}": "/a/{id}" },
  notCovered: ["Payouts"],
};

const errorOf = (make: () => unknown): PolicyError => {
  try {
    make();
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
};

function everyObject(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  return [value, ...Object.values(value).flatMap(everyObject)];
}

// Changes to the source after the policy is created.
const CHANGES: readonly (readonly [title: string, change: (source: typeof SOURCE) => void])[] = [
  ["a scope becomes reserved", (source) => Object.assign(source.scopes.openid, { reserved: true })],
  ["a scope is added", (source) => Object.assign(source.scopes, { x: {} })],
  ["an alternative is added", (source) => source.tools.t.anyOf.push("openid")],
  ["the alternatives are removed", (source) => source.tools.t.anyOf.splice(0)],
  ["a tool becomes public", (source) => Object.assign(source.tools, { t: { public: true } })],
  ["the tiers are reordered", (source) => source.tiers.reverse()],
  ["the account types are removed", (source) => source.scopes["b:read"].accountTypes.splice(0)],
  ["an implied scope is added", (source) => source.scopes["a:read"].implies.push("openid")],
  ["the baseline is removed", (source) => source.baseline.splice(0)],
  ["a parameter is renamed", (source) => Object.assign(source.tools.u.params, { id: "x" })],
  ["a denial is removed", (source) => Object.assign(source.tools["v*"], { deny: undefined })],
  ["an endpoint is removed", (source) => Object.assign(source, { endpoints: {} })],
];

const CALLS: readonly (readonly [token: object, tool: string, params?: object])[] = [
  [{ scope: "openid" }, "t"],
  [{ scope: "openid b:read", tier: "pro", account_type: "mentor" }, "t"],
  [{ scope: "openid a:read", tier: "free" }, "t"],
  [{ scope: "a:read" }, "t"],
  [{ scope: "/a/1 openid" }, "u", { account: "1" }],
  [{ scope: "/a/1" }, "GET /a/{id}", { id: "1" }],
  [{ scope: "openid" }, "vote"],
  [{ scope: "openid x" }, "x"],
];

const answers = (policy: Policy): unknown =>
  CALLS.map(([token, tool, params]) => policy.decideUntrusted(token, tool, params));

describe("the input of a policy", () => {
  it.each(CHANGES)("does not affect decisions when %s afterwards", (_, change) => {
    const source = structuredClone(SOURCE);
    const policy = loadPolicy(source);
    const before = answers(policy);
    change(source);
    expect(source).not.toEqual(SOURCE);
    expect(answers(policy)).toEqual(before);
    expect(policy.definition).toEqual(SOURCE);
  });

  it("may be frozen, and is not frozen by loadPolicy", () => {
    const source = structuredClone(SOURCE);
    loadPolicy(source);
    expect(everyObject(source).some(Object.isFrozen)).toBe(false);
    expect(loadPolicy(Object.freeze(source)).name).toBe("Loopwise");
  });
});

describe("a policy", () => {
  it("is frozen, and so is its definition at every depth", () => {
    const policy = loadPolicy(SOURCE);
    const objects = [policy, ...everyObject(policy.definition)];
    expect(objects.length).toBeGreaterThan(20);
    expect(objects.every(Object.isFrozen)).toBe(true);
    expect(() => Object.assign(policy, { decide: () => ({ allowed: true }) })).toThrow(TypeError);
  });

  it("has only its name, version, definition and methods at run time", () => {
    expect(Object.keys(loadPolicy(SOURCE)).sort()).toEqual([
      "authorize",
      "bindScope",
      "bundleScope",
      "covers",
      "decide",
      "decideRequest",
      "decideUntrusted",
      "definition",
      "endpointNames",
      "expand",
      "findEndpoint",
      "missing",
      "name",
      "operation",
      "reduce",
      "scopeNames",
      "toolNames",
      "toolsFor",
      "version",
    ]);
  });

  it("requires only a name, a version and scopes, which may be empty", () => {
    const policy = definePolicy({ name: "n", version: "1", scopes: {} });
    expect(policy.toolsFor({ scope: "" })).toEqual([]);
    expect(compiledPolicyOf(policy)).toMatchObject({ tiers: [], scopes: [], baseline: [] });
    expect(
      definePolicy({ name: "n", version: "1", scopes: {}, tools: {} }).definition.tools,
    ).toEqual({});
  });

  it("opens a tool for the values of its boundaries that a token has", () => {
    const policy = loadPolicy({
      name: "n",
      version: "1",
      scopes: { s: {} },
      boundaries: { area: { claim: "areas" }, team: { claim: "teams" } },
      tools: { t: { scope: "s", within: { team: "id" } } },
    });
    const token = { scope: "s", boundaries: { area: ["2"], team: ["1"] } };
    expect(policy.decideUntrusted(token, "t", { id: "1" }).allowed).toBe(true);
    expect(policy.decideUntrusted(token, "t", { id: "2" }).allowed).toBe(false);
    expect(compiledPolicyOf(policy).boundaries.map(({ name }) => name)).toEqual(["area", "team"]);
  });

  it("has methods that work without their object", () => {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- the test calls methods without their object
    const { decide, toolsFor } = loadPolicy(SOURCE);
    expect(decide(undefined, "t").code).toBe("unauthenticated");
    expect(toolsFor(undefined).map(({ name }) => name)).toEqual(["t", "u"]);
  });
});

describe("compiledPolicyOf", () => {
  const policy = loadPolicy(SOURCE);
  const LOOK_ALIKES: readonly (readonly [title: string, value: unknown])[] = [
    ["a spread copy", { ...policy }],
    ["a clone of its data", structuredClone(policy.definition)],
    ["an object that inherits from it", Object.create(policy)],
    ["an assigned copy", Object.assign({}, policy)],
    ["a proxy of it", new Proxy(policy, {})],
    ["its definition", policy.definition],
    ["a compiled policy", compilePolicy(SOURCE)],
    ["null", null],
    ["undefined", undefined],
    ["a string", "policy"],
  ];

  it("returns the compiled form of a policy", () => {
    expect(compiledPolicyOf(policy).scopes.map(({ name }) => name)).toEqual(
      Object.keys(SOURCE.scopes),
    );
  });

  it.each(LOOK_ALIKES)("rejects %s", (_, value) => {
    const error = errorOf(() => compiledPolicyOf(value));
    expect(error).toMatchObject({ name: "PolicyError", code: "ERR_POLICY_UNKNOWN", findings: [] });
    expect(error.message).toMatch(/^not a policy: /);
  });

  it("returns the compiled form of every branded value", () => {
    const compiled = compilePolicy(SOURCE);
    const branded = brandPolicy({}, compiled);
    expect(compiledPolicyOf(branded)).toBe(compiled);
  });
});

describe("a policy with errors of nearly every kind", () => {
  // One error in nearly every part that a policy can have.
  const invalid = {
    name: "",
    versoin: "1",
    tiers: ["free", "free"],
    accountTypes: ["mentor"],
    scopes: {
      "courses:read": { resreved: true, tier: "fre" },
      "a b": {},
      "/a/{x}": { implies: ["/a/{y}"] },
      "/a/{y}": { reserved: true },
      r: { reserved: true },
    },
    baseline: ["corses:read"],
    defaultScopes: ["r"],
    bundles: { b: { every: true, except: ["nope"] } },
    tools: {
      get_settings: { anyOf: ["courses:raed", "courses:read", "courses:read"] },
      "a**": "courses:read",
      none: {},
      gated: { scope: "courses:read", accountTypes: ["mento"] },
      both: { deny: "no", public: true },
      bound: { scope: "courses:read", params: { x: "y" } },
    },
    endpoints: {
      "HEAD /a": { authenticated: true },
      "GET /a": "courses:read",
      "GET /A": "courses:read",
    },
  };

  it("is rejected once, with all findings", () => {
    const { findings } = errorOf(() => loadPolicy(invalid));
    const places = findings.map(({ code, path }) => `${code} ${path}`).sort();
    expect(places).toEqual(
      [
        "duplicate tiers[1]",
        "duplicate tools.get_settings.anyOf[2]",
        'duplicate_endpoint endpoints["GET /A"]',
        "empty_requirement tools.none",
        "empty_text name",
        'endpoint_method endpoints["HEAD /a"]',
        'implied_placeholder scopes["/a/{x}"].implies[0]',
        "missing_key version",
        "mixed_operation tools.both.public",
        'overlap scopes["/a/{y}"]',
        'pattern_syntax tools["a**"]',
        "reserved_default defaultScopes[0]",
        'scope_syntax scopes["a b"]',
        "unknown_account_type tools.gated.accountTypes[0]",
        'unknown_key scopes["courses:read"].resreved',
        "unknown_key versoin",
        "unknown_scope baseline[0]",
        "unknown_scope bundles.b.except[0]",
        "unknown_scope tools.get_settings.anyOf[0]",
        'unknown_tier scopes["courses:read"].tier',
        "unused_param tools.bound.params.x",
      ].sort(),
    );
  });

  it("is rejected for its size alone if it was not read as a whole", () => {
    const deepest = Array.from({ length: 65 }).reduce<unknown>((inner) => [inner], "a");
    const { findings } = errorOf(() => loadPolicy({ ...invalid, baseline: deepest }));
    const path = `baseline${"[0]".repeat(64)}`;
    expect(findings).toEqual([
      { code: "too_large", path, message: "nested deeper than 64 levels" },
    ]);
  });

  it("is rejected with the same frozen findings by loadPolicy and definePolicy", () => {
    const error = errorOf(() => loadPolicy(invalid));
    expect(error).toMatchObject({ name: "PolicyError", code: "ERR_POLICY_INVALID" });
    expect(error).toBeInstanceOf(Error);
    expect(error.message.split("\n")).toHaveLength(error.findings.length + 1);
    expect(error.message).toContain(
      "tools.get_settings.anyOf[0]: undeclared scope `courses:raed`; did you mean `courses:read`?",
    );
    expect(Object.isFrozen(error.findings)).toBe(true);
    expect(errorOf(() => definePolicy(invalid as never)).findings).toEqual(error.findings);
  });

  it("is accepted as JSON text by loadPolicy and rejected by definePolicy", () => {
    const text = JSON.stringify(SOURCE);
    expect(errorOf(() => definePolicy(text as never)).code).toBe("ERR_POLICY_INVALID");
    expect(loadPolicy(text).name).toBe("Loopwise");
  });

  it("has no findings in an error of another kind", () => {
    expect(new PolicyError("ERR_OPERATION_UNKNOWN", "no such").findings).toEqual([]);
  });
});
