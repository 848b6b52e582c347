import type { Path, Report } from "./findings.js";

const DEEPEST = 64;
const WIDEST = 100_000;

/**
 * Copies what an author wrote, so that later changes of it change nothing, and reports whatever is no plain data:
 * a key `__proto__`, an accessor, an instance of a class, a cycle. What is reported is left out of the copy.
 *
 * `undefined` members of an object are left out, as JSON would.
 */
export function snapshot(source: unknown, report: Report): unknown {
  let entries = 0;
  const copy = (value: unknown, path: Path): unknown => {
    if (typeof value !== "object" || value === null) return value;
    entries += 1;
    if (path.length > DEEPEST || entries > WIDEST) {
      if (path.length > DEEPEST || entries === WIDEST + 1) {
        report.add("too_large", path, `nested deeper than ${DEEPEST} levels, or a cycle, or too large`);
      }
      return undefined;
    }
    if (!isPlain(value)) {
      report.add("not_plain_data", path, "expected plain data, as JSON can hold it");
      return undefined;
    }
    return Array.isArray(value) ? copyArray(value, path) : copyObject(value, path);
  };
  const copyArray = (list: readonly unknown[], path: Path): unknown[] =>
    // `from` and an index: neither holes nor an iterator of the author's own lead anywhere else
    Array.from({ length: list.length }, (_, index) => copy(list[index], [...path, index]));
  const copyObject = (object: object, path: Path): Record<string, unknown> => {
    const result: Record<string, unknown> = {};
    for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
      const at = [...path, key];
      if (key === "__proto__") {
        report.add("reserved_key", at, "a key `__proto__` is refused: it is no name but a trap");
      } else if (!("value" in property)) {
        report.add("not_plain_data", at, "expected a value, not an accessor");
      } else if (property.value !== undefined) {
        result[key] = copy(property.value, at);
      }
    }
    return result;
  };
  return copy(source, []);
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
