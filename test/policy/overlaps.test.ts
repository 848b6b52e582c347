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

describe("overlapsOf", () => {
  it("finds the pairs that a comparison of each name with each other finds", () => {
    const some = tally("two names that overlap", 501);
    runOften([some], () =>
      fc.assert(
        fc.property(fc.uniqueArray(template, { maxLength: 8 }), (texts) => {
          const names = texts.map(
            (text, scope): NamedScope => ({
              scope,
              declared: scope,
              template: compileText(text),
              text,
              matching: "exact",
              values: [],
              old: false,
            }),
          );
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
