import { isScopeToken } from "../grammar/scope-token.js";
import type { AuthenticationCondition } from "./compiled-policy.js";
import { reportDuplicates } from "./conditions.js";
import type { OperationOptions } from "./definition.js";
import type { Path, Report } from "./report.js";

/** The first invalid number of seconds (in the year 5138): a time from here on is probably in milliseconds. */
export const MAX_TIME = 1e11;

/** Reads `acr` and `maxAge` of an operation. Reports values that no challenge can name. */
export function readAuthentication(
  { acr, maxAge }: OperationOptions,
  path: Path,
  report: Report,
): AuthenticationCondition | undefined {
  if (acr === undefined && maxAge === undefined) return undefined;
  const isOne = typeof acr === "string";
  const classes = isOne ? [acr] : acr;
  reportDuplicates(classes, [...path, "acr"], report);
  for (const [index, name] of (classes ?? []).entries()) {
    // `undefined` marks the place of an invalid item
    if (name === undefined || isScopeToken(name)) continue;
    const hint = name.includes(" ") ? "; write several values as a list" : "";
    report.add(
      "acr_syntax",
      isOne ? [...path, "acr"] : [...path, "acr", index],
      `invalid \`acr\` value \`${name}\`: expected visible ASCII characters without quotes and backslashes${hint}`,
    );
  }
  if (maxAge !== undefined && !(Number.isInteger(maxAge) && maxAge > 0 && maxAge < MAX_TIME)) {
    report.add(
      "max_age",
      [...path, "maxAge"],
      `invalid \`maxAge\` ${maxAge}: expected a whole number of seconds, above 0 and below 10^11`,
    );
  }
  return { acr: classes && Object.freeze([...classes]), maxAge };
}
