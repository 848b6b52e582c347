/**
 * Returns a copy of the first items of a list, at most `most` of them. Returns `undefined` for a value that is not a list or
 * that cannot be read, such as a proxy that throws. Never throws.
 */
export function firstItems(value: unknown, most: number): readonly unknown[] | undefined {
  try {
    if (!Array.isArray(value)) return undefined;
    const list: readonly unknown[] = value;
    const count = Math.min(list.length, most);
    const items: unknown[] = [];
    // a loop: `Array.from` with a function takes ten times as long, in every request over MCP
    for (let index = 0; index < count; index += 1) items.push(list[index]);
    return items;
  } catch {
    return undefined;
  }
}

/** Maximum number of names in a list of facts. A longer list counts as missing. */
const MAX_NAMES = 1_024;

/** Returns a frozen copy of a list of texts; `undefined` for any other value. Never throws. */
export function readNames(value: unknown): readonly string[] | undefined {
  const list = firstItems(value, MAX_NAMES + 1);
  const isWhole = list !== undefined && list.length <= MAX_NAMES;
  return isWhole && list.every((name) => typeof name === "string")
    ? Object.freeze(list)
    : undefined;
}

/** Returns one text, or a list of texts, as a list; `undefined` for any other value. Never throws. */
export function readOneOrMore(value: unknown): readonly string[] | undefined {
  return typeof value === "string" ? [value] : readNames(value);
}

/** Returns the text of a primitive value, or the type of an object, whose own text can throw or be of any length. */
export function anyText(value: unknown): string {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  return isObject ? `(${typeof value})` : String(value);
}
