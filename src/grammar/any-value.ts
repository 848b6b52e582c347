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

/** Returns the text of a value; its type, where it has no text. Never throws. */
export function anyText(value: unknown): string {
  try {
    return String(value);
  } catch {
    return `(${typeof value})`; // an object without a prototype, or a proxy that throws
  }
}
