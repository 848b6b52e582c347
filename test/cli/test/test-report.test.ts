import { describe, expect, it } from "vitest";
import { isEnough, isPassed } from "../../../src/cli/test/test-report.js";

const parts = (exercised: number, total: number) =>
  Array.from({ length: total }, (_, at) => ({ isExercised: at < exercised }));
const coverage = (...counts: readonly (readonly [number, number])[]) =>
  counts.map(([exercised, total], at) => ({
    policy: `p${at}.json`,
    parts: parts(exercised, total) as never,
  }));
const results = (...passed: readonly boolean[]) =>
  passed.map((isPassed) => ({ isPassed }) as never);

describe("whether a run of cases passes", () => {
  it.each([
    ["all cases pass", results(true, true), coverage([1, 2]), undefined, true],
    ["one case fails", results(true, false), coverage([2, 2]), undefined, false],
    ["every policy is exercised enough", results(true), coverage([1, 2], [2, 2]), 50, true],
    ["one policy is not exercised enough", results(true), coverage([2, 2], [1, 3]), 50, false],
    ["there is no case", [], [], 100, true],
  ])("%s", (_what, results, coverage, min, expected) => {
    expect(isPassed({ results, coverage, min })).toBe(expected);
  });

  it.each([
    [0, 0, 100, true],
    [1, 3, 33, true],
    [1, 3, 34, false],
    [0, 3, undefined, true],
    [3, 3, 100, true],
  ])("%i of %i parts are enough for %s percent: %s", (exercised, total, min, expected) => {
    expect(isEnough({ policy: "p.json", parts: parts(exercised, total) as never }, min)).toBe(
      expected,
    );
  });
});
