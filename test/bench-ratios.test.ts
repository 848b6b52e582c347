import { describe, expect, it, vi } from "vitest";
import { mayReplace, ratioFaults } from "../scripts/bench/ratios.mjs";

const known = { fast: 0.6, slow: 3 };
const rows = (fast: number, slow = 3) => [
  { name: "fast", ratio: fast },
  { name: "slow", ratio: slow },
];

describe("ratioFaults", () => {
  it("accepts a ratio up to a third more than the known one", () => {
    expect(ratioFaults(rows(0.79, 4), known, "write")).toEqual([]);
  });

  it("reports a ratio that is worse, and one that is not a number", () => {
    expect(ratioFaults(rows(0.81, Number.NaN), known, "write")).toEqual([
      "fast: 0.81, over a third more than 0.6",
      "slow: NaN, over a third more than 3",
    ]);
  });

  it("reports a name without a known ratio, and the command that adds it", () => {
    expect(ratioFaults([{ name: "toString", ratio: 1 }], known, "npm run bench")).toEqual([
      "toString: no known ratio; npm run bench adds it",
    ]);
  });
});

describe("mayReplace", () => {
  it.each([
    { title: "better and new ratios", given: [...rows(0.1), { name: "new", ratio: 9 }] },
    { title: "worse ratios that are accepted", given: rows(2), accepted: true },
  ])("is true for $title", ({ given, accepted = false }) => {
    const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
    expect(mayReplace(given, known, accepted)).toBe(true);
    expect(error.mock.calls).toEqual(
      accepted ? [["accepted: fast: 2.00, over a third more than 0.6"]] : [],
    );
    error.mockRestore();
  });

  it("is false for a worse ratio, which it prints", () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
    expect(mayReplace(rows(2), known, false)).toBe(false);
    expect(error.mock.calls[0]).toEqual(["FAILED: fast: 2.00, over a third more than 0.6"]);
    error.mockRestore();
  });
});
