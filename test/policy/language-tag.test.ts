import { describe, expect, it } from "vitest";
import { isLanguageTag, languageOf } from "../../src/policy/language-tag.js";
import { findingsOf, policyWith } from "./findings-of.js";

/** Language tags, each with its language. */
const TAGS = [
  ["en", "en"],
  ["EN", "en"],
  ["pt-BR", "pt"],
  ["Zh-Hant-TW", "zh"],
  ["gsw-1996", "gsw"],
  ["de-x-y", "de"],
  ["abcdefgh-12345678-abcdefgh", "abcdefgh"],
] as const;

const OTHERS = [
  ...["", "e", "abcdefghi", "e1", "-en", "en-", "en--GB", "en-abcdefghi"],
  ...["en_US", "en-U_S", "en US", " en", "en ", "en\n", "English, British", "日本"],
];

describe("a language tag", () => {
  it.each(TAGS)("`%s` is accepted as the language of a policy, which is `%s`", (tag, language) => {
    expect(isLanguageTag(tag)).toBe(true);
    expect(languageOf(tag)).toBe(language);
    expect(findingsOf(policyWith({ language: tag }))).toEqual([]);
  });

  it.each(OTHERS)("is expected in place of %j", (language) => {
    expect(isLanguageTag(language)).toBe(false);
    const found = findingsOf(policyWith({ language }));
    expect(found.map(({ code, path }) => [code, path])).toEqual([["language_tag", "language"]]);
  });

  it.each([undefined, null, 12, ["en"], Object("en")])("is a text, so not %o", (value) => {
    expect(isLanguageTag(value)).toBe(false);
  });
});
