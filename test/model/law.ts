import fc from "fast-check";
import { expect } from "vitest";
import { type Draw, drawn } from "./draw.js";

/** Runs a law, and fails where fewer than `least` of the runs have come to its point. */
export function law<T>(
  make: (draw: Draw) => T,
  check: (value: T) => boolean,
  least: number,
  numRuns = 1000,
): void {
  let reached = 0;
  fc.assert(
    fc.property(drawn(make), (value) => {
      if (check(value)) reached += 1;
    }),
    { numRuns },
  );
  expect(reached).toBeGreaterThanOrEqual(least);
}
