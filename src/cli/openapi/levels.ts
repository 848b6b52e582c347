import { isObject } from "../../grammar/is-object.js";
import type { JsonObject } from "./document.js";
import { LIMITS } from "./limits.js";
import { refOf, resolveHop } from "./resolve-ref.js";

/**
 * Returns an object and those to which its `$ref` leads, one reference after the other, each with what is beside its `$ref`. An object
 * with nothing but `$ref` is not among them. `undefined` if the references lead to no object, or are more than the limit.
 *
 * @param root - the root of the document
 */
export function levelsOf(root: JsonObject, written: unknown): readonly JsonObject[] | undefined {
  const levels: JsonObject[] = [];
  let value = written;
  for (let hops = 0; hops <= LIMITS.hops && isObject(value); hops += 1) {
    const ref = refOf(value);
    if (ref === undefined) return [...levels, value];
    if (Object.keys(value).length > 1) levels.push(value);
    value = resolveHop(root, ref);
  }
  return undefined;
}
