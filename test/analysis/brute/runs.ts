/** Whether this is the nightly run. */
const IS_FULL = typeof process !== "undefined" && process.env["SWEEP_FULL"] === "1";

/** How many times as many cases the nightly run checks. */
const FACTOR = 40;

/** Returns the number of cases of a law: a few in each run of the tests, and thousands in the nightly one. */
export const runs = (count: number): number => (IS_FULL ? count * FACTOR : count);

/** Maximum time of a law in milliseconds: a bound on a hang. */
export const TIMEOUT = IS_FULL ? 3_000_000 : 660_000;
