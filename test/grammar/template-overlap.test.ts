import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitSegments } from "../../src/grammar/scope-syntax.js";
import { matchTemplate } from "../../src/grammar/template.js";
import { commonText, isCommon } from "../../src/grammar/template-overlap.js";
import { runOften, tally } from "../often.js";
import { titled } from "../titled.js";
import { compileText } from "./compiled.js";

/** Two templates of one form and number of segments, and a shortest text that both match. */
const COMMON: readonly (readonly [one: string, other: string, text: string | undefined])[] = [
  ["/accounts/{accountID}/", "/accounts/{id}/", "/accounts/a/"],
  ["/accounts/{accountID}/", "/accounts/admin/", "/accounts/admin/"],
  ["/accounts/{accountID}/", "/accounts/*/", undefined],
  ["/accounts/{accountID}/", "/accounts/../", undefined],
  ["/{a}/x", "/y/{b}", "/y/x"],
  ["/{a}/x", "/y/z", undefined],
  ["{a}:read", "b@c:read", "b@c:read"],
  ["{a}://x", "https://x", "https://x"],
  ["{a}.b", "{c}.{d}", "a.b"],
  ["openid", "openid", "openid"],
  ["openid", "email", undefined],
  ["user/{T}.read", "user/Patient.read", "user/Patient.read"],
  ["user/{T}.read", "user/P{t}.read", "user/Pa.read"],
  ["user/{T}.read", "user/{T}.write", undefined],
  ["/{a}.x", "/{b}.y", undefined],
  ["/{a}.x", "/{b}x", "/a.x"],
  ["/{a}.x", "/b.c.x", undefined],
  ["/{a}-{b}", "/{c}.{d}", "/a.-a"],
  ["/a{x}", "/{y}b", "/ab"],
  ["/ab{x}", "/a{y}", "/aba"],
  ["/a{x}b", "/ab", undefined],
  ["{a}={b}", "{c}-", "a=-"],
  ["{a}=x", "{c}=y", undefined],
  ["/{a}m{b}", "/m{c}", undefined],
  ["/{a}-{b}/{c}", "/x-y/z", "/x-y/z"],
  ["/{a}/{b}-{c}", "/x/y-z", "/x/y-z"],
  ["/{v}", `/${"x".repeat(200)}`, `/${"x".repeat(200)}`],
  ["/{v}", `/${"x".repeat(200)}*`, undefined],
];

describe("commonText", () => {
  const rows = titled(COMMON, ([one, other, text]) => `returns ${text} for ${one} and ${other}`);
  it.each(rows)("%s", (_title, [one, other, text]) => {
    expect(commonText(compileText(one), compileText(other))).toBe(text);
    expect(commonText(compileText(other), compileText(one)) === undefined).toBe(text === undefined);
  });

  it("ignores the length of values, which isCommon does not", () => {
    const [one, other] = [compileText("/{v}"), compileText(`/${"x".repeat(129)}`)];
    expect(commonText(one, other)).toBe(`/${"x".repeat(129)}`);
    expect(isCommon(`/${"x".repeat(129)}`, one, other)).toBe(false);
    expect(isCommon("/a", one, compileText("/{w}"))).toBe(true);
    expect(isCommon("/a", one, compileText("/{w}-"))).toBe(false);
  });

  // All texts of up to five characters of a small alphabet, which has a separator and a character that no value has.
  const PART = fc.constantFrom("a", "b", "*", "-", "ab", "a-", "{}", "{}", "{}");
  const segment = fc
    .array(PART, { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join(""))
    .filter((text) => !text.includes("{}{}"));
  const named = (text: string) => {
    let count = 0;
    return text.replaceAll("{}", () => {
      count += 1;
      return `{p${count}}`;
    });
  };
  const template = fc
    .array(segment, { minLength: 1, maxLength: 2 })
    .map((segments) => named(`/${segments.join("/")}`));
  const texts = (length: number): string[] =>
    length === 0
      ? [""]
      : [
          "",
          ...texts(length - 1).flatMap((rest) =>
            ["a", "b", "-", "*", "/"].map((char) => char + rest),
          ),
        ];
  const ALL = texts(6)
    .filter((text) => text.length < 7)
    .map((text) => `/${text}`);

  it("never misses a text that both match, and returns one that both match", () => {
    const seen = {
      yes: tally("two templates that overlap", 51),
      no: tally("two templates of one length that do not", 51),
    };
    runOften(Object.values(seen), () =>
      fc.assert(
        fc.property(template, template, (one, other) => {
          const [a, b] = [compileText(one), compileText(other)];
          fc.pre(a.segments.length === b.segments.length);
          const text = commonText(a, b);
          seen[text === undefined ? "no" : "yes"].count += 1;
          if (text === undefined) {
            const both = ALL.find((each) => matchTemplate(a, each) && matchTemplate(b, each));
            expect([one, other, both]).toEqual([one, other, undefined]);
          } else {
            expect([one, other, text, isCommon(text, a, b)]).toEqual([one, other, text, true]);
            expect(splitSegments("path", text)).toHaveLength(a.segments.length);
          }
        }),
        { numRuns: 150 },
      ),
    );
  });
});
