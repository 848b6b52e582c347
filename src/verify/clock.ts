import { VerifierOutage } from "./verifier-outage.js";

/** Returns the time in milliseconds since 1970. */
export type Clock = () => number;

/** Upper limit of a time in seconds since 1970, in the year 5138. A larger number is taken for milliseconds. */
export const MAX_SECONDS = 1e11;

/**
 * Creates a clock from the option `now`, in seconds since 1970. Default: the system's clock. The clock throws
 * {@link VerifierOutage} if `now` throws or returns anything but seconds since 1970.
 */
export function createClock(now: () => number = () => Date.now() / 1_000): Clock {
  return () => {
    let time: unknown;
    try {
      time = now();
    } catch {
      throw new VerifierOutage("clock");
    }
    if (typeof time !== "number" || !Number.isFinite(time) || time >= MAX_SECONDS)
      throw new VerifierOutage("clock");
    return time * 1_000;
  };
}

/** Returns whether less than a number of milliseconds has passed. A clock that was set back makes everything old. */
export function isWithin(now: number, since: number, milliseconds: number): boolean {
  return now >= since && now < since + milliseconds;
}
