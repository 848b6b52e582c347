import { withoutPrototype } from "../policy/own-members.js";
import { deepFreeze, snapshot } from "../policy/plain-data.js";
import { createReport } from "../policy/report.js";
import type { JsonObject } from "./json-object.js";

/**
 * Returns a deep-frozen copy of the own members of claims: all, or those named. No object of the copy has a prototype, and a member
 * `__proto__` is left out at every depth, so that no copy of the copy gets another prototype.
 */
export function frozenMembers(claims: JsonObject, names: true | readonly string[]): JsonObject {
  const copy = snapshot(claims, createReport()) as JsonObject;
  if (names === true) return deepFreeze(copy);
  const named = Object.entries(copy).filter(([name]) => names.includes(name));
  return deepFreeze(withoutPrototype(Object.fromEntries(named)));
}
