import type { RejectionReason } from "./token-verifier.js";

/** Why the time of a token refuses it. */
type TimeFault = Extract<RejectionReason, "expired" | "not_yet_valid" | "verify_result">;

/** The members of a token that limit its time, as they were returned; `undefined` is no limit. */
export interface TokenTimes {
  readonly exp: unknown;
  readonly nbf: unknown;
}

/** From here on, in the year 5138, a number of seconds is taken for milliseconds. */
const MAX_TIME = 1e11;

/**
 * Returns why `exp` and `nbf` refuse a token now, by the system's clock; `undefined` where they do not. Each of them is a
 * finite number of seconds, above 0 and below 10^11. Such a token is valid from `nbf` on and before `exp` (RFC 7519,
 * sections 4.1.4 and 4.1.5).
 *
 * @param tolerance - how many seconds the clock of the issuer may differ
 */
export function timeFault({ exp, nbf }: TokenTimes, tolerance: number): TimeFault | undefined {
  if (exp === undefined && nbf === undefined) return undefined;
  if (!isLimit(exp) || !isLimit(nbf)) return "verify_result";
  const now = Date.now() / 1_000;
  // negated: a clock that returns no number refuses
  if (exp !== undefined && !(now < exp + tolerance)) return "expired";
  if (nbf !== undefined && !(now >= nbf - tolerance)) return "not_yet_valid";
  return undefined;
}

function isLimit(time: unknown): time is number | undefined {
  return time === undefined || (typeof time === "number" && time > 0 && time < MAX_TIME);
}
