import { describe, expect, it } from "vitest";
import { isEndpoint, isWhole, parseEndpoint } from "../../src/policy/endpoint-key.js";
import {
  type FoldedSegment,
  haveSameText,
  overlappingEndpoints,
} from "../../src/policy/endpoint-overlaps.js";
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
  const pairsOf = (...names: string[]) => {
    const read = names.map((name) => {
      const endpoint = parseEndpoint(name);
      return { name, endpoint: isEndpoint(endpoint) ? endpoint : undefined };
    });
    return [...overlappingEndpoints(read, { left: 1_000_000 })].map((pair) =>
      pair.toSorted().join(" | "),
    );
  };

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

  it.each([
    [["GET /ab", "GET /a{x}b"], []],
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
    [["", "-", ""], ["x", "y"], false],
  ])("%j with %j: %s", (literals, params, expected) => {
    expect(isWhole({ literals, params, isCatchAll: false })).toBe(expected);
  });
});
