/** Lists and objects of any number of like members, for policies that are large. */
export function listOf<Item>(count: number, item: (index: number) => Item): Item[] {
  return Array.from({ length: count }, (_, index) => item(index));
}

export function objectOf<Value>(
  count: number,
  key: (index: number) => string,
  value: (index: number) => Value,
): Record<string, Value> {
  return Object.fromEntries(listOf(count, (index) => [key(index), value(index)]));
}

/** Scopes without options: `s0`, `s1` … */
export function scopesOf(count: number, key = (index: number) => `s${index}`) {
  return objectOf(count, key, () => ({}));
}

/** Tools, or endpoints, that are all alike. */
export function alike<Value>(count: number, key: (index: number) => string, value: Value) {
  return objectOf(count, key, () => value);
}
