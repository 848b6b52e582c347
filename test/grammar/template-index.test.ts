import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  acceptanceKey,
  acceptsValue,
  bindScope,
  bindTemplate,
  matchScope,
  shapeKey,
} from "../../src/grammar/template.js";
import { buildTemplateIndex } from "../../src/grammar/template-index.js";
import { runOften, tally } from "../often.js";
import { anyParamValue, BOUND_CHARS, RUNS, structuredToken, templateText } from "./arbitrary.js";
import { compileText } from "./compiled.js";

/** A template without repeated placeholders, as in a policy. */
const distinctTemplate = templateText.filter((text) => {
  const { names, holes } = compileText(text);
  return names.length === holes.length;
});

describe("compileTemplate", () => {
  it("returns each placeholder name once, the literals around the holes, and those of each segment", () => {
    const template = compileText("/{a}/x-{b}.y/<a>");
    expect(template).toMatchObject({
      form: "path",
      names: ["a", "b"],
      literals: ["/", "/x-", ".y/", ""],
      holes: [0, 1, 0],
      segments: [
        ["", ""],
        ["x-", ".y"],
        ["", ""],
      ],
    });
    expect(bindTemplate(template, ["1", "2"])).toBe("/1/x-2.y/1");
  });

  it("gives two placeholders equal keys only if they accept the same values", () => {
    const texts = [
      ..."/{a}/b /x/{a}/{b} {a}:{b} s:{a} {a}.{b} {a} {a}://{b} x://{a}/{b} urn:{a}".split(" "),
      ..."/{a}.b /x{a}.c /{a}-b u{a}:x {a}rn:x {a}/x://y {a}//x://y /{a}//b {a}=b user/{a}.b".split(
        " ",
      ),
    ];
    const marks = BOUND_CHARS.map((char) => `x${char}x`);
    const values = [
      ...[
        "a",
        "a.b",
        ".",
        "..",
        "urn",
        "",
        "a/b",
        "x".repeat(128),
        "x".repeat(129),
        "u",
        "rn",
        "a:",
      ],
      ...["urn:x", ":", ...marks],
    ];
    const accepted = new Map<string, string>();
    for (const template of texts.map(compileText)) {
      for (const index of template.names.keys()) {
        const key = acceptanceKey(template, index);
        const own = values.filter((value) => acceptsValue(template, index, value)).join(" ");
        expect([key, accepted.get(key) ?? own]).toEqual([key, own]);
        accepted.set(key, own);
      }
    }
    expect(new Set(accepted.values()).size).toBe(accepted.size);
  });
});

describe("shapeKey", () => {
  it("is another one for the same characters before and after another place", () => {
    const keys = ["/a{x}b", "/{x}ab", "/ab{x}"].map((text) => shapeKey(compileText(text)));
    expect(new Set(keys).size).toBe(3);
  });

  it("is equal exactly for templates that differ in placeholder names alone", () => {
    const pair = fc.oneof(
      fc.tuple(templateText, templateText),
      templateText.map((text) => [text, text.replaceAll("{x}", "{z}").replaceAll("{y}", "{x}")]),
    );
    const same = tally("two templates with one key", 21);
    runOften([same], () =>
      fc.assert(
        fc.property(pair, ([one, other]) => {
          const [a, b] = [one, other].map((text) => text.replaceAll(/\{\w\}/g, "{}"));
          same.count += a === b ? 1 : 0;
          expect(shapeKey(compileText(one)) === shapeKey(compileText(other))).toBe(a === b);
        }),
        RUNS,
      ),
    );
  });
});

describe("buildTemplateIndex", () => {
  const found = (texts: readonly string[], scope: string) => {
    const items = texts.map((text) => ({ text, template: compileText(text) }));
    const hits: unknown[] = [];
    buildTemplateIndex(items).find(scope, ({ text, template }, values) => {
      hits.push([text, Object.fromEntries(template.names.map((name, at) => [name, values[at]]))]);
    });
    return hits;
  };

  it("finds templates with literals of different lengths and several placeholders in a segment", () => {
    const texts = [
      "/k/a{x}-b{y}",
      "/k/a{x}-bc{y}",
      "/k/{x}.d",
      "/k/{x}",
      "/{x}/ab-bcd",
      "/k/ab-bcd",
    ];
    expect(found(texts, "/k/ab-bcd")).toEqual([
      ["/k/ab-bcd", {}],
      ["/k/{x}", { x: "ab-bcd" }],
      ["/k/a{x}-b{y}", { x: "b", y: "cd" }],
      ["/k/a{x}-bc{y}", { x: "b", y: "d" }],
      ["/{x}/ab-bcd", { x: "k" }],
    ]);
    expect(found(texts, "/k/ab.d")).toEqual([
      ["/k/{x}.d", { x: "ab" }],
      ["/k/{x}", { x: "ab.d" }],
    ]);
    expect(found(texts, "/k/-b")).toEqual([["/k/{x}", { x: "-b" }]]);
    expect(found(texts, "/k/{x}")).toEqual([]);
    expect(found(texts, "k")).toEqual([]);
    expect(found(["a:{x}", "a.{x}", "a.{x}.b"], "a.b")).toEqual([["a.{x}", { x: "b" }]]);
    expect(found(texts, "/k/bxS")).toEqual([["/k/{x}", { x: "bxS" }]]);
  });

  it("finds what a comparison with each template finds", () => {
    const scopeOf = fc.oneof(
      structuredToken,
      fc
        .tuple(templateText, anyParamValue, anyParamValue, anyParamValue)
        .map(([text, x, y, z]) => bindScope<string>(text, { x, y, z }))
        .map((result) => (result.ok ? result.scope : "a:b")),
    );
    const hits = tally("a scope that a template matches", 501);
    runOften([hits], () =>
      fc.assert(
        fc.property(
          fc.uniqueArray(distinctTemplate, { minLength: 1, maxLength: 12 }),
          fc.array(scopeOf, { minLength: 1, maxLength: 6 }),
          (texts, scopes) => {
            // half of the scopes are instances of the templates
            const near = texts.flatMap((text) => {
              const result = bindScope<string>(text, { x: "a", y: "b-b", z: "urn" });
              return result.ok ? [result.scope] : [];
            });
            for (const scope of [...scopes, ...near]) {
              const naive = texts.flatMap((text) => {
                const values = matchScope(text, scope);
                return values === undefined ? [] : [[text, values]];
              });
              hits.count += naive.length;
              const byText = (hit: unknown) => JSON.stringify(hit);
              expect(found(texts, scope).map(byText).sort()).toEqual(naive.map(byText).sort());
            }
          },
        ),
        RUNS,
      ),
    );
  });
});
