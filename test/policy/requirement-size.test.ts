import { describe, expect, it } from "vitest";
import { createReport } from "../../src/policy/report.js";
import {
  createSizeSum,
  excessOf,
  MAX_ALTERNATIVES,
  sizeOf,
  sizeOfOperation,
} from "../../src/policy/requirement-size.js";

const ONE_OF = (count: number) => ({
  anyOf: Array.from({ length: count }, (_, at) => `s:${at}`),
});

describe("the size of a requirement", () => {
  it.each([
    ["one scope", "a", 1, 1],
    ["one scope in an object", { scope: "a" }, 1, 1],
    ["no requirement", undefined, 1, 1],
    ["any of three", ONE_OF(3), 3, 3],
    ["all of three", { allOf: ["a", "b", "c"] }, 1, 3],
    ["all of any of two and any of three", { allOf: [ONE_OF(2), ONE_OF(3)] }, 6, 12],
    ["any of one and of all of two", { anyOf: ["a", { allOf: ["b", "c"] }] }, 2, 3],
    ["nothing of nothing", { anyOf: [] }, 0, 0],
    ["more than can be counted", { allOf: Array(60).fill(ONE_OF(4)) }, 1e15, 1e15],
  ])("is right for %s", (_what, written, alternatives, uses) => {
    expect(sizeOf(written)).toEqual({ alternatives, uses });
  });

  it.each([
    ["a removed one", undefined, 0, 0],
    ["a denial", { deny: "never" }, 0, 0],
    ["a public one", { public: true as const }, 0, 0],
    ["one that requires the baseline alone", { authenticated: true as const }, 1, 2],
    ["one scope", "a", 1, 3],
    ["any of two", ONE_OF(2), 2, 6],
    ["one case and the rest", { cases: [{ when: { a: 1 }, ...ONE_OF(2) }], otherwise: "b" }, 3, 9],
    ["cases without the rest", { cases: [{ when: { a: 1 }, scope: "a" }] }, 1, 3],
    ["the rest alone", { otherwise: { deny: "no" } }, 0, 0],
  ])(
    "of an operation counts a baseline of two in each alternative: %s",
    (_what, entry, ...size) => {
      const [alternatives, uses] = size;
      expect(sizeOfOperation(entry as never, 2)).toEqual({ alternatives, uses });
    },
  );
});

describe("the size of an operation with one scope", () => {
  it.each([["deny"], ["public"], ["cases"]])(
    "does not depend on a member `%s` of `Object.prototype`",
    (member) => {
      const prototype = Object.prototype as unknown as Record<string, unknown>;
      try {
        prototype[member] = member === "cases" ? [] : true;
        expect(sizeOfOperation("a", 2)).toEqual({ alternatives: 1, uses: 3 });
      } finally {
        delete prototype[member];
      }
    },
  );
});

describe("the limits on sizes", () => {
  it.each([
    [{ alternatives: MAX_ALTERNATIVES, uses: 32_768 }, undefined],
    [{ alternatives: MAX_ALTERNATIVES + 1, uses: 1 }, "too_many_alternatives"],
    [{ alternatives: 1, uses: 32_769 }, "too_large"],
  ])("of one operation: %o is %s", (size, code) => {
    expect(excessOf(size)?.[0]).toBe(code);
  });

  it("are part of the message", () => {
    expect(excessOf({ alternatives: 1, uses: 32_769 })?.[1]).toBe(
      "the alternatives name 32769 scopes in total: at most 32768 are allowed (each alternative names every scope that it requires)",
    );
  });

  it("names a number that can be counted, and no other", () => {
    expect(excessOf({ alternatives: 1e15 - 1, uses: 1 })?.[1]).toMatch(/^999999999999999 alter/);
    expect(excessOf({ alternatives: 1e15, uses: 1 })?.[1]).toMatch(/^far too many alternatives:/);
  });

  it("of all operations apply to the sum, at the first of the largest ones", () => {
    const report = createReport();
    const isWithin = (sizes: readonly (readonly [name: string, uses: number])[]) => {
      const sum = createSizeSum();
      for (const [name, uses] of sizes) sum.include("tools", name, { alternatives: 1, uses });
      return sum.check(report);
    };
    const full = Array.from({ length: 15 }, (_, at) => [`t${at}`, 32_000] as const);
    const exact = [...full, ["last", 20_000] as const];
    expect(isWithin(exact)).toBe(true);
    // one that exceeds its own limit has a finding of its own
    expect(isWithin([...exact, ["big", 40_000]])).toBe(true);
    expect(report.findings).toEqual([]);
    expect(isWithin([["small", 1], ...exact])).toBe(false);
    expect(report.findings).toEqual([
      {
        code: "too_large",
        path: "tools.t0",
        message: expect.stringMatching(
          /name 500001 scopes in total: at most 500000 are allowed \(this one names the most: 32000\)$/,
        ) as string,
      },
    ]);
  });
});
