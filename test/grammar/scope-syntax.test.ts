import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasPlaceholder, splitPlaceholders, strayBracket } from "../../src/grammar/placeholder.js";
import {
  formatScopeToken,
  parseScopeToken,
  printedScope,
  scopeForm,
  splitSegments,
} from "../../src/grammar/scope-syntax.js";
import { isScopeToken } from "../../src/grammar/scope-token.js";
import { SCOPE_TREES } from "../cases/scope-trees.js";
import { runOften, tally } from "../often.js";
import { titled } from "../titled.js";
import { anyToken, RUNS, structuredToken } from "./arbitrary.js";
import { parseText } from "./compiled.js";

const SOME_TOKEN = fc.oneof(structuredToken, anyToken);

describe("parseScopeToken", () => {
  const trees = titled(SCOPE_TREES, ({ text, expected }) =>
    expected.ok
      ? `parses ${JSON.stringify(text)} as a scope-token of the form ${expected.token.form}`
      : `rejects ${JSON.stringify(text)} at index ${expected.index}`,
  );
  it.each(trees)("%s", (_title, { text, expected }) => {
    expect(parseScopeToken(text)).toStrictEqual(expected);
  });

  it("rejects exactly the values that are not scope-tokens, and never throws", () => {
    fc.assert(
      fc.property(fc.oneof(SOME_TOKEN, fc.string(), fc.anything()), (value) => {
        expect(parseScopeToken(value as string).ok).toBe(isScopeToken(value));
      }),
      RUNS,
    );
    expect(parseScopeToken(["a"] as unknown as string)).toEqual({
      ok: false,
      index: 0,
      reason: "a scope-token must be a string",
    });
  });

  it("returns a text that it parses into the same result", () => {
    fc.assert(
      fc.property(SOME_TOKEN, (text) => {
        const token = parseText(text);
        expect(parseText(token.text)).toEqual(token);
      }),
      RUNS,
    );
  });

  it("returns the last verb as the action and all other words, in order, as the resource", () => {
    const word = fc.constantFrom<string>(
      "read",
      "write",
      "readonly",
      "courses",
      "admin",
      "{id}",
      "Read",
      "a-b",
    );
    const seen = {
      verbs: tally("a scope with a verb", 51),
      none: tally("a scope without a verb", 51),
    };
    runOften(Object.values(seen), () =>
      fc.assert(
        fc.property(
          fc.array(word, { minLength: 2, maxLength: 5 }),
          fc.constantFrom(":", "."),
          (words, separator) => {
            const { resource, action } = parseText(words.join(separator));
            const verbs = words.filter((each) => ["read", "write", "readonly"].includes(each));
            seen[verbs.length === 0 ? "none" : "verbs"].count += 1;
            expect(action).toBe(verbs.at(-1) ?? null);
            const at = words.lastIndexOf(action ?? "");
            const others = words.filter((_, index) => index !== at);
            expect(resource).toBe(at === -1 ? null : others.join(separator));
          },
        ),
        RUNS,
      ),
    );
  });
});

describe("formatScopeToken", () => {
  it("returns the text that parseScopeToken parsed, with placeholders printed in braces", () => {
    fc.assert(
      fc.property(SOME_TOKEN, (text) => {
        const token = parseText(text);
        expect(formatScopeToken(token)).toBe(token.text);
        const printed = text.replaceAll(/<(\w+)>/g, "{$1}");
        expect(token.text.replaceAll(/<(\w+)>/g, "{$1}")).toBe(printed);
        if (!text.includes("<")) expect(token.text).toBe(text);
      }),
      RUNS,
    );
  });

  it("returns different texts for different forms or segments", () => {
    fc.assert(
      fc.property(structuredToken, structuredToken, (one, other) => {
        const [a, b] = [parseText(one), parseText(other)];
        const same = a.form === b.form && a.segments.join(" ") === b.segments.join(" ");
        expect(same).toBe(a.text === b.text);
      }),
      RUNS,
    );
  });
});

describe("scopeForm and splitSegments", () => {
  it("agree with parseScopeToken", () => {
    fc.assert(
      fc.property(SOME_TOKEN, (text) => {
        const { form, text: printed, segments } = parseText(text);
        expect(scopeForm(text)).toBe(form);
        expect(splitSegments(form, printed)).toEqual(segments);
      }),
      RUNS,
    );
  });
});

const BRACKETS: readonly (readonly [text: string, stray: number, holds: boolean])[] = [
  ["openid", -1, false],
  ["{x}", -1, true],
  ["<x>", -1, true],
  ["a{x}", -1, true],
  ["{x}b<y>c", -1, true],
  ["{x}{y}", -1, true],
  ["user/{Type}.read", -1, true],
  ["read:users!user={name}", -1, true],
  ["{{x}", 0, true],
  ["{x{y}", 0, true],
  ["{x>", 0, false],
  ["{}", 0, false],
  ["/accounts/{accountID}/", -1, true],
  ["/accounts/{}/x", 10, false],
  ["/accounts/accountID}/x", 19, false],
  ["/accounts/{accountID/x", 10, false],
  ["/accounts/{a}{b}/x", -1, true],
  ["/accounts/{{id}}/x", 10, true],
  ["/accounts/x{id}/y", -1, true],
  ["/accounts/{a-b}/x", 10, false],
  ["/accounts/{__proto__}/x", 10, false],
  ["/{a}/b>", 6, true],
  ["https://x/{a}/<b", 14, true],
  ["{s}://{h}/}", 10, true],
  ["urn:a:{b}:c{", 11, true],
  ["a.{b}.c>d", 7, true],
  ["registry:<name>:*", -1, true],
  ["a:<b}:c", 2, false],
];

describe("strayBracket and hasPlaceholder", () => {
  const brackets = titled(
    BRACKETS,
    ([text, stray, holds]) =>
      `find ${holds ? "a placeholder" : "no placeholder"} in ${text} and ` +
      (stray === -1 ? "no stray bracket" : `a stray bracket at index ${stray}`),
  );
  it.each(brackets)("%s", (_title, [text, stray, holds]) => {
    expect(strayBracket(text)).toBe(stray);
    expect(hasPlaceholder(text)).toBe(holds);
  });

  it("agree with the placeholders that parseScopeToken returns", () => {
    fc.assert(
      fc.property(SOME_TOKEN, (text) => {
        const { params, segments } = parseText(text);
        const { literals, names } = splitPlaceholders(text);
        expect(names).toEqual(params);
        expect(literals).toHaveLength(names.length + 1);
        expect(hasPlaceholder(text)).toBe(params.length > 0);
        const brackets = segments.join(" ").replaceAll(/[^{}<>]/g, "").length;
        expect(strayBracket(text) === -1).toBe(brackets === 2 * params.length);
        const at = strayBracket(text);
        if (at !== -1) expect("{}<>").toContain(text.charAt(at));
      }),
      RUNS,
    );
  });
});

describe("printedScope", () => {
  it.each<[value: unknown, text: string]>([
    ["/accounts/<id>/", "/accounts/{id}/"],
    ["/accounts/{id}/", "/accounts/{id}/"],
    ["a b", "a b"],
    ["a<b", "a<b"],
    ["<a> b", "<a> b"],
    [7, "7"],
    [["<a>"], "(object)"],
    [undefined, "undefined"],
  ])("of %j is %s", (value, text) => {
    expect(printedScope(value)).toBe(text);
  });
});
