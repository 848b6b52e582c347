// The public view of the package: a policy by its text, a decision by the members of the API document.

import { loadPolicy } from "scope-policy";
import type { Claims } from "./arbitrary-request.js";
import { type Definition, MODEL_NOW, type ModelDecision } from "./model.js";

export const CODES: readonly string[] = [
  "allowed",
  "unknown_operation",
  "denied",
  "invalid_params",
  "unauthenticated",
  "invalid_token",
  "insufficient_scope",
  "binding_mismatch",
  "account_type_required",
  "upgrade_required",
  "insufficient_user_authentication",
  "reserved_scope",
];
const MEMBERS =
  "code,allowed,scopes,missing,accepted,enriched,enrichments,param,tier,entitlement,acr,maxAge,had,reason".split(
    ",",
  );

/** Returns the members of a decision that the API document names, without any others. */
export function dataOf(decision: object): ModelDecision {
  const entries = Object.entries(decision).filter(
    ([key, value]) => MEMBERS.includes(key) && value !== undefined,
  );
  return Object.fromEntries(entries) as unknown as ModelDecision;
}

/** Returns the members of a decision that are compared with those of the model. For several placeholders or rules, the API document does not state which parameter a mismatch names. */
export function comparedTo(model: ModelDecision, real: object): ModelDecision {
  const { param, ...data } = dataOf(real);
  // some parameter, which the model does not know
  const isLoose = model.code === "binding_mismatch" && model.param === undefined;
  if (isLoose && typeof param === "string") return data;
  return isLoose || param !== undefined ? { ...data, param: String(param) } : data;
}

const loaded = new WeakMap<Definition, ReturnType<typeof loadPolicy>>();

/** Returns the policy of a definition, created once: creation costs far more than a decision. */
export function load(definition: Definition): ReturnType<typeof loadPolicy> {
  const policy = loaded.get(definition) ?? loadPolicy(definition, { now: () => MODEL_NOW });
  loaded.set(definition, policy);
  return policy;
}

export function decide(
  definition: Definition,
  token: unknown,
  name: unknown,
  params: unknown,
): ModelDecision {
  return dataOf(load(definition).decideUntrusted(token, name, params));
}

export const tokenOf = (scope: string[], facts: Omit<Claims, "scope">): Claims => ({
  scope,
  ...facts,
});
