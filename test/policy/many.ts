/** Returns a list with a given number of items, for large policies. */
export function listOf<Item>(count: number, item: (index: number) => Item): Item[] {
  return Array.from({ length: count }, (_, index) => item(index));
}

/** Returns an object with a given number of members. */
export function objectOf<Value>(
  count: number,
  key: (index: number) => string,
  value: (index: number) => Value,
): Record<string, Value> {
  return Object.fromEntries(listOf(count, (index) => [key(index), value(index)]));
}

/** Returns scopes without options: `s0`, `s1` … */
export function scopesOf(count: number, key = (index: number) => `s${index}`) {
  return objectOf(count, key, () => ({}));
}

/** Returns an object whose members have the same value, such as tools or endpoints. */
export function alike<Value>(count: number, key: (index: number) => string, value: Value) {
  return objectOf(count, key, () => value);
}
