import { describe, expect, it } from "vitest";
import { isEndpoint, isWhole, parseEndpoint } from "../../src/policy/endpoint-key.js";
import {
  type FoldedSegment,
  haveSameText,
  overlappingEndpoints,
} from "../../src/policy/endpoint-overlaps.js";
import type { StepBudget } from "../../src/policy/suggest.js";
import { everyText } from "../every-text.js";
import { findingsOf, policyWith } from "./findings-of.js";

/** Returns every text of at most so many letters. */
const texts = (length: number) => ["", ...everyText("ab", length)];

const segment = (...literals: string[]): FoldedSegment => ({ isCatchAll: false, literals });
const ALL = texts(7);
const LITERALS = texts(2);

/** Every segment with at most two placeholders and such literals, with every short text that it matches. */
const SEGMENTS = [
  ...texts(3).map((one) => segment(one)),
  ...LITERALS.flatMap((one) => LITERALS.map((two) => segment(one, two))),
  ...["", "a", "b"].flatMap((one) =>
    ["a", "ab"].flatMap((two) => ["", "b"].map((three) => segment(one, two, three))),
  ),
].map((one) => {
  const pattern = new RegExp(`^${one.literals.join("[ab]*")}$`);
  return { one, texts: new Set(ALL.filter((text) => pattern.test(text))) };
});

describe("two segments", () => {
  it("have a text in common if some text matches both", () => {
    const wrong: string[] = [];
    let common = 0;
    for (const left of SEGMENTS) {
      for (const right of SEGMENTS) {
        const expected = [...left.texts].some((text) => right.texts.has(text));
        if (expected) common += 1;
        if (haveSameText(left.one, right.one) !== expected)
          wrong.push(`${left.one.literals.join("*")} ${right.one.literals.join("*")}: ${expected}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(common).toBeGreaterThan(500);
    expect(common).toBeLessThan(SEGMENTS.length ** 2 - 500);
  });
});

describe("endpoints with literal text and placeholders in one segment", () => {
  const search = (names: readonly string[], steps: StepBudget) => {
    const read = names.map((name) => {
      const endpoint = parseEndpoint(name);
      return { name, endpoint: isEndpoint(endpoint) ? endpoint : undefined };
    });
    return [...overlappingEndpoints(read, steps)].map((pair) => pair.toSorted().join(" | "));
  };
  const pairsOf = (...names: string[]) => search(names, { left: 1_000_000 });

  it("are each paired once with each that has a path in common", () => {
    const names = ["GET /a{x}", "GET /ab{x}c", "GET /ab{x}-{y}c", "GET /x{x}", "GET /ab{z}d"];
    expect(pairsOf(...names).toSorted()).toEqual(
      [
        "GET /ab{x}-{y}c | GET /a{x}",
        "GET /ab{x}c | GET /a{x}",
        "GET /ab{z}d | GET /a{x}",
        "GET /ab{x}-{y}c | GET /ab{x}c",
      ].toSorted(),
    );
  });

  it("are no pair with another method, in another place, or with whole segments", () => {
    expect(pairsOf("GET /a{x}", "PUT /a{y}c", "GET /b/a{y}c", "GET /{x}", "GET /ab")).toEqual([]);
  });

  const TAILS: readonly (readonly [one: string, other: string, isPair: boolean, why: string])[] = [
    ["GET /a{x}/{rest*}", "GET /ab{x}/c/d", true, "a catch-all takes the rest of the other"],
    ["GET /a{x}/{rest*}", "GET /ab{x}", false, "a catch-all takes at least one segment"],
    ["GET /a{x}/c", "GET /ab{x}/c/d", false, "one has more segments"],
    ["GET /a{x}/c/d", "GET /ab{x}/c/{y}", true, "each later segment has a common text"],
    ["GET /a{x}/c/d", "GET /ab{x}/{y}/e", false, "a later segment has none"],
    ["GET /ab/c{x}", "GET /a{y}/cd{z}", false, "a literal comes before a placeholder"],
    ["GET /{y}/c{x}", "GET /a{y}/cd{z}", false, "a whole segment comes after them"],
  ];
  it.each(TAILS)("%s and %s are a pair: %s, because %s", (one, other, isPair) => {
    const pairs = isPair ? [[one, other].toSorted().join(" | ")] : [];
    expect(pairsOf(one, other)).toEqual(pairs);
    expect(pairsOf(other, one)).toEqual(pairs);
  });

  const COSTS: readonly (readonly [names: readonly string[], steps: number, pairs: number])[] = [
    [["GET /a", "GET /{x}"], 0, 0],
    [["GET /a{x}"], 12, 0],
    [["GET /a{x}", "GET /b{x}"], 14, 0],
    [["GET /a{x}", "GET /ab{x}"], 37, 1],
    [["GET /a{x}", "GET /b{x}", "GET /ab{x}"], 40, 1],
    [["GET /a{x}y", "GET /a{x}z", "GET /ab{x}zy"], 40, 1],
    [["GET /a{x}/p", "GET /a{y}/q", "GET /ab{x}/p", "GET /ab{x}/q", "GET /ab{x}/r"], 42, 2],
  ];
  it.each(COSTS)("%j take %i steps, and the search stops with fewer", (names, steps, pairs) => {
    const all = pairsOf(...names);
    expect(all).toHaveLength(pairs);
    for (let left = 0; left <= steps + 1; left += 1) {
      const budget = { left };
      const found = search(names, budget);
      if (left >= steps) {
        expect([budget.left, found]).toEqual([left - steps, all]);
        continue;
      }
      // two groups of names, or the pairs of two names, are the most that is counted at once
      expect(budget.left).toBeLessThan(0);
      expect(budget.left).toBeGreaterThanOrEqual(-14);
      expect(found.length).toBeLessThanOrEqual(pairs);
    }
  });

  it.each([
    [["GET /ab", "GET /a{x}b"], []],
    [["GET /ab/c", "GET /a/bc"], []],
    [["GET /a", "GET /a{x}"], []],
    [["GET /{x}", "GET /a{x}"], []],
    [["GET /a{x}b", "GET /A{y}B"], ["duplicate_endpoint"]],
    [["GET /{x}", "GET /{y}"], ["duplicate_endpoint"]],
    [["GET /a{x}", "GET /ab{y}"], ["overlap"]],
  ])("%j have the findings %j", (names, codes) => {
    const endpoints = Object.fromEntries(names.map((name) => [name, { public: true }]));
    expect(findingsOf(policyWith({ endpoints })).map(({ code }) => code)).toEqual(codes);
  });
});

describe("whether a placeholder is a whole segment", () => {
  it.each([
    [["", ""], ["x"], true],
    [["a", ""], ["x"], false],
    [["", "a"], ["x"], false],
    [["a"], [], false],
    [[""], [], false],
    [["", "-", ""], ["x", "y"], false],
  ])("%j with %j: %s", (literals, params, expected) => {
    expect(isWhole({ literals, params, isCatchAll: false })).toBe(expected);
  });
});
