import { MAX_TIME } from "../policy/authentication.js";
import type { AuthenticationCondition } from "../policy/compiled-policy.js";
import { intersection } from "../policy/rule.js";
import { readOwn } from "./access-token.js";
import { type InsufficientUserAuthentication, insufficientAuthentication } from "./decision.js";

/** Returns the current time in seconds since 1970. */
export type Clock = () => number;

/** The clock of the system. */
export const systemClock: Clock = () => Date.now() / 1_000;

/** How and when the user must have authenticated, with the denial otherwise, which is the same for every call. */
export interface PreparedAuthentication extends AuthenticationCondition {
  readonly denial: InsufficientUserAuthentication;
}

/** Combines the conditions of all rules of an operation: a token names one class, so it must be in every list. */
export function combineAuthentication(
  conditions: readonly (AuthenticationCondition | undefined)[],
): PreparedAuthentication | undefined {
  const given = conditions.flatMap((one) => one ?? []);
  if (given.length === 0) return undefined;
  const acr = given.reduce<readonly string[] | undefined>(
    (classes, one) => intersection(classes, one.acr),
    undefined,
  );
  const ages = given.flatMap(({ maxAge }) => maxAge ?? []);
  const all = { acr, maxAge: ages.length === 0 ? undefined : Math.min(...ages) };
  return { ...all, denial: insufficientAuthentication(all) };
}

/**
 * Returns whether a token shows the required authentication. Reads the clock only if the age is limited.
 *
 * @param tolerance - the seconds by which `auth_time` may be in the future
 */
export function isAuthenticated(
  { acr, maxAge }: AuthenticationCondition,
  token: unknown,
  now: Clock,
  tolerance: number,
): boolean {
  const given = readOwn(token, "acr");
  if (acr?.some((one) => one === given) === false) return false;
  if (maxAge === undefined) return true;
  const time = readOwn(token, "auth_time");
  if (typeof time !== "number" || !(time > 0 && time < MAX_TIME)) return false;
  const age = readClock(now) - time;
  // a clock that returns `NaN` denies the call
  return age <= maxAge && age >= -tolerance;
}

/** Reads a clock. A clock that fails gives `NaN`. */
export function readClock(now: Clock): number {
  try {
    const time: unknown = now();
    return typeof time === "number" ? time : Number.NaN;
  } catch {
    return Number.NaN;
  }
}
