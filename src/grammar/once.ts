/**
 * Returns a function that creates a value at its first call, and returns the same value from then on. For what takes milliseconds
 * to create and what many programs that import the package do not use.
 */
export function once<Value extends object>(create: () => Value): () => Value {
  let created: Value | undefined;
  return () => {
    created ??= create();
    return created;
  };
}
