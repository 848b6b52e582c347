import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../src/policy/compile.js";
import { ANY_TIER, type Operation } from "../../src/policy/compiled-policy.js";
import { compileBaseline } from "../../src/policy/operations.js";
import { findingsOf, policyWith } from "./findings-of.js";
import { alike, listOf, scopesOf } from "./many.js";

const compiled = compilePolicy({
  name: "n",
  version: "1",
  scopes: { base: {}, a: {}, b: {}, r: { reserved: true }, off: { default: "off" } },
  baseline: ["base"],
  defaultScopes: ["base", "a"],
  bundles: { listed: ["a", "r"], all: { every: true }, some: { every: true, except: ["a", "b"] } },
  tools: {
    plain: "a",
    open: { public: true, enrichedBy: "b" },
    any: { authenticated: true },
    never: { deny: "no", hidden: true },
    hidden: { scope: "a", hidden: true },
    drop_all: "a",
    drop_own: { deny: "its own" },
    drop_open: { public: true },
    "drop_*": { deny: "by pattern" },
    "drop_al?": { deny: "by a later pattern" },
    "list_*": { scope: "a", hidden: true },
    "open_?": { public: true },
  },
  endpoints: {
    "GET /a": "a",
    "POST /drop_all": { authenticated: true },
    "PUT /a": { public: true },
  },
});

describe("the operations of a policy", () => {
  it("are its exact tools, then its endpoints, in declared order", () => {
    expect([...compiled.operations].map(([name, { kind }]) => `${kind} ${name}`)).toEqual([
      "tool plain",
      "tool open",
      "tool any",
      "tool never",
      "tool hidden",
      "tool drop_all",
      "tool drop_own",
      "tool drop_open",
      "endpoint GET /a",
      "endpoint POST /drop_all",
      "endpoint PUT /a",
    ]);
    expect(compiled.patterns.map(({ operation }) => operation.name)).toEqual([
      "drop_*",
      "drop_al?",
      "list_*",
      "open_?",
    ]);
  });

  // name, denial, public, hidden, scopes of the alternatives
  const OPERATIONS: readonly (readonly [
    string,
    string | undefined,
    boolean,
    boolean,
    string[][],
  ])[] = [
    ["plain", undefined, false, false, [["a", "base"]]],
    ["open", undefined, true, false, []],
    ["any", undefined, false, false, [["base"]]],
    ["never", "no", false, true, []],
    ["hidden", undefined, false, true, [["a", "base"]]],
    ["GET /a", undefined, false, false, [["a"]]],
    ["POST /drop_all", undefined, false, false, [[]]],
    ["PUT /a", undefined, true, false, []],
  ];
  it.each(OPERATIONS)(
    "have the denial, flags and scopes of %s",
    (name, denial, isPublic, hidden, scopes) => {
      const operation = compiled.operations.get(name);
      const shown = { denial, public: isPublic, hidden, internal: false };
      expect(operation).toMatchObject({ name, ...shown, params: [], cases: [] });
      expect(
        operation?.rules.flatMap(({ alternatives }) => alternatives.map((one) => one.scopes)),
      ).toEqual(scopes);
    },
  );

  it("are denied by a pattern regardless of the exact entry", () => {
    const denials = ["drop_all", "drop_own", "drop_open"].map(
      (name) => compiled.operations.get(name)?.denial,
    );
    expect(denials).toEqual(["by pattern", "its own", "by pattern"]);
  });

  it("have the parameters of every branch, then the arguments that cases compare, each once", () => {
    const { operations } = compilePolicy({
      name: "n",
      version: "1",
      scopes: { "/a/{id}": {}, "/b/{key}/{id}": {} },
      tools: {
        t: {
          cases: [{ when: { mode: "x", id: "me" }, scope: "/a/{id}" }],
          otherwise: { allOf: ["/a/{id}", "/b/{key}/{id}"] },
        },
      },
    });
    expect(operations.get("t")?.params).toEqual(["id", "key", "mode"]);
  });

  it("have branches with their own conditions on authentication, else with those of the whole", () => {
    const { operations } = compilePolicy({
      name: "n",
      version: "1",
      scopes: { a: {} },
      tools: {
        t: {
          cases: [
            { when: { mode: "neither" }, scope: "a" },
            { when: { mode: "acr" }, scope: "a", acr: "phr" },
            { when: { mode: "maxAge" }, scope: "a", maxAge: 60 },
            { when: { mode: "both" }, scope: "a", acr: ["phr", "otp"], maxAge: 60 },
          ],
          otherwise: { deny: "no" },
          acr: "mfa",
          maxAge: 300,
        },
      },
    });
    const conditions = operations
      .get("t")
      ?.cases.map(({ branch }) => branch.rules.map(({ authentication }) => authentication));
    expect(conditions).toEqual([
      [{ acr: ["mfa"], maxAge: 300 }],
      [{ acr: ["phr"], maxAge: 300 }],
      [{ acr: ["mfa"], maxAge: 60 }],
      [{ acr: ["phr", "otp"], maxAge: 60 }],
    ]);
  });

  it("of one scope have no inherited options", () => {
    const options = { public: true, hidden: true, internal: true };
    const compile = () =>
      compilePolicy({ name: "n", version: "1", scopes: { a: {} }, tools: { t: "a" } });
    let operation: Operation | undefined;
    try {
      Object.assign(Object.prototype, options);
      operation = compile().operations.get("t");
    } finally {
      for (const name of Object.keys(options)) Reflect.deleteProperty(Object.prototype, name);
    }
    expect(operation).toEqual(compile().operations.get("t"));
  });

  it("of a public tool may name a scope for additional detail, without the baseline", () => {
    const [rule] = compiled.operations.get("open")?.rules ?? [];
    expect(rule?.enrichments.map(({ scopes }) => scopes)).toEqual([["b"]]);
    expect(rule?.public).toBe(true);
  });

  it("do not change the bundles and default scopes of the definition", () => {
    expect(compiled.definition.bundles).toEqual({
      listed: ["a", "r"],
      all: { every: true },
      some: { every: true, except: ["a", "b"] },
    });
    expect(compiled.definition.defaultScopes).toEqual(["base", "a"]);
    expect(compiled.baseline.map(({ name }) => name)).toEqual(["base"]);
  });
});

