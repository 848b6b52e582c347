/** An object of JSON. Names are looked up with `Object.hasOwn`. */
export type JsonObject = Readonly<Record<string, unknown>>;

const TEXTS = /"[^"\\]*(?:\\.[^"\\]*)*"/g;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads one JSON object; `undefined` for all else: other values, bad UTF-8, a byte order mark, and an object anywhere in it
 * that has a key twice, since readers differ on which one counts (RFC 8259, section 4; RFC 7515, section 4).
 */
export function readJsonObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const text = decoder.decode(bytes);
    const value: unknown = JSON.parse(text);
    return isObject(value) && countColons(text) === countKeys(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Outside of texts a colon of JSON stands after each key and nowhere else. */
function countColons(text: string): number {
  return text.replaceAll(TEXTS, "").split(":").length - 1;
}

/** The keys that are left, at every depth; a list of what is to do, so that depth costs no call stack. */
function countKeys(value: unknown): number {
  let count = 0;
  const open = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== "object" || next === null) continue;
    const members: readonly unknown[] = Object.values(next);
    if (!Array.isArray(next)) count += members.length;
    for (const member of members) open.push(member);
  }
  return count;
}
