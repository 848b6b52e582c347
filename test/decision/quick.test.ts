import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { operationOf } from "../../src/decision/decider.js";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { deciderOf } from "../../src/decision/gate-decider.js";
import type { PreparedOperation } from "../../src/decision/prepared.js";
import { titled } from "../titled.js";

const plain = Array.from({ length: 34 }, (_, index) => `s${index}`);
const DEFINITION = {
  name: "Quick",
  version: "1",
  tiers: ["free", "pro", "max"],
  accountTypes: ["mentor"],
  entitlements: ["extra"],
  boundaries: { area: { claim: "areas", title: "Areas" } },
  scopes: {
    ...Object.fromEntries(plain.map((name) => [name, {}])),
    own: { reserved: true },
    rare: { restricted: true },
    "/x/{i}": {},
    "/x/{i}/end": {},
    "/y/{i}x": {},
    "/z/{i}": {},
    "/pair/{i}/{j}": {},
    "files:/{i}": { match: "path-prefix" },
  },
};

/** How an operation is decided without `decideCases`, and by what. */
type Way = "choice" | "state" | "template" | "values" | "none";

interface QuickCase {
  readonly title: string;
  readonly rule: unknown;
  readonly way: Way;
  /** Number of decisions that are kept. */
  readonly states?: number;
  /** Whether a value of usual characters needs no check. */
  readonly takesPlain?: boolean;
}

