import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holeValues, isPlainValue } from "../../src/grammar/bound-value.js";
import { acceptsPlainValues, acceptsValue } from "../../src/grammar/template.js";
import { compileText } from "./compiled.js";

const CONTEXTS = ["flat", "path", "colon", "dot", "uri"].flatMap((form) =>
  [undefined, "", "u", "ur", "urn", "/x/", "x:"].flatMap((start) =>
    ["", "/", ":a", ".b", "end", "-z", "_", "rn:x", "//b"].map((after) => ({ form, start, after })),
  ),
) as readonly Pick<Parameters<typeof holeValues>[0], "form" | "start" | "after">[];

describe("a plain value", () => {
  it.each([
    ["a", true],
    ["Az09_-", true],
    ["0".repeat(128), true],
    ["0".repeat(129), false],
    ["", false],
    ["a.b", false],
    ["a b", false],
    ["é", false],
    ["a\n", false],
  ])("`%.10s`: %s", (value, expected) => {
    expect(isPlainValue(value)).toBe(expected);
  });

  it("is matched by the pattern of each hole that takes plain values", () => {
    const plain = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/);
    const special = fc.constantFrom("u", "ur", "urn", "r", "rn", "n", "-", "_", "e", "z");
    fc.assert(
      fc.property(
        fc.constantFrom(...CONTEXTS),
        fc.oneof(plain, special),
        fc.boolean(),
        (context, value, isUrn) => {
          const hole = holeValues({ ...context, isUrn, hasScheme: false });
          expect(isPlainValue(value)).toBe(true);
          if (hole.takesPlain) expect(hole.pattern.test(value)).toBe(true);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it("is taken by the holes of the usual scopes", () => {
    const usual = { isUrn: false, hasScheme: false } as const;
    expect(holeValues({ ...usual, form: "path", start: "/x/", after: "/y" }).takesPlain).toBe(true);
    expect(holeValues({ ...usual, form: "flat", start: "x.", after: "" }).takesPlain).toBe(true);
    expect(holeValues({ ...usual, form: "path", start: "/x/", after: "y" }).takesPlain).toBe(false);
    // `u:rn` and the like would be URIs
    expect(holeValues({ ...usual, form: "colon", start: "", after: ":a" }).takesPlain).toBe(false);
  });
});

describe("the values of a placeholder", () => {
  // the third template has the name twice, and its second place excludes `z`
  const TEMPLATES = [
    ["/x/{id}/y", true],
    ["/x/{id}z", false],
    ["/x/{id}/y/{id}z", false],
  ] as const;

  it.each(TEMPLATES)("are all plain values, or not: %s: %s", (text, expected) => {
    expect(acceptsPlainValues(compileText(text), 0)).toBe(expected);
  });

  it.each(TEMPLATES)("are the same with and without the short way: %s", (text) => {
    const template = compileText(text);
    const withoutPlain = {
      ...template,
      accepted: template.accepted.map((list) => list.map((one) => ({ ...one, takesPlain: false }))),
    };
    const values = [
      "a",
      "z",
      "az",
      "za",
      "a.b",
      "..",
      "",
      "a b",
      "é",
      "a".repeat(128),
      "a".repeat(129),
      1,
    ];
    for (const value of values)
      expect(acceptsValue(template, 0, value)).toBe(acceptsValue(withoutPlain, 0, value));
  });
});
