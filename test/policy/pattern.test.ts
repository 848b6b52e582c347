import fc from "fast-check";
import picomatch from "picomatch/posix.js";
import { describe, expect, it } from "vitest";
import { patternMatcher } from "../../src/policy/pattern.js";
import { isPattern, isToolName, toolKeyError } from "../../src/policy/tool-names.js";
import { everyText } from "../every-text.js";
import { naiveMatch } from "./naive-glob.js";

const RUNS = { numRuns: 5_000 };

const text = (alphabet: string, max: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength: max });
const anyPattern = text("aAb._-**??", 10).filter(
  (pattern) => /[*?]/.test(pattern) && toolKeyError(pattern) === undefined,
);

// names that often match: each star and each question mark of the pattern is filled
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

/** By default picomatch skips names that begin with a dot, and the last star of `*.*` needs a character. */
const PICOMATCH = { dot: true, nonegate: true, noextglob: true, fastpaths: false };

describe("a pattern of tool names", () => {
  it("matches the same names as a naive matcher and as picomatch", () => {
    fc.assert(
      fc.property(anyPattern, text("aAb._-", 8).filter(isToolName), (pattern, name) => {
        const matches = patternMatcher(pattern)(name);
        expect(matches).toBe(naiveMatch(pattern, name));
        expect(matches).toBe(picomatch.makeRe(pattern, PICOMATCH).test(name));
      }),
      RUNS,
    );
  });

  it("matches the names that are derived from it, as a naive matcher does", () => {
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

  it("matches the same names as a naive matcher for every short pattern and name", () => {
    const names = everyText("a._", 4).filter(isToolName);
    const patterns = everyText("a.*?", 5).filter(
      (pattern) => isPattern(pattern) && toolKeyError(pattern) === undefined,
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

  it("does not change with members of Object.prototype", () => {
    const answersOf = (make: (pattern: string) => (name: string) => boolean) => {
      Object.assign(Object.prototype, { output: "x" });
      try {
        const matches = make("delete_*");
        return [matches("delete_a"), matches("x")];
      } finally {
        Reflect.deleteProperty(Object.prototype, "output");
      }
    };
    expect(answersOf(patternMatcher)).toEqual([true, false]);
    // the member does change what picomatch makes of the pattern
    const ofPicomatch = (pattern: string) => (name: string) =>
      picomatch.makeRe(pattern, PICOMATCH).test(name);
    expect(answersOf(ofPicomatch)).toEqual([false, true]);
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
  it.each(FITS)("%s for the name %s returns %s", (pattern, name, fits) => {
    expect(toolKeyError(pattern)).toBeUndefined();
    expect([patternMatcher(pattern)(name), naiveMatch(pattern, name)]).toEqual([fits, fits]);
  });

  // A bound on hanging, not a claim of speed: excessive backtracking takes hours here.
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
  it.each(WORST)(
    "%s matches its worst name a thousand times within ten seconds",
    (pattern, name) => {
      expect(toolKeyError(pattern)).toBeUndefined();
      expect(isToolName(name)).toBe(true);
      const matches = patternMatcher(pattern);
      const start = performance.now();
      for (let round = 0; round < 1_000; round += 1) expect(matches(name)).toBe(false);
      expect(performance.now() - start).toBeLessThan(10_000);
    },
  );
});
