/** What was made of a policy, by what it was made with. */
export interface PolicyMemory<Value> {
  readonly get: (policy: object, key: string) => Value | undefined;
  readonly set: (policy: object, key: string, value: Value) => void;
}

const MOST_OF_ONE = 100;

/**
 * Remembers for each policy what is the same for all servers that one factory makes, since where there are no sessions one is
 * made for each request. A program that makes more kinds of them has the rest made anew.
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
