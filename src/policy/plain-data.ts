import { withoutPrototype } from "./own-members.js";
import type { Report } from "./report.js";

/** How many levels a policy may have. */
export const DEEPEST = 64;
/** How many members all of its lists and objects may have together. */
export const MOST_VALUES = 200_000;
/** How many characters a policy may have: as JSON text, or in its names and texts together. */
export const MOST_TEXT = 16_777_216;

/**
 * Copies what an author wrote, so that later changes of it change nothing, and reports whatever is not plain data: a key
 * `__proto__`, an accessor, an instance of a class, a cycle, and `undefined` as the value of a member or an item. An
 * option that is `undefined` is mostly one whose variable is not set; to take it for an absent one would drop a condition.
 *
 * The copy holds `undefined` where a value has been reported. Does not run code of the author.
 */
export function snapshot(source: unknown, report: Report): unknown {
  const around = new Set<object>();
  const path: (string | number)[] = [];
  let values = 0;
  let characters = 0;

  const refuse = (code: string, message: string): undefined => {
    report.add(code, path, message);
    report.remove(path);
    return undefined;
  };

  const copy = (value: unknown): unknown => {
    if (typeof value === "string") return isTooLong(value) ? undefined : value;
    if (typeof value !== "object" || value === null) return value;
    if (around.has(value)) return refuse("not_plain_data", `this contains itself: ${PLAIN}`);
    if (path.length > DEEPEST) return refuse("too_large", `nested deeper than ${DEEPEST} levels`);
    if (!isPlain(value)) return refuse("not_plain_data", PLAIN);
    around.add(value);
    const result = Array.isArray(value) ? copyList(value) : copyObject(value);
    around.delete(value);
    return result;
  };

  const isTooMuch = (members: number): boolean => {
    const before = values;
    values += members;
    if (values <= MOST_VALUES) return false;
    if (before <= MOST_VALUES) refuse("too_large", `more than ${MOST_VALUES} values`);
    return true;
  };

  const isTooLong = (text: string): boolean => {
    const before = characters;
    characters += text.length;
    if (characters <= MOST_TEXT) return false;
    if (before <= MOST_TEXT) refuse("too_large", `more than ${MOST_TEXT} characters of text`);
    return true;
  };

  const copyList = (list: readonly unknown[]): unknown[] =>
    Array.from({ length: isTooMuch(list.length) ? 0 : list.length }, (_, index) =>
      copyMember(list, index),
    );

  const copyObject = (object: object): Record<string, unknown> => {
    const result = withoutPrototype<Record<string, unknown>>({});
    const keys = Object.keys(object);
    for (const key of isTooMuch(keys.length) ? [] : keys) {
      if (isTooLong(key)) break;
      const member = copyMember(object, key);
      // a refused `__proto__` is not a name that anything else should look at
      if (key !== "__proto__") result[key] = member;
    }
    return result;
  };

  const copyMember = (owner: object, key: string | number): unknown => {
    path.push(key);
    const property = Object.getOwnPropertyDescriptor(owner, key);
    let value: unknown;
    if (key === "__proto__")
      refuse("reserved_key", "a key `__proto__` is refused: it is no name but a trap");
    else if (property?.get !== undefined || property?.set !== undefined)
      refuse("not_plain_data", "expected a value, not an accessor");
    else if (property?.value === undefined) refuse("undefined_value", UNDEFINED);
    else value = copy(property.value);
    path.pop();
    return value;
  };

  try {
    return copy(source);
  } catch {
    // only a proxy can throw here
    path.length = 0;
    return refuse("not_plain_data", `this cannot be read: ${PLAIN}`);
  }
}

const PLAIN = "expected plain data, as JSON can hold it";
const UNDEFINED =
  "give it a value or leave it out (is an environment variable not set?): got `undefined`";

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== "object" || prototype === null) return prototype === null;
  // Object.prototype, of this realm or another. A literal `{ __proto__: {…} }` has a prototype of the author's own,
  // which was meant as data and would be lost in silence.
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "constructor");
}

/** Freezes plain data all the way down. */
export function deepFreeze<Data>(data: Data): Data {
  if (typeof data === "object" && data !== null && !Object.isFrozen(data)) {
    Object.freeze(data);
    for (const value of Object.values(data)) deepFreeze(value);
  }
  return data;
}
