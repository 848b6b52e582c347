// Laws over random cases count how often they reach a point. A count that misses its bound by chance is not a failure, so the law
// runs again with other cases before it fails.

import { expect } from "vitest";

/** Whether this is the nightly run. A browser has no `process`. */
export const isNight = typeof process !== "undefined" && process.env["SWEEP_FULL"] === "1";

/** Number of cases in which a law reaches a point. */
export interface Tally {
  count: number;
  /** Minimum of `count`. */
  readonly least: number;
  readonly point: string;
}

/** Creates a tally whose count must reach `least`. */
export function tally(point: string, min: number): Tally {
  return { count: 0, least: min, point };
}

/** Counts a case under its key. Throws for an unknown key. */
export function countIn<Key>(tallies: ReadonlyMap<Key, Tally>, key: Key): void {
  const found = tallies.get(key);
  if (found === undefined) throw new Error(`unknown case: ${String(key)}`);
  found.count += 1;
}

/**
 * Maximum number of runs of a law. If the average count of a run is 1.3 times `least`, or twice `least` for 3 to 5, five runs
 * together miss it in less than one of 10^9 cases.
 */
const MAX_RUNS = 5;

const isRare = ({ count, least: min }: Tally) => count < min;

/**
 * Runs a law again while a tally is too small, and fails if it stays too small.
 *
 * @param part - `run` checks one of so many parts of the cases for which the tallies state a minimum
 */
export function runOften(tallies: readonly Tally[], run: () => void, part = 1): void {
  const isRareInPart = ({ count, least: min }: Tally) => count * part < min;
  const most = MAX_RUNS * part;
  for (let runs = 0; runs === 0 || (runs < most && tallies.some(isRareInPart)); runs += 1) run();
  expect(tallies.filter(isRareInPart)).toEqual([]);
}

/** Runs an asynchronous law as {@link runOften} does. */
export async function runOftenAsync(
  tallies: readonly Tally[],
  run: () => Promise<void>,
): Promise<void> {
  for (let runs = 0; runs === 0 || (runs < MAX_RUNS && tallies.some(isRare)); runs += 1) {
    await run();
  }
  expect(tallies.filter(isRare)).toEqual([]);
}
