import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { createCoverage } from "../../src/analysis/coverage.js";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";
import { titled } from "../titled.js";

const NOW = 1_000_000;
const POLICY = loadPolicy({
  name: "School",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["teacher", "pupil"],
  entitlements: ["exports", "beta"],
  boundaries: { school: { claim: "schools" } },
  scopes: {
    read: {},
    write: { implies: ["read"] },
    pro: { tier: "pro" },
    root: { reserved: true, implies: ["read"] },
    "/{id}/read": {},
  },
  tools: {
    list: "read",
    update: { anyOf: ["write", "root"] },
    both: { allOf: ["write", "pro"] },
    sold: { scope: "read", entitlement: "exports", accountTypes: ["teacher"] },
    open: { public: true },
    known: { authenticated: true },
    never: { deny: "No." },
    mine: "/{id}/read",
    inside: { scope: "read", within: { school: "schoolId" } },
    fresh: { scope: "read", maxAge: 60 },
    plan: { cases: [{ when: { mode: "dry" }, scope: "read" }], otherwise: { deny: "Not so." } },
    more: { scope: "read", enrichedBy: "write" },
    rich: { public: true, enrichedBy: ["read", "pro"] },
    "a_*": "read",
    "m_*": "/{id}/read",
    "*_b": "write",
    "open_*": { public: true },
    "*_never": { deny: "Never." },
    inner: { scope: "read", internal: true },
  },
});

type Call = readonly [token: unknown, name: string, params?: unknown];

/** Returns what calls exercise: the operation, the branch, the alternative, the kind and the detail of each part. */
function exercisedBy(...calls: readonly Call[]): readonly string[] {
  const coverage = createCoverage(compiledPolicyOf(POLICY), () => NOW);
  for (const [token, name, params = {}] of calls) coverage.decide(token, name, params);
  return coverage.parts().flatMap(({ operation, when, alternative, kind, detail, isExercised }) => {
    const branch = when === undefined ? [] : [when.length === 0 ? "otherwise" : "case"];
    const words = [operation, ...branch, kind, alternative ?? [], detail === "" ? [] : detail];
    return isExercised ? [words.flat().join(" ")] : [];
  });
}

interface CoverageRow {
  readonly title: string;
  readonly calls: readonly Call[];
  readonly exercised: readonly string[];
}

const pro = { tier: "pro" };
const teacher = { account_type: "teacher" };

const ROWS: readonly CoverageRow[] = [
  { title: "no call exercises nothing", calls: [], exercised: [] },
  {
    title: "a call without a token exercises the operation alone",
    calls: [[undefined, "list"]],
    exercised: ["list operation"],
  },
  {
    title: "an invalid token exercises the operation alone",
    calls: [[{ scope: "a  b" }, "list"]],
    exercised: ["list operation"],
  },
  {
    title: "an unknown operation exercises nothing",
    calls: [[{ scope: "read" }, "lost"]],
    exercised: [],
  },
  {
    title: "a missing parameter exercises the parameters",
    calls: [[{ scope: "/a/read" }, "mine"]],
    exercised: ["mine operation", "mine params"],
  },
  {
    title: "a missing parameter exercises only the pattern that binds it",
    calls: [[{ scope: "write" }, "m_b"]],
    exercised: ["m_* operation", "m_* params", "*_b operation"],
  },
  {
    title: "a call without a token exercises the token where any is enough",
    calls: [[undefined, "known"]],
    exercised: ["known operation", "known token "],
  },
  {
    title: "a public call without a token exercises the answer without additional detail",
    calls: [[undefined, "rich"]],
    exercised: ["rich operation", "rich plain"],
  },
  {
    title: "a scope whose condition is not met gives no additional detail",
    calls: [[{ scope: "pro", tier: "free" }, "rich"]],
    exercised: ["rich operation", "rich plain"],
  },
  {
    title: "additional detail of an operation with a scope is exercised beside the scope",
    calls: [[{ scope: "write" }, "more"]],
    exercised: ["more operation", "more alternative read", "more enrichment write"],
  },
  {
    title: "a denied call exercises no answer without additional detail",
    calls: [[{ scope: "" }, "more"]],
    exercised: ["more operation", "more scope read"],
  },
  {
    title: "additional detail exercises each scope that gives it",
    calls: [[{ scope: "pro", tier: "pro" }, "rich"]],
    exercised: ["rich operation", "rich enrichment pro"],
  },
  {
    title: "an allowed call exercises every alternative that it meets",
    calls: [[{ scope: "write root", first_party: true }, "update"]],
    exercised: ["update operation", "update alternative write", "update alternative root"],
  },
  {
    title: "a token without scopes exercises the scope of each alternative of a third party",
    calls: [[{ scope: "" }, "update"]],
    exercised: ["update operation", "update scope write"],
  },
  {
    title: "a first-party token without scopes exercises the scope of the reserved alternative",
    calls: [[{ scope: "", first_party: true }, "update"]],
    exercised: ["update operation", "update scope write", "update scope root"],
  },
  {
    title: "a third party with a reserved scope exercises that it is reserved",
    calls: [[{ scope: "root" }, "update"]],
    exercised: ["update operation", "update scope write", "update reserved root"],
  },
  {
    title: "a reserved scope of a third party implies nothing",
    calls: [[{ scope: "root" }, "list"]],
    exercised: ["list operation", "list scope read"],
  },
  {
    title: "a token that lacks the tier alone exercises the tier",
    calls: [[{ scope: "write pro", tier: "free" }, "both"]],
    exercised: ["both operation", "both tier write pro pro"],
  },
  {
    title: "a token that lacks the tier and a scope exercises neither",
    calls: [[{ scope: "write", tier: "free" }, "both"]],
    exercised: ["both operation"],
  },
  {
    title: "a token that lacks one of several scopes exercises the scopes",
    calls: [[{ scope: "write", ...pro }, "both"]],
    exercised: ["both operation", "both scope write pro"],
  },
  {
    title: "an account type and an entitlement are exercised apart",
    calls: [
      [{ scope: "read", entitlements: ["exports"], account_type: "pupil" }, "sold"],
      [{ scope: "read", entitlements: ["beta"], ...teacher }, "sold"],
    ],
    exercised: [
      "sold operation",
      "sold account_type read teacher",
      "sold entitlement read exports",
    ],
  },
  {
    title: "a public operation has nothing else to exercise",
    calls: [[{ scope: "" }, "open"]],
    exercised: ["open operation"],
  },
  {
    title: "an operation for any token has an alternative without scopes",
    calls: [[{ scope: "" }, "known"]],
    exercised: ["known operation", "known alternative "],
  },
  {
    title: "a denial is exercised by a call that it denies",
    calls: [[undefined, "never"]],
    exercised: ["never operation", "never denial No."],
  },
  {
    title: "a scope with another value exercises the binding",
    calls: [[{ scope: "/b/read" }, "mine", { id: "a" }]],
    exercised: ["mine operation", "mine binding /{id}/read"],
  },
  {
    title: "a value outside a boundary exercises the boundary",
    calls: [[{ scope: "read", boundaries: { school: ["b"] } }, "inside", { schoolId: "a" }]],
    exercised: ["inside operation", "inside boundary read schoolId within school"],
  },
  {
    title: "an old authentication exercises it",
    calls: [[{ scope: "read", auth_time: NOW - 61 }, "fresh"]],
    exercised: ["fresh operation", "fresh authentication"],
  },
  {
    title: "a call exercises the branch that it takes",
    calls: [[{ scope: "read" }, "plan", { mode: "dry" }]],
    exercised: ["plan operation", "plan case branch", "plan case alternative read"],
  },
  {
    title: "a denial in a branch is exercised",
    calls: [[{ scope: "read" }, "plan"]],
    exercised: ["plan operation", "plan otherwise branch", "plan otherwise denial Not so."],
  },
  {
    title: "all patterns that match are exercised by an allowed call",
    calls: [[{ scope: "write" }, "a_b"]],
    exercised: ["a_* operation", "a_* alternative read", "*_b operation", "*_b alternative write"],
  },
  {
    title: "the only pattern that is not met is exercised",
    calls: [[{ scope: "read" }, "a_b"]],
    exercised: ["a_* operation", "*_b operation", "*_b scope write"],
  },
  {
    title: "two patterns that are not met exercise no demand",
    calls: [[{ scope: "" }, "a_b"]],
    exercised: ["a_* operation", "*_b operation"],
  },
  {
    title: "a public pattern that matches too demands nothing",
    calls: [[{ scope: "" }, "open_b"]],
    exercised: ["*_b operation", "*_b scope write", "open_* operation"],
  },
  {
    title: "only the denial among patterns is exercised as one",
    calls: [[{ scope: "read" }, "a_never"]],
    exercised: ["a_* operation", "*_never operation", "*_never denial Never."],
  },
  {
    title: "an internal operation is exercised",
    calls: [[{ scope: "read" }, "inner"]],
    exercised: ["inner operation", "inner alternative read"],
  },
];