const CASES: readonly QuickCase[] = [
  { title: "one scope", rule: "s1", way: "choice" },
  { title: "one of two scopes", rule: { anyOf: ["s1", "s2"] }, way: "choice" },
  {
    title: "the scope that was declared first, second",
    rule: { anyOf: ["s1", "s0"] },
    way: "choice",
  },
  { title: "scopes beyond the 32nd", rule: { anyOf: ["s32", "s33"] }, way: "choice" },
  { title: "one of three scopes", rule: { anyOf: ["s1", "s2", "s32"] }, way: "state", states: 8 },
  { title: "both of two scopes", rule: { allOf: ["s1", "s2"] }, way: "state", states: 4 },
  {
    title: "one scope, or two",
    rule: { anyOf: ["s1", { allOf: ["s2", "s32"] }] },
    way: "state",
    states: 8,
  },
  {
    title: "scopes, of which two ways share one",
    rule: { anyOf: [{ allOf: ["s1", "s2"] }, { allOf: ["s1", "s32"] }] },
    way: "state",
    states: 8,
  },
  { title: "a tier", rule: { scope: "s1", tier: "pro" }, way: "state", states: 8 },
  {
    title: "a tier for one of two scopes",
    rule: { anyOf: ["s1", { scope: "s2", tier: "pro" }] },
    way: "state",
    states: 16,
  },
  {
    title: "two tiers",
    rule: {
      anyOf: [
        { scope: "s1", tier: "max" },
        { scope: "s2", tier: "pro" },
      ],
    },
    way: "state",
    states: 16,
  },
  {
    title: "as many scopes as have decisions",
    rule: { anyOf: plain.slice(0, 8) },
    way: "state",
    states: 256,
  },
  { title: "more scopes", rule: { anyOf: plain.slice(0, 9) }, way: "none" },
  {
    title: "a tier, and too many scopes for it",
    rule: { anyOf: plain.slice(0, 7), tier: "pro" },
    way: "none",
  },
  { title: "any token", rule: { authenticated: true }, way: "none" },
  { title: "any token of a tier", rule: { authenticated: true, tier: "pro" }, way: "none" },
  { title: "no token", rule: { public: true }, way: "none" },
  { title: "a hard denial", rule: { deny: "no" }, way: "none" },
  { title: "a reserved scope", rule: { anyOf: ["s1", "own"] }, way: "none" },
  { title: "a restricted scope", rule: { anyOf: ["s1", "rare"] }, way: "none" },
  { title: "an account type", rule: { scope: "s1", accountTypes: ["mentor"] }, way: "none" },
  { title: "an entitlement", rule: { scope: "s1", entitlement: "extra" }, way: "none" },
  { title: "a recent sign-in", rule: { scope: "s1", maxAge: 60 }, way: "none" },
  { title: "more detail for a scope", rule: { scope: "s1", enrichedBy: "s2" }, way: "none" },
  {
    title: "three scopes, and more detail",
    rule: { anyOf: ["s1", "s2", "s3"], enrichedBy: "s32" },
    way: "none",
  },
  { title: "a template", rule: "/x/{i}", way: "template", takesPlain: true },
  {
    title: "a template with text after its value",
    rule: "/x/{i}/end",
    way: "template",
    takesPlain: true,
  },
  {
    title: "a template whose text after the value ends it",
    rule: "/y/{i}x",
    way: "template",
    takesPlain: false,
  },
  {
    title: "one of two templates",
    rule: { anyOf: ["/x/{i}", "/x/{i}/end"] },
    way: "values",
    takesPlain: true,
  },
  {
    title: "a scope or a template",
    rule: { anyOf: ["s1", "/x/{i}"] },
    way: "values",
    takesPlain: true,
  },
  {
    title: "a template or a scope",
    rule: { anyOf: ["/x/{i}/end", "s1"] },
    way: "values",
    takesPlain: true,
  },
  {
    title: "one of two scopes or two templates",
    rule: { anyOf: ["/x/{i}", "s1", "/x/{i}/end", "s32"] },
    way: "values",
    takesPlain: true,
  },
  {
    title: "templates that accept other values",
    rule: { anyOf: ["/x/{i}", "/y/{i}x"] },
    way: "none",
  },
  { title: "a template and a scope", rule: { allOf: ["/x/{i}", "s1"] }, way: "none" },
  {
    title: "a template and a scope, or a scope",
    rule: { anyOf: ["s2", { allOf: ["/x/{i}", "s1"] }] },
    way: "none",
  },
  { title: "both of two templates", rule: { allOf: ["/x/{i}", "/x/{i}/end"] }, way: "none" },
  { title: "a template of two values", rule: "/pair/{i}/{j}", way: "none" },
  {
    title: "a template with one value twice",
    rule: { scope: "/pair/{i}/{j}", params: { j: "i" } },
    way: "none",
  },
  {
    title: "two templates with values of their own",
    rule: { anyOf: ["/x/{i}", { scope: "/z/{i}", params: { i: "j" } }] },
    way: "none",
  },
  { title: "a template that covers other values", rule: "files:/{i}", way: "none" },
  {
    title: "a scope or a template that covers other values",
    rule: { anyOf: ["s1", "files:/{i}"] },
    way: "none",
  },
  { title: "a template and a tier", rule: { scope: "/x/{i}", tier: "pro" }, way: "none" },
  {
    title: "a template and a boundary",
    rule: { scope: "/x/{i}", within: { area: "i" } },
    way: "none",
  },
  { title: "a scope and a boundary", rule: { scope: "s1", within: { area: "i" } }, way: "none" },
  { title: "a template and a recent sign-in", rule: { scope: "/x/{i}", maxAge: 60 }, way: "none" },
  {
    title: "a template, and more detail for a scope",
    rule: { scope: "/x/{i}", enrichedBy: "s2" },
    way: "none",
  },
];

/** A policy with a rule under two names: a pattern is decided by `decideCases`, what an exact name may not be. */
const load = (rule: unknown) =>
  loadPolicy({ ...DEFINITION, tools: { quick: rule, "full_*": rule } }, { now: () => 1_000 });
const prepared = (rule: unknown, name: string) =>
  operationOf(deciderOf(load(rule)), name) as PreparedOperation;

const wayOf = ({ first, byState, byValue }: PreparedOperation): Way => {
  if (first >= 0) return "choice";
  if (byState !== undefined) return "state";
  if (byValue === undefined) return "none";
  return byValue.template === undefined ? "values" : "template";
};

