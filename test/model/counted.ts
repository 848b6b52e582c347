// Random cases that are counted by what they meet: the counts are printed, and each must reach its minimum.

import { runOften, type Tally } from "../often.js";

/** Shrinking a policy takes minutes. Replay a failure with its seed and path to shrink it. */
export const QUICK = { endOnFailure: true };

/** Runs a law until each tally has its minimum, and prints the counts. */
export function runCounted(tallies: Iterable<Tally>, run: () => void): void {
  const all = [...tallies];
  try {
    runOften(all, run);
  } finally {
    console.log(all.map(({ point, count }) => `${point}: ${count}`).join("\n"));
  }
}
