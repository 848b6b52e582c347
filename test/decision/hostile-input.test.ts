import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { HOSTILE_CALL_POLICIES, type HostileCall } from "../cases/hostile-call.js";
import { HOSTILE_NAMES } from "../cases/hostile-names.js";
import { HOSTILE_PATHS } from "../cases/hostile-paths.js";
import { HOSTILE_SCOPES } from "../cases/hostile-scopes.js";
import {
  ACCEPTED_POLICIES,
  INVALID_POLICIES,
  INVALID_POLICY_TEXTS,
} from "../cases/invalid-policies.js";
import { findingsOf } from "../policy/findings-of.js";
import { titled } from "../titled.js";

const policies = {
  courses: loadPolicy(HOSTILE_CALL_POLICIES.courses),
  chain: loadPolicy(HOSTILE_CALL_POLICIES.chain),
  star: loadPolicy(HOSTILE_CALL_POLICIES.star),
  ops: loadPolicy(HOSTILE_CALL_POLICIES.ops),
  denyall: loadPolicy(HOSTILE_CALL_POLICIES.denyall),
};

const CALLS = titled(
  [...HOSTILE_NAMES, ...HOSTILE_SCOPES, ...HOSTILE_PATHS],
  ([id, policy, , , outcome]) =>
    `is ${outcome === "allow" ? "allowed" : "denied"} by the policy ${policy}: ${id}`,
);

function outcomeOf([, name, token, target, , params]: HostileCall): "allow" | "refuse" {
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
  it.each(INVALID_POLICIES)("is rejected: %s", (_, parts, code, path) => {
    const { scopes, tools } = parts as { scopes?: object; tools?: object };
    const found = findingsOf({
      ...HOSTILE_CALL_POLICIES.courses,
      ...parts,
      scopes: { ...HOSTILE_CALL_POLICIES.courses.scopes, ...scopes },
      tools: { ...HOSTILE_CALL_POLICIES.courses.tools, ...tools },
    });
    expect(found.map((finding) => [finding.code, finding.path])).toContainEqual([code, path]);
  });

  it("is rejected if it declares no scopes but its rules name some: POLICY-035", () => {
    const found = findingsOf({ ...HOSTILE_CALL_POLICIES.courses, scopes: {} });
    expect(new Set(found.map(({ code }) => code))).toEqual(new Set(["unknown_scope"]));
  });

  it.each(INVALID_POLICY_TEXTS)("is rejected as text: %s", (_, change) => {
    const text = JSON.stringify(HOSTILE_CALL_POLICIES.courses);
    expect(findingsOf(text)).toEqual([]);
    expect(change(text)).not.toBe(text);
    expect(findingsOf(change(text)).length).toBeGreaterThan(0);
  });

  const accepted = titled(ACCEPTED_POLICIES, ([id]) => `is accepted if it is well formed: ${id}`);
  it.each(accepted)("%s", (_title, [, parts]) => {
    const { scopes, tools } = parts as { scopes?: object; tools?: object };
    const found = findingsOf({
      ...HOSTILE_CALL_POLICIES.courses,
      ...parts,
      scopes: { ...HOSTILE_CALL_POLICIES.courses.scopes, ...scopes },
      tools: { ...HOSTILE_CALL_POLICIES.courses.tools, ...tools },
    });
    expect(found).toEqual([]);
  });
});
