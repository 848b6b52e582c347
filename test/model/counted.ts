// Random cases that are counted by what they meet: the counts are printed, and each must reach its minimum.

import type fc from "fast-check";
import { runOften, type Tally } from "../often.js";
import { assertLaw } from "./law.js";

/** Shrinking a policy takes minutes. Replay a failure with its seed and path to shrink it. */
export const QUICK = { endOnFailure: true };

/** Runs a law until each tally has its minimum, and prints the counts. */
export function runCounted(tallies: Iterable<Tally>, run: () => void): void {
  const all = [...tallies];
  printCounts(all, () => runOften(all, run));
}

/** Checks a property as `assertLaw` does, until each tally has its minimum, and prints the counts. */
export function assertCounted<Values>(
  tallies: Iterable<Tally>,
  numRuns: number,
  property: fc.IProperty<Values>,
): void {
  const all = [...tallies];
  printCounts(all, () => assertLaw(property, { numRuns, ...QUICK }, all));
}

function printCounts(tallies: readonly Tally[], run: () => void): void {
  try {
    run();
  } finally {
    console.log(tallies.map(({ point, count }) => `${point}: ${count}`).join("\n"));
  }
}
