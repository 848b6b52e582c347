import type { Policy } from "scope-policy";
import type { DiffWitness } from "scope-policy/analysis";

/** Returns the decision of a policy about a witness. */
export function decideWitness(policy: Policy, { call, token, params = {} }: DiffWitness) {
  const [method = "", path] = call.split(" ");
  return path === undefined
    ? policy.decideUntrusted(token, call, params)
    : policy.decideRequest(token, { method, path, params });
}