describe("the tool that needs the baseline alone", () => {
  it("requires its scopes, and no gate or list leaves it out", () => {
    const { rules, ...members } = compileBaseline(compiled.baseline);
    expect(members).toEqual({
      name: "baseline",
      kind: "tool",
      denial: undefined,
      public: false,
      hidden: false,
      internal: false,
      params: [],
      cases: [],
    });
    expect(rules.map(({ alternatives }) => alternatives)).toEqual([
      [
        {
          uses: [{ scope: compiled.baseline[0], params: [] }],
          scopes: ["base"],
          tier: ANY_TIER,
          accountTypes: undefined,
          typeConditions: [],
          entitlements: [],
          reserved: false,
          restricted: false,
          within: [],
        },
      ],
    ]);
  });
});

describe("an operation with a finding", () => {
  it.each([
    [
      "is compared with no denying pattern if its name is too long",
      { tools: { "*a*": { deny: "no" }, ["x".repeat(40_000)]: { public: true } } },
      ["tool_name"],
    ],
    [
      "is compared with no tool if it is an invalid pattern",
      { tools: { "*a*b*c*d*e*f*": { deny: "no" }, ["x".repeat(128)]: { public: true } } },
      ["pattern_syntax"],
    ],
    [
      "has no path parameters if it is a tool",
      {
        tools: {
          "GET /a/{id}": { cases: [{ when: { id: 5 }, scope: "a" }], otherwise: { deny: "no" } },
        },
      },
      ["tool_name"],
    ],
    [
      "has only that one if it has too many alternatives",
      { scopes: scopesOf(1_025), tools: { t: { anyOf: listOf(1_025, (index) => `s${index}`) } } },
      ["too_many_alternatives"],
    ],
  ])("%s", (_title, parts, codes) => {
    const found = findingsOf(policyWith({ scopes: { a: {} }, ...parts }));
    expect(found.map(({ code }) => code)).toEqual(codes);
  });

  it("is one with a weaker `otherwise`, whatever the argument of its cases and the values are named", () => {
    const letters = [..."abcdefghijklmnopqrstuvwxyz"];
    const tools = letters.map((letter) => {
      const when = { [letter.toUpperCase()]: letters };
      return [letter, { cases: [{ when, scope: "b" }], otherwise: "a" }] as const;
    });
    const parts = { scopes: { a: {}, b: {} }, tools: Object.fromEntries(tools) };
    expect(findingsOf(policyWith(parts)).map(({ code, path }) => [code, path])).toEqual(
      letters.map((letter) => ["weak_otherwise", `tools.${letter}.otherwise`]),
    );
  });

  it("is not compiled further if all operations together are too large", () => {
    const accountTypes = listOf(3_163, (index) => `t${index}`);
    const parts = {
      accountTypes,
      scopes: { ...scopesOf(500), typed: { accountTypes } },
      baseline: Object.keys(scopesOf(500)),
      tools: {
        ...alike(1_001, (index) => `t${index}`, { authenticated: true }),
        typed: { scope: "typed", accountTypes },
      },
    };
    expect(findingsOf(policyWith(parts))).toEqual([
      {
        code: "too_large",
        path: "tools.typed",
        message:
          "the alternatives of all tools and endpoints name 501001 scopes in total: at most 500000 are allowed (this one names the most: 501)",
      },
    ]);
  });

  it("has the finding at an endpoint if that one names the most scopes", () => {
    const scopes = scopesOf(501);
    const all = Object.keys(scopes);
    const parts = {
      scopes,
      baseline: all.slice(1),
      tools: alike(1_000, (index) => `t${index}`, { authenticated: true }),
      endpoints: { "GET /a": { allOf: all } },
    };
    expect(findingsOf(policyWith(parts))).toMatchObject([
      { code: "too_large", path: 'endpoints["GET /a"]' },
    ]);
  });
});

