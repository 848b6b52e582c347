import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitSegments } from "../../src/grammar/scope-syntax.js";
import {
  acceptanceKey,
  acceptsValue,
  bindScope,
  bindTemplate,
  matchTemplate,
  shapeOf,
  skeleton,
  templatesOverlap,
} from "../../src/grammar/template.js";
import { runOften, tally } from "../often.js";
import { titled } from "../titled.js";
import { anyParamValue, RUNS, templateText } from "./arbitrary.js";
import { compileText } from "./compiled.js";

describe("compileTemplate, shapeOf and skeleton", () => {
  it("return each placeholder name once and the places of the holes", () => {
    const template = compileText("/{a}/x/{b}/<a>");
    expect(template).toEqual({ form: "path", names: ["a", "b"], segments: [0, "x", 1, 0] });
    expect(shapeOf(template)).toEqual({ form: "path", length: 4, holes: [0, 2, 3] });
    expect(bindTemplate(template, ["1", "2"])).toBe("/1/x/2/1");
  });

  it("accept a value for one hole and reject it for another", () => {
    const template = compileText("{a}:{b}");
    expect(acceptsValue(template, 0, "urn")).toBe(false);
    expect(acceptsValue(template, 1, "urn")).toBe(true);
  });

  it("return equal acceptance keys only for holes that accept the same values", () => {
    const texts = [
      "/{a}/b",
      "/x/{a}/{b}",
      "{a}:{b}",
      "s:{a}",
      "{a}.{b}",
      "{a}",
      "{a}://{b}",
      "x://{a}/{b}",
      "urn:{a}",
    ];
    const values = ["a", "a.b", ".", "..", "urn", "", "a/b", "x".repeat(128), "x".repeat(129)];
    const accepted = new Map<string, string>();
    for (const template of texts.map(compileText)) {
      for (const index of template.names.keys()) {
        const key = acceptanceKey(template, index);
        const own = values.filter((value) => acceptsValue(template, index, value)).join(" ");
        expect([key, accepted.get(key) ?? own]).toEqual([key, own]);
        accepted.set(key, own);
      }
    }
    expect(new Set(accepted.values()).size).toBe(3);
  });

  it("return the same key for a template and its instances", () => {
    fc.assert(
      fc.property(templateText, anyParamValue, anyParamValue, anyParamValue, (text, x, y, z) => {
        const result = bindScope(text, { x, y, z });
        if (!result.ok) return;
        const template = compileText(text);
        const { form, holes } = shapeOf(template);
        const held = splitSegments(form, result.scope);
        expect(skeleton(held, holes)).toBe(skeleton(template.segments, holes));
        expect(matchTemplate(template, form, held)).toBeDefined();
      }),
      RUNS,
    );
  });

  it("return equal keys only for the same holes and the same other segments", () => {
    const opened = fc
      .tuple(
        fc.array(fc.constantFrom("", "a", "{}", "0"), { minLength: 1, maxLength: 3 }),
        fc.subarray([0, 1, 2]),
      )
      .map(([list, holes]) => ({ list, holes: holes.filter((hole) => hole < list.length) }));
    const same = tally("two lists with one key", 11);
    runOften([same], () =>
      fc.assert(
        fc.property(opened, opened, (one, other) => {
          const [a, b] = [one, other].map(({ list, holes }) =>
            JSON.stringify(list.map((segment, at) => (holes.includes(at) ? null : segment))),
          );
          same.count += a === b ? 1 : 0;
          expect(skeleton(one.list, one.holes) === skeleton(other.list, other.holes)).toBe(a === b);
        }),
        RUNS,
      ),
    );
  });
});

const OVERLAPS: readonly (readonly [one: string, other: string, overlap: boolean])[] = [
  ["/accounts/{accountID}/", "/accounts/{id}/", true],
  ["/accounts/{accountID}/", "/accounts/admin/", true],
  ["/accounts/{accountID}/", "/accounts/*/", false],
  ["/accounts/{accountID}/", "/accounts/../", false],
  ["/accounts/{accountID}/", "/accounts/{accountID}/profile.write", false],
  ["/{a}/x", "/y/{b}", true],
  ["/{a}/x", "/y/z", false],
  ["{a}:x", "{a}.x", false],
  ["{a}:read", "urn:read", false],
  ["{a}://x", "urn:x", false],
  ["{a}://x", "https://x", true],
  ["{a}.b", "{c}.{d}", true],
  ["{a}", "b.c", false],
  ["openid", "openid", true],
  ["openid", "email", false],
  ["{a}:{a}", "b:c", false],
  ["{a}:{a}", "b:b", true],
  ["{a}:{a}:b", "{c}:d:{c}", false],
  ["{a}:{a}:b", "{c}:b:{c}", true],
  ["{a}:{a}:{b}:{b}", "{c}:{d}:{d}:x", true],
  ["x:{a}:{a}:{b}:{b}", "{c}:{c}:{d}:{d}:y", false],
  ["{a}:{a}", "{b}:urn", false],
];

describe("templatesOverlap", () => {
  const overlaps = titled(
    OVERLAPS,
    ([one, other, overlap]) => `returns ${overlap} for ${one} and ${other}`,
  );
  it.each(overlaps)("%s", (_title, [one, other, overlap]) => {
    expect(templatesOverlap(compileText(one), compileText(other))).toBe(overlap);
    expect(templatesOverlap(compileText(other), compileText(one))).toBe(overlap);
  });

  it("returns whether a scope can be an instance of both templates", () => {
    const values = ["a", "b", "urn", "c"];
    const instances = (text: string) => {
      const scopes = values.flatMap((x) =>
        values.flatMap((y) => values.map((z) => bindScope(text, { x, y, z }))),
      );
      return new Set(scopes.flatMap((result) => (result.ok ? [result.scope] : [])));
    };
    const yes = tally("two templates that overlap", 101);
    runOften([yes], () =>
      fc.assert(
        fc.property(templateText, templateText, (one, other) => {
          const others = instances(other);
          const common = [...instances(one)].some((scope) => others.has(scope));
          yes.count += common ? 1 : 0;
          expect(templatesOverlap(compileText(one), compileText(other))).toBe(common);
        }),
        { numRuns: 3_000 },
      ),
    );
  });
});