const SCOPES: readonly string[] = [
  "",
  "s0",
  "s1",
  "s2",
  "s31",
  "s32",
  "s33",
  "s1 s2",
  "s2 s32",
  "s1 s2 s32",
  plain.join(" "),
  "own",
  "rare",
  "/x/1",
  "/x/1 s1",
  "/x/1/end",
  "/x/1 /x/1/end",
  "/x/1 /x/2/end",
  "/x/2 /x/1/end s2",
  "/x/2/end s1",
  "/y/1x",
  "/y/1x /x/1",
  "/z/1",
  "/z/1 s2",
  "/pair/1/1",
  "/pair/1/2",
  "files:/1",
  "files:/1 s1",
  "a  b",
];
const MEMBERS: readonly object[] = [
  { tier: "free" },
  { tier: "pro" },
  { tier: "max" },
  { tier: "gold" },
  { tier: "tin" },
  { auth_time: 990, account_type: "mentor", entitlements: ["extra"], boundaries: { area: ["1"] } },
];
/** Tokens with one of the members, and a scope for which they matter. */
const withMembers = (...scopes: string[]): readonly unknown[] =>
  MEMBERS.flatMap((members) => scopes.map((scope) => ({ scope, ...members })));
const TOKENS: readonly unknown[] = [
  undefined,
  ...SCOPES.map((scope) => ({ scope })),
  { scope: ["s1"] },
  { scope: ["/x/1"] },
];
const PARAMS: readonly unknown[] = [
  ...["1", 1, "2", 2, "1/a", "x", "a.b", ".."].map((i) => ({ i, j: i })),
  { i: "1", j: "2" },
  undefined,
];

describe("an operation", () => {
  const ways = titled(CASES, ({ title, way }) =>
    way === "none" ? `has no precomputed decisions: ${title}` : `is decided by ${way}: ${title}`,
  );
  it.each(ways)("%s", (_title, { rule, way, states, takesPlain }) => {
    const { byState, byValue, ...others } = prepared(rule, "quick");
    expect(wayOf({ byState, byValue, ...others })).toBe(way);
    expect(byState?.decisions.length).toBe(states);
    expect(byValue?.takesPlain).toBe(takesPlain);
    expect(wayOf(prepared(rule, "full_a"))).toBe("none");
  });

  const compared = titled(CASES, ({ title }) => `has the decisions of \`decideCases\`: ${title}`);
  it.each(compared)("%s", (_title, { rule }) => {
    const policy = load(rule);
    const hasParams = policy.operation("quick").params.length > 0;
    const scopes = hasParams ? ["/x/1"] : ["", "s1", "s2", "s1 s2"];
    const different: unknown[] = [];
    for (const token of [...TOKENS, ...withMembers(...scopes)])
      for (const params of hasParams ? PARAMS : PARAMS.slice(0, 1)) {
        const quick = policy.decideUntrusted(token, "quick", params);
        const full = policy.decideUntrusted(token, "full_a", params);
        if (!isDeepStrictEqual(quick, full)) different.push([token, params, quick, full]);
      }
    expect(different).toEqual([]);
  });

  const shared = titled(
    CASES.filter(({ way, states }) => states !== undefined || way === "choice"),
    ({ title }) => `has one decision for all tokens alike: ${title}`,
  );
  it.each(shared)("%s", (_title, { rule }) => {
    const policy = load(rule);
    const tokens = [...SCOPES, ...plain].map((scope) => ({ scope }));
    const tiers = ["free", "pro", "max"].map((tier) => ({ scope: "s1", tier }));
    for (const token of [...tokens, ...tiers]) {
      const decision = policy.decideUntrusted(token, "quick");
      expect(policy.decideUntrusted({ ...token }, "quick")).toBe(decision);
      expect(Object.isFrozen(decision)).toBe(true);
    }
  });

  it("keeps no decision for a tier that is not declared, which the decision names", () => {
    const policy = load({ scope: "s1", tier: "pro" });
    for (const tier of ["gold", "tin", "gold"])
      expect(policy.decideUntrusted({ scope: "s1", tier }, "quick")).toMatchObject({ had: tier });
  });

  it("has one decision for all calls that it allows, without precomputed ones", () => {
    const policy = load({ anyOf: plain.slice(0, 9) });
    const decide = () => policy.decideUntrusted({ scope: "s1" }, "quick");
    expect(decide()).toBe(decide());
  });
});
