import { describe, expect, it } from "vitest";
import { isParamName, isPattern, isToolName, toolKeyFault } from "../../src/policy/names.js";

const NAMES: readonly (readonly [text: string, legal: boolean, why: string])[] = [
  ["get_settings", true, "a usual name"],
  ["A.b-c_9", true, "every kind of character"],
  ["a", true, "one character"],
  ["a".repeat(128), true, "the longest"],
  ["a".repeat(129), false, "too long"],
  ["", false, "nothing"],
  [".", false, "a path"],
  ["..", false, "a path"],
  ["...", true, "three dots are no path"],
  [".hidden", true, "MCP allows a dot in front"],
  ["constructor", true, "a name of Object.prototype"],
  ["__proto__", true, "no key here, only a text"],
  ["a b", false, "a space"],
  ["a\n", false, "a line break at the end"],
  ["a/b", false, "a slash"],
  ["a\\b", false, "a backslash"],
  ["a:b", false, "a colon"],
  ["a%5Fb", false, "an escape"],
  ["li\u017ft", false, "a long s"],
  ["li\u0455t", false, "a Cyrillic look-alike"],
  ["a\u0000", false, "NUL"],
];

describe("isToolName", () => {
  it.each(NAMES)("%j: %s, %s", (text, legal) => {
    expect(isToolName(text)).toBe(legal);
    expect(toolKeyFault(text) === undefined).toBe(legal);
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
  it.each(PATTERNS)("of the pattern %j is %s", (pattern, fault) => {
    expect(isPattern(pattern)).toBe(true);
    const found = toolKeyFault(pattern);
    if (fault === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(fault);
  });
});

describe("isParamName", () => {
  it.each(["accountID", "a.b-c_1", "constructor", "a".repeat(128)])("takes %s", (name) => {
    expect(isParamName(name)).toBe(true);
  });
  it.each(["", "a b", "a".repeat(129), "a\n", "{a}", "\u00e9"])("refuses %j", (name) => {
    expect(isParamName(name)).toBe(false);
  });
});
