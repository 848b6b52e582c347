import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPattern, isToolName, toolKeyFault } from "../../src/policy/names.js";
import { patternMatcher } from "../../src/policy/pattern.js";
import { naiveMatch } from "./naive-glob.js";

const RUNS = { numRuns: 5_000 };

const text = (alphabet: string, max: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength: max });
const anyPattern = text("aAb._-**??", 10).filter(
  (pattern) => /[*?]/.test(pattern) && toolKeyFault(pattern) === undefined,
);
/** Every text of 1 to `longest` of these characters. */
function everyText(alphabet: string, longest: number): readonly string[] {
  let last = [""];
  const all: string[] = [];
  for (let length = 1; length <= longest; length += 1) {
    last = last.flatMap((start) => [...alphabet].map((character) => start + character));
    all.push(...last);
  }
  return all;
}

// a name that has a chance to fit: each star filled, each question mark answered
const fitting = anyPattern.chain((pattern) =>
  fc
    .array(fc.string({ unit: fc.constantFrom(..."aAb._-*?"), maxLength: 4 }), {
      minLength: 2,
      maxLength: 2,
    })
    .map((fillings) => {
      let star = 0;
      const name = pattern.replaceAll("?", "x").replaceAll("*", () => fillings[star++] ?? "");
      return [pattern, name.replaceAll(/[*?]/g, "b")] as const;
    }),
);

describe("a pattern of tool names", () => {
  it("means what a naive matcher says of any name", () => {
    fc.assert(
      fc.property(anyPattern, text("aAb._-", 8).filter(isToolName), (pattern, name) => {
        expect(patternMatcher(pattern)(name)).toBe(naiveMatch(pattern, name));
      }),
      RUNS,
    );
  });

  it("means what a naive matcher says of names that fit", () => {
    let fits = 0;
    fc.assert(
      fc.property(fitting, ([pattern, name]) => {
        fc.pre(isToolName(name));
        expect(naiveMatch(pattern, name)).toBe(true);
        expect(patternMatcher(pattern)(name)).toBe(true);
        fits += 1;
      }),
      RUNS,
    );
    expect(fits).toBeGreaterThan(RUNS.numRuns / 2);
  });

  it("means what a naive matcher says, for every short pattern and name", () => {
    const names = everyText("a._", 4).filter(isToolName);
    const patterns = everyText("a.*?", 5).filter(
      (pattern) => isPattern(pattern) && toolKeyFault(pattern) === undefined,
    );
    const wrong = patterns.flatMap((pattern) => {
      const matches = patternMatcher(pattern);
      return names
        .filter((name) => matches(name) !== naiveMatch(pattern, name))
        .map((name) => `${pattern} on ${name}`);
    });
    expect(patterns.length).toBeGreaterThan(500);
    expect(wrong).toEqual([]);
  });

  const FITS: readonly (readonly [pattern: string, name: string, fits: boolean])[] = [
    ["list_*", "list_", true],
    ["list_*", "list_courses", true],
    ["list_*", "list", false],
    ["list_*", "xlist_a", false],
    ["list_*", "LIST_a", false],
    ["*", ".hidden", true],
    ["*", "...", true],
    ["?*", ".a", true],
    ["a*", "a.b", true],
    ["a.*", "aXb", false],
    ["a.b?", "a.b", false],
    ["a-b*", "a-b", true],
    ["???", "abc", true],
    ["???", "ab", false],
    ["*_secret", "_secret", true],
    ["*a*", "bab", true],
    ["*a*", "bbb", false],
    [".*", "x", false],
    ["-*-", "--", true],
    ["*constructor*", "constructor", true],
  ];
  it.each(FITS)("%s on %s: %s", (pattern, name, fits) => {
    expect(toolKeyFault(pattern)).toBeUndefined();
    expect([patternMatcher(pattern)(name), naiveMatch(pattern, name)]).toEqual([fits, fits]);
  });

  // No claim of speed but a bound on hanging: what backtracks more than it should takes hours here.
  const filler = "a".repeat(128);
  const WORST: readonly (readonly [pattern: string, name: string])[] = [
    ["*a*b", filler],
    ["*a*a", `${filler.slice(1)}b`],
    [`*${"a".repeat(62)}*${"a".repeat(62)}b`, filler],
    [`*${"a?".repeat(31)}*${"?a".repeat(31)}b`, filler],
    [`*${"?".repeat(60)}*${"?".repeat(60)}b`, filler],
    [`${"?".repeat(126)}*b`, filler],
    ["*.*.", ".".repeat(127).concat("a")],
    [`a*${"a".repeat(60)}b*a`, filler],
  ];
  it.each(WORST)("%s on its worst name ends a thousand times within a second", (pattern, name) => {
    expect(toolKeyFault(pattern)).toBeUndefined();
    expect(isToolName(name)).toBe(true);
    const matches = patternMatcher(pattern);
    const start = performance.now();
    for (let round = 0; round < 1_000; round += 1) expect(matches(name)).toBe(false);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
