// Random cases that are counted by what they meet: the counts are printed, and each must reach its minimum.

import fc from "fast-check";
import { runOften, type Tally } from "../often.js";
import { type Draw, drawn } from "./draw.js";
import { assertLaw } from "./law.js";

/** Shrinking a policy takes minutes. Replay a failure with its seed and path to shrink it. */
export const QUICK = { endOnFailure: true };

/** Runs a law until each tally has its minimum, and prints the counts. */
export function runCounted(tallies: Iterable<Tally>, run: () => void): void {
  const all = [...tallies];
  printCounts(all, () => runOften(all, run));
}

/** Checks what is drawn as `assertLaw` does, until each tally has its minimum, and prints the counts. */
export function assertCounted<Value>(
  tallies: Iterable<Tally>,
  numRuns: number,
  make: (draw: Draw) => Value,
  check: (value: Value) => void,
): void {
  const all = [...tallies];
  const property = fc.property(drawn(make), check);
  printCounts(all, () => assertLaw(property, { numRuns, ...QUICK }, all));
}

function printCounts(tallies: readonly Tally[], run: () => void): void {
  try {
    run();
  } finally {
    console.log(tallies.map(({ point, count }) => `${point}: ${count}`).join("\n"));
  }
}
