/**
 * Copies the first items of a list, at most `most`. Returns `undefined` for a value that is not a list, and for one that
 * cannot be read, such as a proxy that throws. Never throws.
 */
export function firstItems(value: unknown, most: number): readonly unknown[] | undefined {
  try {
    if (!Array.isArray(value)) return undefined;
    const list: readonly unknown[] = value;
    return Array.from({ length: Math.min(list.length, most) }, (_, index) => list[index]);
  } catch {
    return undefined;
  }
}

/** Returns the text of a primitive value, and the type of an object: its own text may throw, or be of any length. */
export function anyText(value: unknown): string {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  return isObject ? `(${typeof value})` : String(value);
}
