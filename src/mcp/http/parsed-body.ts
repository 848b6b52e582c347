import { isPlain } from "../../policy/plain-data.js";
import type { BodyResult } from "./http-types.js";
import { MAX_DEPTH } from "./read-request.js";

/**
 * Returns a body that other code has parsed, as JSON again, so that the gate reads it as any other body, with the same limits. The
 * server gets what the gate parsed, and never the given value, which other code may still change.
 *
 * Only what `JSON.parse` can return is accepted: no accessor, no proxy, no instance of a class, no `undefined`. Runs no code of the
 * value, apart from proxy traps.
 */
export function encodeParsedBody(value: unknown, most: number): BodyResult {
  try {
    const writer = createWriter(most);
    writer.write(value, 0);
    // a proxy looks like its target, but cannot be cloned
    structuredClone(value);
    const bytes = new TextEncoder().encode(writer.text());
    return bytes.length > most ? "too_large" : bytes;
  } catch (error) {
    return error === TOO_LARGE ? "too_large" : "unreadable";
  }
}

const TOO_LARGE = new RangeError("the body is too large");
const NOT_JSON = new TypeError("the body is not JSON");

function createWriter(most: number) {
  const parts: string[] = [];
  let length = 0;
  const add = (part: string) => {
    length += part.length;
    // a value with shared parts can be far longer as text
    if (length > most) throw TOO_LARGE;
    parts.push(part);
  };

  const writeMembers = (owner: object, keys: readonly string[], depth: number, isList: boolean) => {
    add(isList ? "[" : "{");
    for (const [index, key] of keys.entries()) {
      const property = Object.getOwnPropertyDescriptor(owner, key);
      if (property?.enumerable !== true || !Object.hasOwn(property, "value")) throw NOT_JSON;
      if (index > 0) add(",");
      if (!isList) add(`${JSON.stringify(key)}:`);
      write(property.value, depth + 1);
    }
    add(isList ? "]" : "}");
  };

  const write = (value: unknown, depth: number): void => {
    if (depth > MAX_DEPTH) throw NOT_JSON;
    if (typeof value === "object" && value !== null) {
      const keys = Reflect.ownKeys(value);
      const isList = Array.isArray(value);
      const members = isList ? indexesOf(value, keys) : keys.filter(isString);
      if (!isPlain(value) || (!isList && members.length < keys.length)) throw NOT_JSON;
      writeMembers(value, members, depth, isList);
    } else if (isScalar(value)) add(JSON.stringify(value));
    else throw NOT_JSON;
  };

  return { write, text: () => parts.join("") };
}

const isScalar = (value: unknown): boolean =>
  value === null ||
  typeof value === "boolean" ||
  typeof value === "string" ||
  Number.isFinite(value);

const isString = (key: string | symbol): key is string => typeof key === "string";

/** Returns the indexes of a list. A gap and any other member make it different from every list in JSON. */
function indexesOf(list: readonly unknown[], keys: readonly (string | symbol)[]): string[] {
  const indexes = Array.from(keys.slice(0, -1), (_, index) => String(index));
  const isWhole =
    keys.length === list.length + 1 &&
    keys.at(-1) === "length" &&
    indexes.every((index, place) => keys[place] === index) &&
    // not an instance of a subclass
    Object.getPrototypeOf(Object.getPrototypeOf(Object.getPrototypeOf(list))) === null;
  if (!isWhole) throw NOT_JSON;
  return indexes;
}
