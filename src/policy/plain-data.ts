import type { Path, Report } from "./findings.js";

const DEEPEST = 64;
const MOST_VALUES = 200_000;

/**
 * Copies what an author wrote, so that later changes of it change nothing, and reports whatever is no plain data:
 * a key `__proto__`, an accessor, an instance of a class, a cycle. What is reported is left out of the copy.
 *
 * `undefined` members of an object are left out, as JSON would. Runs no code of the author's.
 */
export function snapshot(source: unknown, report: Report): unknown {
  const around = new Set<object>();
  let values = 0;

  const copy = (value: unknown, path: Path): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (around.has(value)) {
      report.add(
        "not_plain_data",
        path,
        "this contains itself: expected plain data, as JSON can hold it",
      );
      return undefined;
    }
    if (path.length > DEEPEST) {
      report.add("too_large", path, `nested deeper than ${DEEPEST} levels`);
      return undefined;
    }
    if (!isPlain(value)) {
      report.add("not_plain_data", path, "expected plain data, as JSON can hold it");
      return undefined;
    }
    around.add(value);
    const result = Array.isArray(value) ? copyList(value, path) : copyObject(value, path);
    around.delete(value);
    return result;
  };

  const isTooMuch = (members: number, path: Path): boolean => {
    const before = values;
    values += members;
    if (values <= MOST_VALUES) return false;
    if (before <= MOST_VALUES) report.add("too_large", path, `more than ${MOST_VALUES} values`);
    return true;
  };

  const copyList = (list: readonly unknown[], path: Path): unknown[] => {
    if (isTooMuch(list.length, path)) return [];
    return Array.from({ length: list.length }, (_, index) =>
      copyProperty(Object.getOwnPropertyDescriptor(list, index), [...path, index]),
    );
  };

  const copyObject = (object: object, path: Path): Record<string, unknown> => {
    const result: Record<string, unknown> = {};
    const keys = Object.keys(object);
    if (isTooMuch(keys.length, path)) return result;
    for (const key of keys) {
      const at = [...path, key];
      if (key === "__proto__") {
        report.add("reserved_key", at, "a key `__proto__` is refused: it is no name but a trap");
        continue;
      }
      const value = copyProperty(Object.getOwnPropertyDescriptor(object, key), at);
      if (value !== undefined) result[key] = value;
    }
    return result;
  };

  const copyProperty = (property: PropertyDescriptor | undefined, path: Path): unknown => {
    if (property === undefined || "value" in property) return copy(property?.value, path);
    report.add("not_plain_data", path, "expected a value, not an accessor");
    return undefined;
  };

  try {
    return copy(source, []);
  } catch {
    // only a proxy can throw here
    report.add(
      "not_plain_data",
      [],
      "this cannot be read: expected plain data, as JSON can hold it",
    );
    return undefined;
  }
}

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
