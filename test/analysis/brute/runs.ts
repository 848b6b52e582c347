import { isNight } from "../../often.js";

/** How many times as many cases the nightly run checks. */
const FACTOR = 40;

/** Returns the number of cases of a law: a few in each run of the tests, and thousands in the nightly one. */
export const runs = (count: number): number => (isNight ? count * FACTOR : count);

/** Maximum time of a law in milliseconds: a bound on a hang. */
export const TIMEOUT = isNight ? 3_000_000 : 660_000;
