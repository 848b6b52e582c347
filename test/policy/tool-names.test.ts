import { describe, expect, it } from "vitest";
import { isParamName, isPattern, isToolName, toolKeyError } from "../../src/policy/tool-names.js";
import { titled } from "../titled.js";

const NAMES: readonly (readonly [text: string, legal: boolean, why: string])[] = [
  ["get_settings", true, "it is an ordinary name"],
  ["A.b-c_9", true, "it has every kind of character"],
  ["a", true, "it has one character"],
  ["a".repeat(128), true, "it has the maximum length"],
  ["a".repeat(129), false, "it is too long"],
  ["", false, "it is empty"],
  [".", false, "it is a path segment"],
  ["..", false, "it is a path segment"],
  ["...", true, "three dots are not a path"],
  [".hidden", true, "MCP allows a leading dot"],
  ["constructor", true, "it is a member of Object.prototype, but not a key here"],
  ["__proto__", true, "it is only a string here, not a key"],
  ["a b", false, "it has a space"],
  ["a\n", false, "it ends with a line break"],
  ["a/b", false, "it has a slash"],
  ["a\\b", false, "it has a backslash"],
  ["a:b", false, "it has a colon"],
  ["a%5Fb", false, "it has an escape"],
  ["li\u017ft", false, "it has a long s"],
  ["li\u0455t", false, "it has a Cyrillic look-alike"],
  ["a\u0000", false, "it has NUL"],
];

describe("isToolName", () => {
  it.each(
    titled(NAMES, ([text, legal, why]) => `${legal} for ${JSON.stringify(text)}, because ${why}`),
  )("returns %s", (_title, [text, legal]) => {
    expect(isToolName(text)).toBe(legal);
    expect(toolKeyError(text) === undefined).toBe(legal);
  });
});

describe("toolKeyFault", () => {
  const PATTERNS: readonly (readonly [pattern: string, fault: RegExp | undefined])[] = [
    ["*", undefined],
    ["?", undefined],
    ["a*b*c", undefined],
    ["?".repeat(128), undefined],
    ["*?*", undefined],
    ["?".repeat(129), /other glob syntax/],
    ["*a*b*", /at most 2 stars/],
    ["**", /write `\*` instead/],
    ["a**b", /write `\*` instead/],
    ["a***", /write `\*` instead/],
    ["a/*", /other glob syntax/],
    ["!a*", /other glob syntax/],
    ["[a-z]*", /other glob syntax/],
    ["{a,b}*", /other glob syntax/],
    ["+(a)*", /other glob syntax/],
    ["a\\*", /other glob syntax/],
    ["*\n", /other glob syntax/],
    ["g\u00e9t_*", /other glob syntax/],
  ];
  it.each(PATTERNS)("returns for the pattern %j: %s", (pattern, fault) => {
    expect(isPattern(pattern)).toBe(true);
    const found = toolKeyError(pattern);
    if (fault === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(fault);
  });
});

describe("isParamName", () => {
  it.each(["accountID", "a.b-c_1", "constructor", "a".repeat(128)])(
    "returns true for %s",
    (name) => {
      expect(isParamName(name)).toBe(true);
    },
  );
  it.each(["", "a b", "a".repeat(129), "a\n", "{a}", "\u00e9"])("returns false for %j", (name) => {
    expect(isParamName(name)).toBe(false);
  });
});
