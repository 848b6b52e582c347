/** How many times as many cases the nightly run checks. */
const FACTOR = process.env["SWEEP_FULL"] === "1" ? 40 : 1;

/** Returns the number of cases of a law: a few in each run of the tests, and thousands in the nightly one. */
export const runs = (count: number): number => count * FACTOR;

/** Maximum time of a law in milliseconds: a bound on a hang. */
export const TIMEOUT = 600_000 + 60_000 * FACTOR;
