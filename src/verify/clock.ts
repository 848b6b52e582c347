import { VerifierOutage } from "./outage.js";

/** Milliseconds since 1970. */
export type Clock = () => number;

/** The clock handed in, or the runtime's: one that throws, or gives what is no time, is an outage. */
export function newClock(now: Clock = Date.now): Clock {
  return () => {
    let time: unknown;
    try {
      time = now();
    } catch {
      throw new VerifierOutage("clock");
    }
    if (typeof time !== "number" || !Number.isFinite(time)) throw new VerifierOutage("clock");
    return time;
  };
}

/** Whether less than a span has passed; a clock that has been set back makes everything old. */
export function isWithin(now: number, since: number, milliseconds: number): boolean {
  return now >= since && now < since + milliseconds;
}
