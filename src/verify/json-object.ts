import { isObject } from "../grammar/is-object.js";
import { readStrictJson } from "../grammar/strict-json.js";

/** A JSON object. Its members are looked up with `Object.hasOwn`, so `__proto__` is a name like any other. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Parses bytes as one JSON object. Returns `undefined` for all else: other values, invalid UTF-8, a byte order mark, and a
 * repeated key at any depth, since readers differ on which one counts (RFC 8259, section 4; RFC 7515, section 4).
 */
export function readJsonObject(bytes: Uint8Array): JsonObject | undefined {
  const value = readStrictJson(bytes);
  return isObject(value) ? value : undefined;
}
