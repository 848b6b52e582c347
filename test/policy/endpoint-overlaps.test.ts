import { describe, expect, it } from "vitest";
import { type FoldedSegment, haveSameText } from "../../src/policy/endpoint-overlaps.js";

/** Returns every text of at most `length` of the letters. */
function texts(letters: string, length: number): readonly string[] {
  if (length === 0) return [""];
  const shorter = texts(letters, length - 1);
  return [
    ...new Set(["", ...shorter.flatMap((one) => [...letters].map((c) => one + c)), ...shorter]),
  ];
}

const segment = (...literals: string[]): FoldedSegment => ({ isCatchAll: false, literals });
const ALL = texts("ab", 7);
const LITERALS = texts("ab", 2);

/** Every segment with at most two placeholders and such literals, with every short text that it matches. */
const SEGMENTS = [
  ...texts("ab", 3).map((one) => segment(one)),
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
