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

  it.each([
    ["no name with a placeholder", ["/a", "/b"], 0],
    ["one name", ["/a{x}b"], 2],
    ["two names with other text", ["/a{x}b", "/c{x}d"], 2 + 2 + 2],
    // in addition a pair, and a quarter of (3 + 3) * (3 + 3 + 3): each literal text counts its length and two
    ["two names with the same ends", ["/a{x}b", "/a{x}-{y}b"], 2 + 2 + 2 + 1 + 13],
  ])("takes steps for what it compares: %s", (what, texts, expected) => {
    const steps = { left: 1_000 };
    const found = [...overlapsOf(texts.map(named), steps)];
    expect(found).toHaveLength(what.endsWith("same ends") ? 1 : 0);
    expect(1_000 - steps.left).toBe(expected);
  });
});
