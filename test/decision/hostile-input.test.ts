import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/policy.js";
import { ATTACKED, type AttackCall } from "../cases/attack-call.js";
import { NAMES_ATTACKS } from "../cases/attacks-names.js";
import { PATHS_ATTACKS } from "../cases/attacks-paths.js";
import { ACCEPTED_POLICIES, REFUSED_POLICIES, REFUSED_TEXTS } from "../cases/attacks-policies.js";
import { SCOPES_ATTACKS } from "../cases/attacks-scopes.js";
import { findingsOf } from "../policy/findings-of.js";

const policies = {
  courses: loadPolicy(ATTACKED.courses),
  chain: loadPolicy(ATTACKED.chain),
  star: loadPolicy(ATTACKED.star),
  ops: loadPolicy(ATTACKED.ops),
  denyall: loadPolicy(ATTACKED.denyall),
};

const CALLS = [...NAMES_ATTACKS, ...SCOPES_ATTACKS, ...PATHS_ATTACKS].map((attack) => ({
  id: attack[0],
  attack,
}));

function outcomeOf([, name, token, target, , params]: AttackCall): "allow" | "refuse" {
  const policy = policies[name];
  const claims = typeof token === "string" ? { scope: token } : token;
  const isRequest = typeof target === "object" && target !== null && "path" in target;
  const decision = isRequest
    ? policy.decideRequest(claims as never, target as never)
    : policy.decideUntrusted(claims, target, params);
  return decision.allowed ? "allow" : "refuse";
}

// What each class of attacks would do if it worked is to turn `refuse` into `allow`; the few that are allowed show that
// the policies are not merely shut.
describe("attacks", () => {
  it.each(CALLS)("$id", ({ attack }) => {
    expect(outcomeOf(attack)).toBe(attack[4]);
  });

  it("PATH-054: a query is no part of a path, so the caller leaves it out", () => {
    const request = (path: string) =>
      policies.courses.decideRequest({ scope: "courses:read" }, { method: "GET", path });
    expect(request("/courses?next=/admin&x=%2e%2e").code).toBe("unknown_operation");
    expect(request("/courses").code).toBe("allowed");
  });

  it.each(REFUSED_POLICIES)("%s is refused as a policy", (_, parts, code, path) => {
    const { scopes, tools } = parts as { scopes?: object; tools?: object };
    const found = findingsOf({
      ...ATTACKED.courses,
      ...parts,
      scopes: { ...ATTACKED.courses.scopes, ...scopes },
      tools: { ...ATTACKED.courses.tools, ...tools },
    });
    expect(found.map((finding) => [finding.code, finding.path])).toContainEqual([code, path]);
  });

  it("POLICY-035: a policy without scopes is refused where its rules name any", () => {
    const found = findingsOf({ ...ATTACKED.courses, scopes: {} });
    expect(new Set(found.map(({ code }) => code))).toEqual(new Set(["unknown_scope"]));
  });

  it.each(REFUSED_TEXTS)("%s is refused as text", (_, change) => {
    const text = JSON.stringify(ATTACKED.courses);
    expect(findingsOf(text)).toEqual([]);
    expect(change(text)).not.toBe(text);
    expect(findingsOf(change(text)).length).toBeGreaterThan(0);
  });

  it.each(ACCEPTED_POLICIES)("%s is accepted: %s", (_, parts) => {
    const { scopes, tools } = parts as { scopes?: object; tools?: object };
    const found = findingsOf({
      ...ATTACKED.courses,
      ...parts,
      scopes: { ...ATTACKED.courses.scopes, ...scopes },
      tools: { ...ATTACKED.courses.tools, ...tools },
    });
    expect(found).toEqual([]);
  });
});