describe("the coverage of a policy", () => {
  it.each(titled(ROWS))("%s", (_title, { calls, exercised }) => {
    expect(exercisedBy(...calls).toSorted()).toEqual([...exercised].toSorted());
  });

  it("returns the decision of the policy", () => {
    const { decide } = createCoverage(compiledPolicyOf(POLICY), () => NOW);
    expect(decide({ scope: "read" }, "list", {})).toEqual(POLICY.decide({ scope: "read" }, "list"));
    expect(decide({ scope: "read" }, "__proto__", {}).code).toBe("unknown_operation");
  });

  it("uses the clock of the system by default", () => {
    const { decide } = createCoverage(compiledPolicyOf(POLICY));
    const auth_time = Math.floor(Date.now() / 1_000) - 1;
    expect(decide({ scope: "read", auth_time }, "fresh", {}).code).toBe("allowed");
  });

  it("lists every part once", () => {
    const parts = createCoverage(compiledPolicyOf(POLICY)).parts();
    const keys = parts.map((part) => JSON.stringify({ ...part, isExercised: undefined }));
    expect(new Set(keys).size).toBe(keys.length);
    expect(parts.filter(({ kind }) => kind === "operation")).toHaveLength(19);
  });

  it("has a part for each thing that an alternative demands, and no others", () => {
    const parts = createCoverage(compiledPolicyOf(POLICY)).parts();
    const demandsOf = (name: string) =>
      parts
        .filter(({ operation, kind }) => operation === name && kind !== "operation")
        .map(({ kind, detail }) => `${kind} ${detail}`.trim());
    expect(demandsOf("list")).toEqual(["alternative", "scope"]);
    expect(demandsOf("both")).toEqual(["alternative", "scope", "tier pro"]);
    expect(demandsOf("sold")).toEqual([
      "alternative",
      "scope",
      "account_type teacher",
      "entitlement exports",
    ]);
  });

  it("has no part for a parameter that the condition of a branch compares: no call of the branch lacks it", () => {
    const own = { when: { id: "a" }, scope: "/{id}/read" };
    const policy = loadPolicy({
      name: "N",
      version: "1",
      scopes: { "/{id}/read": {} },
      tools: { mine: { cases: [own], otherwise: "/{id}/read" } },
    });
    const parts = createCoverage(compiledPolicyOf(policy)).parts();
    const lacking = parts.filter(({ kind }) => kind === "params");
    expect(lacking.map(({ when }) => when)).toEqual([[]]);
  });
});
