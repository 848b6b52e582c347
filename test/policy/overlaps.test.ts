import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shapeKey } from "../../src/grammar/template.js";
import { commonText } from "../../src/grammar/template-overlap.js";
import { overlapsOf } from "../../src/policy/overlaps.js";
import type { NamedScope } from "../../src/policy/scope-lookup.js";
import { compileText } from "../grammar/compiled.js";
import { runOften, tally } from "../often.js";

/** A name with the placeholders `{p1}`, `{p2}` … in the places of `{}`, of which no two are adjacent. */
const template = fc
  .array(
    fc.array(fc.constantFrom("a", "b", "-", "{}", "{}", "ab", "a-"), {
      minLength: 1,
      maxLength: 5,
    }),
    { minLength: 1, maxLength: 2 },
  )
  .map((segments) => {
    let count = 0;
    const text = `/${segments.map((parts) => parts.join("")).join("/")}`;
    return text.replaceAll(/(?:\{\})+/g, () => {
      count += 1;
      return `{p${count}}`;
    });
  });

const named = (text: string, scope: number): NamedScope => ({
  scope,
  declared: scope,
  template: compileText(text),
  text,
  matching: "exact",
  values: [],
  old: false,
});

describe("overlapsOf", () => {
  it.each<[what: string, texts: readonly string[], pairs: number, steps: number]>([
    ["no name with a placeholder", ["/a", "/b"], 0, 0],
    ["one name", ["/a{x}b"], 0, 2],
    ["two names with other text", ["/a{x}b", "/c{x}d"], 0, 2 + 2 + 2],
    // in addition a pair, and a quarter of (3 + 3) * (3 + 3 + 3): each literal text counts its length and two
    ["two names with the same ends", ["/a{x}b", "/a{x}-{y}b"], 1, 2 + 2 + 2 + 1 + 13],
    // names without placeholders are not compared with each other
    ["two names without placeholders beside one with", ["/a", "/b", "/c{x}d"], 0, 3 + 2],
    ["two names with other text at the end", ["/a{x}b", "/a{x}d"], 0, 2 + 2 + 2],
    ["text after a placeholder that begins alike", ["/a{x}bc", "/a{x}bd"], 0, 4],
    ["such text between placeholders", ["/a{x}bc{y}z", "/a{x}bd{y}z"], 0, 4],
    ["literal segments with the same text together", ["/a/bc/{x}", "/ab/c/{x}"], 0, 12],
    // the two segments of a pair are compared as a whole, since not both have placeholders
    ["a segment and a placeholder", ["/l/m", "/{x}/m"], 1, 4 + 2 + 4],
    ["a placeholder and a segment", ["/{x}/m", "/l/m"], 1, 4 + 4 + 2],
    ["two names with the same ends of both placeholders", ["/a{x}-{y}b", "/a{x}-{y}-{z}b"], 1, 32],
    // (3 + 3 + 3) * (3 + 3 + 3 + 3) / 4 for the pair, in a group of their own
    [
      "two of three names with the same ends",
      ["/c{x}d", "/a{x}-{y}b", "/a{x}-{y}-{z}b"],
      1,
      2 + 3 + 4 + 1 + 27,
    ],
    ["a URN and a URL, which are not compared", ["urn:a:{x}b", "https://a/{x}"], 0, 6 + 6],
  ])("takes steps for what it compares: %s", (_what, texts, pairs, expected) => {
    const steps = { left: 1_000 };
    const found = [...overlapsOf(texts.map(named), steps)];
    expect(found).toHaveLength(pairs);
    expect(1_000 - steps.left).toBe(expected);
  });

  // the only pair takes steps 5 to 18, and the last comparison the other two
  it.each<[given: number, pairs: number, left: number]>([
    [20, 1, 0],
    [19, 1, -1],
    [18, 1, -2],
    [17, 0, -1],
    [4, 0, -14],
    [3, 0, -1],
    [2, 0, -2],
    [1, 0, -1],
  ])("stops at the first comparison that %d steps do not allow", (given, pairs, left) => {
    const steps = { left: given };
    const found = [...overlapsOf(["/a{x}b", "/a{x}-{y}b"].map(named), steps)];
    expect(found).toHaveLength(pairs);
    expect(steps.left).toBe(left);
  });

  it.each<[one: string, other: string, text: string | undefined, why: string]>([
    ["/a{x}b{y}z", "/a{x}bc{y}z", "/aabcaz", "one text after the placeholder continues the other"],
    ["/a{x}bq{y}z", "/acbq{u}bd{v}z", "/acbqabdaz", "the placeholders end in different places"],
    ["/a{x}bq{y}z", "/a{u}bd{v}z", undefined, "they end in the same place, before different text"],
    ["a:{x}", "{y}:b", "a:b", "each has the other's text as a value"],
    ["urn:{x}", "{y}:b", undefined, "only one of them is a URN"],
    ["urn:{x}:b", "urn:a:{y}", "urn:a:b", "both are"],
  ])("finds what %s and %s have in common, if anything: %s", (one, other, text) => {
    for (const pair of [
      [one, other],
      [other, one],
    ]) {
      const found = [...overlapsOf(pair.map(named), { left: 1_000 })];
      expect(found.map((overlap) => overlap.text)).toEqual(text === undefined ? [] : [text]);
    }
  });

  it("finds the pairs that a comparison of each name with each other finds", () => {
    const some = tally("two names that overlap", 501);
    runOften([some], () =>
      fc.assert(
        fc.property(fc.uniqueArray(template, { maxLength: 8 }), (texts) => {
          const names = texts.map(named);
          const found = [...overlapsOf(names, { left: 1e9 })].map(({ left, right }) =>
            [left.text, right.text].sort().join(" "),
          );
          const naive = names.flatMap((one) =>
            names.flatMap((other) => {
              const isPair =
                one.scope < other.scope &&
                one.template.segments.length === other.template.segments.length &&
                shapeKey(one.template) !== shapeKey(other.template) &&
                commonText(one.template, other.template) !== undefined;
              return isPair ? [[one.text, other.text].sort().join(" ")] : [];
            }),
          );
          some.count += naive.length;
          expect(found.sort()).toEqual(naive.sort());
        }),
        { numRuns: 1_000 },
      ),
    );
  });
});
