import { withoutPrototype } from "./own-members.js";
import type { Report } from "./report.js";

/** Maximum number of levels of a policy. */
export const MAX_DEPTH = 64;
/** Maximum total number of members in the lists and objects of a policy. */
export const MAX_VALUES = 200_000;
/** Maximum number of characters of a policy: of its JSON text, or of its keys and strings in total. */
export const MAX_TEXT = 16_777_216;

/**
 * Copies the data of an author, so that later changes to it have no effect. Reports everything that is not plain data: a key
 * `__proto__`, an accessor, an instance of a class, a cycle, and `undefined` as the value of a member or an item. An option that
 * is `undefined` usually comes from an unset variable. Treating it as absent would drop a condition.
 *
 * The copy has `undefined` in place of each reported value. Does not run code of the author, apart from proxy traps.
 */
export function snapshot(source: unknown, report: Report): unknown {
  // at most as many as levels are allowed: a list is faster than a set
  const around: object[] = [];
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
    if (typeof value === "function") return FUNCTION;
    if (typeof value !== "object" || value === null) return value;
    if (around.includes(value)) return refuse("not_plain_data", `circular reference: ${PLAIN}`);
    if (path.length > MAX_DEPTH)
      return refuse("too_large", `nested deeper than ${MAX_DEPTH} levels`);
    if (!isPlain(value)) return refuse("not_plain_data", PLAIN);
    around.push(value);
    const result = Array.isArray(value) ? copyList(value) : copyObject(value);
    around.pop();
    return result;
  };

  const isTooMuch = (members: number): boolean => {
    const before = values;
    values += members;
    if (values <= MAX_VALUES) return false;
    if (before <= MAX_VALUES) refuse("too_large", `more than ${MAX_VALUES} values`);
    return true;
  };

  const isTooLong = (text: string): boolean => {
    const before = characters;
    characters += text.length;
    if (characters <= MAX_TEXT) return false;
    if (before <= MAX_TEXT) refuse("too_large", `more than ${MAX_TEXT} characters of text`);
    return true;
  };

  const copyList = (list: readonly unknown[]): unknown[] | undefined => {
    const { length } = list;
    // a proxy can have any length, and another one at the next read
    if (!Number.isSafeInteger(length) || length < 0) return refuse("not_plain_data", PLAIN);
    const count = isTooMuch(length) ? 0 : length;
    return Array.from({ length: count }, (_, index) => copyMember(list, index));
  };

  const copyObject = (object: object): Record<string, unknown> => {
    const result = withoutPrototype<Record<string, unknown>>({});
    const keys = Object.keys(object);
    const count = isTooMuch(keys.length) ? 0 : keys.length;
    for (let at = 0; at < count; at += 1) {
      const key = keys[at] as string;
      if (isTooLong(key)) break;
      const member = copyMember(object, key);
      // `__proto__` has a finding, and no later check may read it
      if (key !== "__proto__") result[key] = member;
    }
    return result;
  };

  const copyMember = (owner: object, key: string | number): unknown => {
    path.push(key);
    const property = Object.getOwnPropertyDescriptor(owner, key);
    let value: unknown;
    if (key === "__proto__") refuse("reserved_key", "the key `__proto__` is not allowed");
    else if (property?.get !== undefined || property?.set !== undefined)
      refuse("not_plain_data", "expected a value, got an accessor");
    else if (property?.value === undefined) refuse("undefined_value", UNDEFINED);
    else value = copy(property.value);
    path.pop();
    return value;
  };

  try {
    return copy(source);
  } catch {
    // only a proxy trap can throw here
    path.length = 0;
    return refuse("not_plain_data", `unreadable value: ${PLAIN}`);
  }
}

/** In place of each function, which has a finding wherever it is: reading a proxy of one can throw. */
const FUNCTION: unknown = Object;

const PLAIN = "expected plain data, as in JSON";
const UNDEFINED =
  "expected a value, got `undefined` (is an environment variable unset?): set the value or leave it out";

/** Returns whether an object is a list, has no prototype, or has the `Object.prototype` of any realm. */
export function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== "object" || prototype === null) return prototype === null;
  // Accepts Object.prototype of this realm or another. The literal `{ __proto__: {…} }` sets a prototype that the author meant
  // as data, and the copy would silently lose it.
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "constructor");
}

/** Freezes plain data recursively. Returns it. */
export function deepFreeze<Data>(data: Data): Data {
  if (typeof data === "object" && data !== null && !Object.isFrozen(data)) {
    Object.freeze(data);
    const items: readonly unknown[] = Array.isArray(data) ? data : Object.values(data);
    items.forEach(deepFreeze);
  }
  return data;
}
