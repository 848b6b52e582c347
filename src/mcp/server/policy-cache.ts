/** A cache of values derived from a policy, by policy and key. */
export interface PolicyCache<Value> {
  readonly get: (policy: object, key: string) => Value | undefined;
  readonly set: (policy: object, key: string, value: Value) => void;
}

const MAX_PER_POLICY = 100;

/**
 * Creates a cache for values that all servers of one factory share: without sessions, a host creates a server for each request.
 * The cache keeps the first 100 values of a policy, and the caller computes any other value again.
 */
export function createPolicyCache<Value>(): PolicyCache<Value> {
  const policies = new WeakMap<object, Map<string, Value>>();
  return {
    get: (policy, key) => policies.get(policy)?.get(key),
    set: (policy, key, value) => {
      const known = policies.get(policy) ?? new Map<string, Value>();
      if (known.size < MAX_PER_POLICY) policies.set(policy, known.set(key, value));
    },
  };
}
