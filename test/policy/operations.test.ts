import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../src/policy/compile.js";
import { findingsOf, policyWith } from "./findings-of.js";

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
      expect(operation).toMatchObject({ name, denial, public: isPublic, hidden });
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
    const codes = findingsOf(policyWith({ ...declared, tools: { t } })).map(({ code }) => code);
    expect(codes).toEqual(beside.includes(option) ? [] : ["mixed_operation"]);
  });
});