/** Options of a requirement or an operation, each with a valid value. */
const OPTIONS = {
  tier: "pro",
  accountTypes: ["mentor"],
  entitlement: "exports",
  within: { project: "projectId" },
  params: { id: "id" },
  acr: "mfa",
  maxAge: 300,
  enrichedBy: "b",
} as const;

/** What each kind of entry may have beside it. */
const ALLOWED: readonly (readonly [
  kind: string,
  entry: object,
  beside: readonly (keyof typeof OPTIONS)[],
])[] = [
  [
    "authenticated",
    { authenticated: true },
    ["tier", "accountTypes", "entitlement", "within", "acr", "maxAge", "enrichedBy"],
  ],
  [
    "cases",
    { cases: [{ when: { mode: "plan" }, scope: "a" }], otherwise: { deny: "no" } },
    ["within", "acr", "maxAge", "enrichedBy"],
  ],
  ["public", { public: true }, ["enrichedBy"]],
  ["deny", { deny: "no" }, []],
];

describe.each(ALLOWED)("an entry with `%s`", (_kind, entry, beside) => {
  const declared = {
    scopes: { a: {}, b: {}, "/a/{id}": {} },
    tiers: ["free", "pro"],
    accountTypes: ["mentor"],
    entitlements: ["exports"],
    boundaries: { project: { claim: "projects" } },
  };

  it.each(Object.keys(OPTIONS) as (keyof typeof OPTIONS)[])("and `%s`", (option) => {
    const t = { ...entry, [option]: OPTIONS[option] };
    for (const section of [{ tools: { t } }, { endpoints: { "GET /t": t } }]) {
      const codes = findingsOf(policyWith({ ...declared, ...section })).map(({ code }) => code);
      expect(codes).toEqual(beside.includes(option) ? [] : ["mixed_operation"]);
    }
  });
});
