import { PolicyError } from "../errors.js";
import type { CompiledPolicy } from "./compiled.js";

// apart from the compiler, so that a gate does not load what compiles policies
const compiledPolicies = new WeakMap<object, CompiledPolicy>();

/** Marks a value as a policy that was made here, so that no look-alike is taken for one. */
export function brandPolicy<Value extends object>(value: Value, compiled: CompiledPolicy): Value {
  compiledPolicies.set(value, compiled);
  return value;
}

/**
 * The compiled form of a policy.
 *
 * @throws {@link PolicyError} `ERR_POLICY_UNKNOWN` for a value that `definePolicy` and `loadPolicy` did not make.
 */
export function compiledPolicyOf(value: unknown): CompiledPolicy {
  const compiled =
    typeof value === "object" && value !== null ? compiledPolicies.get(value) : undefined;
  if (compiled !== undefined) return compiled;
  throw new PolicyError(
    "ERR_POLICY_UNKNOWN",
    "this is no policy: make it with `definePolicy` or `loadPolicy`, a copy of one does not count",
  );
}
