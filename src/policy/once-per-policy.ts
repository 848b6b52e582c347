/**
 * Returns a function that derives a value from a policy once, and returns the same value for the same policy from then on. What a gate
 * derives so is never that of a policy that has been replaced. It keeps no policy in memory.
 */
export function oncePerPolicy<Of extends object, Value>(
  derive: (policy: Of) => Value,
): (policy: Of) => Value {
  const known = new WeakMap<Of, { readonly value: Value }>();
  return (policy) => {
    const found = known.get(policy);
    if (found !== undefined) return found.value;
    const value = derive(policy);
    known.set(policy, { value });
    return value;
  };
}
