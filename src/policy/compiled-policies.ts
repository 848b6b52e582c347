import { PolicyError } from "../errors.js";
import type { CompiledPolicy } from "./compiled-policy.js";

// separate from the compiler, so that a gate does not load the compiler
const compiledPolicies = new WeakMap<object, CompiledPolicy>();

/** Marks a value as a policy, so that objects of the same shape are rejected. Returns the value. */
export function brandPolicy<Value extends object>(value: Value, compiled: CompiledPolicy): Value {
  compiledPolicies.set(value, compiled);
  return value;
}

/**
 * Returns the compiled form of a policy.
 *
 * @throws {@link PolicyError} `ERR_POLICY_UNKNOWN` for a value that `definePolicy` or `loadPolicy` did not return
 */
export function compiledPolicyOf(value: unknown): CompiledPolicy {
  // without an error for a value that is not an object
  const compiled = compiledPolicies.get(value as object);
  if (compiled !== undefined) return compiled;
  throw new PolicyError(
    "ERR_POLICY_UNKNOWN",
    "not a policy: pass the value returned by `definePolicy` or `loadPolicy`; copies are rejected",
  );
}
