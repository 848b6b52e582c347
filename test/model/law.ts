import fc from "fast-check";
import { runOften, type Tally, tally } from "../often.js";
import { type Draw, drawn } from "./draw.js";

/** Runs a law. Fails if fewer than `least` of the runs reach its point, or if a tally stays too small. */
export function law<T>(
  make: (draw: Draw) => T,
  check: (value: T) => boolean,
  least: number,
  numRuns = 1000,
  others: readonly Tally[] = [],
): void {
  const reached = tally("the point of the law", least);
  const property = fc.property(drawn(make), (value) => {
    if (check(value)) reached.count += 1;
  });
  runOften([reached, ...others], () => fc.assert(property, { numRuns }));
}
