/** A cache of values derived from a policy, by policy and key. */
export interface PolicyMemory<Value> {
  readonly get: (policy: object, key: string) => Value | undefined;
  readonly set: (policy: object, key: string, value: Value) => void;
}

const MOST_OF_ONE = 100;

/**
 * Creates a cache for values that all servers of one factory share: without sessions, a host creates a server for each request.
 * The cache keeps the first 100 values of a policy, and the caller computes any other value again.
 */
export function newPolicyMemory<Value>(): PolicyMemory<Value> {
  const policies = new WeakMap<object, Map<string, Value>>();
  return {
    get: (policy, key) => policies.get(policy)?.get(key),
    set: (policy, key, value) => {
      const known = policies.get(policy) ?? new Map<string, Value>();
      if (known.size < MOST_OF_ONE) policies.set(policy, known.set(key, value));
    },
  };
}
