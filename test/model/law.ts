import fc from "fast-check";
import { isNight, runOften, type Tally, tally } from "../often.js";
import { type Draw, drawn } from "./draw.js";

/** A run of the tests checks a third of the cases of each law, and the nightly run all. */
const PART = isNight ? 1 : 3;

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
  assertLaw(property, { numRuns }, [reached, ...others]);
}

/** Checks a property as `fc.assert` does. Fails if a tally stays too small for that number of runs, too. */
export function assertLaw<Values>(
  property: fc.IProperty<Values>,
  parameters: fc.Parameters<Values> & { numRuns: number },
  tallies: readonly Tally[] = [],
): void {
  const numRuns = Math.ceil(parameters.numRuns / PART);
  runOften(tallies, () => fc.assert(property, { ...parameters, numRuns }), PART);
}
