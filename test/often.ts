// Laws over random cases count how often they come to their point. A count that is near its bound by chance is not a
// failure, so the law is run again with other cases before it is one.

import { expect } from "vitest";

/** Counts the cases in which a law comes to one of its points. */
export interface Tally {
  count: number;
  /** How often the law must come to it. */
  readonly least: number;
  readonly point: string;
}

/** Creates a tally; the count must become at least `least`. */
export function tally(point: string, least: number): Tally {
  return { count: 0, least, point };
}

/** Counts a case under its key, and fails for a key that no case should have. */
export function countIn<Key>(tallies: ReadonlyMap<Key, Tally>, key: Key): void {
  const found = tallies.get(key);
  if (found === undefined) throw new Error(`no such case: ${String(key)}`);
  found.count += 1;
}

/**
 * How many times a law is run at most. Where one run comes to a point 1.3 times as often as it must on average, or twice as
 * often for a `least` of 3 to 5, five runs together miss it in less than one of 10^9 cases.
 */
const MOST_RUNS = 5;

const isRare = ({ count, least }: Tally) => count < least;

/** Runs a law, again while a tally is too small, and fails where it stays too small. */
export function runOften(tallies: readonly Tally[], run: () => void): void {
  for (let runs = 0; runs === 0 || (runs < MOST_RUNS && tallies.some(isRare)); runs += 1) run();
  expect(tallies.filter(isRare)).toEqual([]);
}

/** Runs an asynchronous law as {@link runOften} does. */
export async function runOftenAsync(
  tallies: readonly Tally[],
  run: () => Promise<void>,
): Promise<void> {
  for (let runs = 0; runs === 0 || (runs < MOST_RUNS && tallies.some(isRare)); runs += 1) {
    await run();
  }
  expect(tallies.filter(isRare)).toEqual([]);
}
