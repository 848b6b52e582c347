import { MAX_TIME } from "../policy/authentication.js";
import type { RejectionReason } from "./verifier-result.js";

/** The reason why a token is rejected by its time limits. */
type TimeRejection = Extract<RejectionReason, "expired" | "not_yet_valid" | "verify_result">;

/** The time limits of a token, as the verifier returned them; `undefined` without one. */
export interface TokenTimes {
  readonly exp: unknown;
  readonly nbf: unknown;
}

/**
 * Returns the reason why `exp` and `nbf` reject a token now, by the clock of the system; `undefined` if they do not. Each of them
 * must be a finite number of seconds, above 0 and below 10^11. A token is valid from `nbf` on and before `exp` (RFC 7519, sections
 * 4.1.4 and 4.1.5).
 *
 * @param tolerance - the seconds by which the clock of the issuer may differ
 */
export function timeRejection(
  { exp, nbf }: TokenTimes,
  tolerance: number,
): TimeRejection | undefined {
  if (exp === undefined && nbf === undefined) return undefined;
  if (!isLimit(exp) || !isLimit(nbf)) return "verify_result";
  const now = Date.now() / 1_000;
  // negated, so that a clock that returns `NaN` rejects the token
  if (exp !== undefined && !(now < exp + tolerance)) return "expired";
  if (nbf !== undefined && !(now >= nbf - tolerance)) return "not_yet_valid";
  return undefined;
}

function isLimit(time: unknown): time is number | undefined {
  return time === undefined || (typeof time === "number" && time > 0 && time < MAX_TIME);
}
