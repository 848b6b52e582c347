import { describe, expect, it } from "vitest";
import { escapeHtml } from "../../src/consent/escape-html.js";
import {
  CONTROL,
  escapeInvisible,
  hasInvisible,
  joinLines,
  replaceInvisible,
} from "../../src/grammar/shown-text.js";

const UNSEEN_CHARACTERS = [
  ["a null character", "\0", "\\u{0}"],
  ["a tab", "\t", "\\u{9}"],
  ["a line feed", "\n", "\\u{a}"],
  ["an escape", "\u001b", "\\u{1b}"],
  ["a delete", "\u007f", "\\u{7f}"],
  ["a next line", "\u0085", "\\u{85}"],
  ["a soft hyphen", "\u00ad", "\\u{ad}"],
  ["a combining grapheme joiner", "\u034f", "\\u{34f}"],
  ["a Hangul filler", "\u3164", "\\u{3164}"],
  ["a zero-width space", "\u200b", "\\u{200b}"],
  ["a zero-width joiner", "\u200d", "\\u{200d}"],
  ["a line separator", "\u2028", "\\u{2028}"],
  ["a right-to-left override", "\u202e", "\\u{202e}"],
  ["a blank Braille pattern", "\u2800", "\\u{2800}"],
  ["a lone surrogate", "\ud800", "\\u{d800}"],
  ["a private character", "\ue000", "\\u{e000}"],
  ["another variation selector", "\ufe00", "\\u{fe00}"],
  ["a byte order mark", "\ufeff", "\\u{feff}"],
  ["a noncharacter", "\uffff", "\\u{ffff}"],
  ["an unassigned character", "\u0378", "\\u{378}"],
  ["a tag", "\u{e0041}", "\\u{e0041}"],
  ["a variation selector beyond the first plane", "\u{e0100}", "\\u{e0100}"],
] as const;

describe("unseen characters", () => {
  it.each(UNSEEN_CHARACTERS)("contain %s", (_title, character, written) => {
    const text = `a${character}b`;
    expect(hasInvisible(text)).toBe(true);
    expect(escapeInvisible(`${text}${text}`)).toBe(`a${written}ba${written}b`);
    expect(replaceInvisible(`${text}${text}`, "")).toBe("abab");
  });

  it.each([
    ["an empty text", ""],
    ["ASCII", "The name (of an app) + 1 ~"],
    ["other spaces", "a\u00a0b\u3000c"],
    ["letters with marks", "Zoë ไทย हिन्दी"],
    ["an emoji with its variation selector", "\u2764\ufe0f and \u2764\ufe0e"],
    ["an emoji beyond the first plane", "\u{1f600}"],
  ])("do not contain %s", (_title, text) => {
    expect(hasInvisible(text)).toBe(false);
    expect([escapeInvisible(text), replaceInvisible(text, "?")]).toEqual([text, text]);
  });

  it("are the same at each call", () => {
    expect([1, 2, 3].map(() => [hasInvisible("\0"), CONTROL.test("\0")])).toEqual(
      Array.from({ length: 3 }, () => [true, true]),
    );
  });
});

describe("joinLines", () => {
  it("writes one space for line breaks and tabs in a row", () => {
    expect(joinLines("a\r\n\tb\u2028c\u0085\v\fd\u2029e f")).toBe("a b c d e f");
  });
});

describe("escapeHtml", () => {
  it.each([
    ["controls and lone surrogates", "a\0\u001b\u0085\ud800b", "a\ufffd\ufffd\ufffd\ufffdb"],
    ["not the white space of markup", "a\t\nb", "a\t\nb"],
    ["not what HTML allows", "a\u200d\u202e\u3164\ue000b", "a\u200d\u202e\u3164\ue000b"],
    ["the marks of HTML", `<a b="c" d='e'>&`, "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;"],
  ])("replaces %s", (_title, text, expected) => {
    expect(escapeHtml(text)).toBe(expected);
  });
});
