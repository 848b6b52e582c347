import { type Decision, loadPolicy, type PolicyDefinition } from "scope-policy";
import { describe, expect, it } from "vitest";
import { jointScopes } from "../../src/decision/joint-scopes.js";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";
import { titled } from "../titled.js";

const SCHOOL: Omit<PolicyDefinition, "name" | "version"> = {
  scopes: {
    "school:read": { implies: ["courses:read"] },
    "courses:read": {},
    "notes:read": {},
    "pupils:read": {},
  },
  tools: {
    list_pupils: { allOf: ["courses:read", "pupils:read"] },
    find_pupil: { anyOf: [{ allOf: ["notes:read", "pupils:read"] }, "school:read"] },
    list_all: "school:read",
  },
};

const letters = (count: number) =>
  Array.from({ length: count }, (_, at) => String.fromCharCode(97 + at));

/** Five patterns that match one name: more combinations of their alternatives than a denial lists. */
function manyPatterns(): typeof SCHOOL {
  const rules = letters(5).map((pattern) => letters(8).map((one) => `${pattern}_${one}:read`));
  const globs = ["a*", "ab*", "abc*", "*z", "*yz"];
  return {
    scopes: Object.fromEntries(rules.flat().map((name) => [name, {}])),
    tools: Object.fromEntries(rules.map((anyOf, at) => [globs[at] as string, { anyOf }])),
  };
}

const rows = [
  {
    title: "what the calls need of the token is part of the scopes, and not missing",
    definition: SCHOOL,
    scope: "courses:read notes:read",
    calls: ["list_pupils"],
    missing: ["pupils:read"],
    scopes: ["courses:read", "pupils:read"],
  },
  {
    title: "what the missing scopes imply is not part of the scopes",
    definition: SCHOOL,
    scope: "courses:read",
    calls: ["list_all", "list_pupils"],
    missing: ["school:read", "pupils:read"],
    scopes: ["school:read", "pupils:read"],
  },
  {
    title: "of several ways, the scopes have the one that is met",
    definition: SCHOOL,
    scope: "notes:read",
    calls: ["find_pupil", "list_pupils"],
    missing: ["courses:read", "pupils:read"],
    scopes: ["courses:read", "notes:read", "pupils:read"],
  },
  {
    title:
      "the alternative that the token nearly meets counts, also if the denial does not list it",
    definition: manyPatterns(),
    scope: "a_h:read b_h:read c_h:read d_h:read",
    calls: ["abcxyz"],
    missing: ["e_a:read"],
    scopes: ["a_h:read", "b_h:read", "c_h:read", "d_h:read", "e_a:read"],
  },
];

type Denial = Extract<Decision, { readonly code: "insufficient_scope" }>;

describe("the scopes that several calls need together", () => {
  it.each(titled(rows))("%s", (_title, { definition, scope, calls, missing, scopes }) => {
    const policy = loadPolicy({ name: "P", version: "1", ...definition });
    const denials = calls.map((name) => policy.decide({ scope }, name));
    expect(new Set(denials.map(({ code }) => code))).toEqual(new Set(["insufficient_scope"]));
    const joint = jointScopes(compiledPolicyOf(policy), { scope }, denials as readonly Denial[]);
    expect(joint).toEqual({ missing, scopes });
  });
});
