import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/policy.js";
import { ATTACKED, type AttackCall } from "../cases/attack-call.js";
import { NAMES_ATTACKS } from "../cases/attacks-names.js";
import { PATHS_ATTACKS } from "../cases/attacks-paths.js";
import { ACCEPTED_POLICIES, REFUSED_POLICIES, REFUSED_TEXTS } from "../cases/attacks-policies.js";
import { SCOPES_ATTACKS } from "../cases/attacks-scopes.js";
import { findingsOf } from "../policy/findings-of.js";
import { titled } from "../titled.js";

const policies = {
  courses: loadPolicy(ATTACKED.courses),
  chain: loadPolicy(ATTACKED.chain),
  star: loadPolicy(ATTACKED.star),
  ops: loadPolicy(ATTACKED.ops),
  denyall: loadPolicy(ATTACKED.denyall),
};

const CALLS = titled(
  [...NAMES_ATTACKS, ...SCOPES_ATTACKS, ...PATHS_ATTACKS],
  ([id, policy, , , outcome]) =>
    `is ${outcome === "allow" ? "allowed" : "denied"} by the policy ${policy}: ${id}`,
);

function outcomeOf([, name, token, target, , params]: AttackCall): "allow" | "refuse" {
  const policy = policies[name];
  const claims = typeof token === "string" ? { scope: token } : token;
  const isRequest = typeof target === "object" && target !== null && "path" in target;
  const decision = isRequest
    ? policy.decideRequest(claims as never, target as never)
    : policy.decideUntrusted(claims, target, params);
  return decision.allowed ? "allow" : "refuse";
}

// Hostile names, scopes and paths aim to turn `refuse` into `allow`. The few calls that are allowed show that the policies do
// not deny everything.
describe("a call with hostile input", () => {
  it.each(CALLS)("%s", (_title, call) => {
    expect(outcomeOf(call)).toBe(call[4]);
  });

  it("is denied for a path with a query, which the caller must remove: PATH-054", () => {
    const request = (path: string) =>
      policies.courses.decideRequest({ scope: "courses:read" }, { method: "GET", path });
    expect(request("/courses?next=/admin&x=%2e%2e").code).toBe("unknown_operation");
    expect(request("/courses").code).toBe("allowed");
  });
});

describe("a hostile policy", () => {
  it.each(REFUSED_POLICIES)("is rejected: %s", (_, parts, code, path) => {
    const { scopes, tools } = parts as { scopes?: object; tools?: object };
    const found = findingsOf({
      ...ATTACKED.courses,
      ...parts,
      scopes: { ...ATTACKED.courses.scopes, ...scopes },
      tools: { ...ATTACKED.courses.tools, ...tools },
    });
    expect(found.map((finding) => [finding.code, finding.path])).toContainEqual([code, path]);
  });

  it("is rejected if it declares no scopes but its rules name some: POLICY-035", () => {
    const found = findingsOf({ ...ATTACKED.courses, scopes: {} });
    expect(new Set(found.map(({ code }) => code))).toEqual(new Set(["unknown_scope"]));
  });

  it.each(REFUSED_TEXTS)("is rejected as text: %s", (_, change) => {
    const text = JSON.stringify(ATTACKED.courses);
    expect(findingsOf(text)).toEqual([]);
    expect(change(text)).not.toBe(text);
    expect(findingsOf(change(text)).length).toBeGreaterThan(0);
  });

  const accepted = titled(ACCEPTED_POLICIES, ([id]) => `is accepted if it is well formed: ${id}`);
  it.each(accepted)("%s", (_title, [, parts]) => {
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
