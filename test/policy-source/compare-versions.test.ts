import { describe, expect, it } from "vitest";
import { compareVersions } from "../../src/policy-source/compare-versions.js";

const ORDERED: readonly (readonly [older: string, newer: string])[] = [
  ["1", "2"],
  ["9", "10"],
  ["1.9", "1.10"],
  ["1", "1.1"],
  ["v1.2.3", "1.3"],
  ["2026-11-22", "2026-11-23"],
  ["2026-11-22", "2026-11-22.1"],
  ["2026-11-22T09:59:00Z", "2026-11-22T10:00:00Z"],
  ["1.0-rc.1", "1.0-rc.2"],
  ["9007199254740992", "9007199254740993"],
];

const EQUAL: readonly (readonly [one: string, other: string])[] = [
  ["2", "2.0"],
  ["2026-01-02", "2026-1-2"],
  ["1.007", "1.7"],
  ["abc", "abc"],
];

const UNORDERED: readonly (readonly [one: string, other: string])[] = [
  ["1.0-rc.1", "1.0"],
  ["a9f3", "77bc"],
  ["draft", "1"],
];

describe("the order of versions", () => {
  it.each(ORDERED)("is that %s is older than %s", (older, newer) => {
    expect(compareVersions(older, newer)).toBeLessThan(0);
    expect(compareVersions(newer, older)).toBeGreaterThan(0);
  });

  it.each(EQUAL)("is that %s and %s mean the same", (one, other) => {
    expect(compareVersions(one, other)).toBe(0);
  });

  it.each(UNORDERED)("does not exist for %s and %s", (one, other) => {
    expect(compareVersions(one, other)).toBeUndefined();
  });
});
