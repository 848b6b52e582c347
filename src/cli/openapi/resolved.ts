import type { JsonObject } from "./document.js";
import { resolveRef } from "./resolve-ref.js";

/** Returns the value that a reference leads to, or the value itself if it is not one; `undefined` if the reference leads to nothing. */
export function resolved(root: JsonObject, value: unknown): unknown {
  const result = resolveRef(root, value);
  return result.ok ? result.value : undefined;
}
