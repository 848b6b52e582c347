import { isObject } from "../grammar/is-object.js";
import { deepFreeze, snapshot } from "../policy/plain-data.js";
import { createReport } from "../policy/report.js";

/**
 * Returns a deep-frozen copy of the `claims` of a token. Runs no code of the value but proxy traps.
 *
 * @throws TypeError for a value that is not an object of plain data: the caller counts it as an outage
 */
export function copyClaims(value: unknown): Readonly<Record<string, unknown>> {
  const report = createReport();
  const copy = snapshot(value, report);
  const isPlain =
    isObject(copy) &&
    report.findings.every(({ code }) => code === "undefined_value") &&
    hasDataOnly(copy);
  if (!isPlain) throw new TypeError("`claims` is not an object of plain data");
  return deepFreeze(copy);
}

const NO_DATA = new Set(["function", "symbol", "bigint"]);

/** Returns whether a copy has no value that JSON cannot have. `undefined` counts as absent. */
function hasDataOnly(value: unknown): boolean {
  return typeof value === "object" && value !== null
    ? Object.values(value).every(hasDataOnly)
    : !NO_DATA.has(typeof value);
}
