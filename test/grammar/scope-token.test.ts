import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { badScopeChar, isScopeChar, isScopeToken } from "../../src/grammar/scope-token.js";
import { titled } from "../titled.js";
import { anyToken, RUNS } from "./arbitrary.js";

// RFC 6749, appendix A.4, copied by hand.
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

const VALUES: readonly (readonly [value: unknown, isToken: boolean, why: string])[] = [
  ["courses:read", true, "a plain scope"],
  ["!", true, "the first character of the set"],
  ["#[]~", true, "the ends of the two ranges"],
  ["'", true, "an apostrophe"],
  ["{accountID}", true, "a template"],
  ["a,b", true, "a comma, which does not separate scopes"],
  ["", false, "the empty text"],
  [" ", false, "a space"],
  ["a b", false, "two scope-tokens"],
  ['a"b', false, "a quote"],
  ["a\\b", false, "a backslash"],
  ["a\u007f", false, "DEL"],
  ["a\n", false, "a line break at the end"],
  ["a\u0000", false, "NUL"],
  ["caf\u00e9", false, "not ASCII"],
  ["\ud83d\ude00", false, "a pair of surrogates"],
  [undefined, false, "undefined"],
  [null, false, "null"],
  [1, false, "a number"],
  [["a"], false, "an array that would print as a token"],
  [Object("a"), false, "a string object"],
  [{ toString: () => "a" }, false, "an object that would print as a token"],
];

describe("isScopeToken", () => {
  const values = titled(
    VALUES,
    ([value, isToken, why]) => `returns ${isToken} for ${JSON.stringify(value)}: ${why}`,
  );
  it.each(values)("%s", (_title, [value, isToken]) => {
    expect(isScopeToken(value)).toBe(isToken);
  });

  it("accepts exactly the 92 characters of RFC 6749, section 3.3", () => {
    const units = Array.from({ length: 0x1_0000 }, (_, unit) => unit);
    const accepted = units.filter((unit) => isScopeToken(String.fromCharCode(unit)));
    expect(accepted).toEqual(units.filter((unit) => SCOPE_TOKEN.test(String.fromCharCode(unit))));
    expect(accepted).toEqual(units.filter(isScopeChar));
    expect(accepted).toHaveLength(92);
  });
});

describe("badScopeChar", () => {
  it("returns -1 for every scope-token and for the empty text", () => {
    expect(badScopeChar("")).toBe(-1);
    fc.assert(
      fc.property(anyToken, (token) => badScopeChar(token) === -1),
      RUNS,
    );
  });

  it("returns the index of the first invalid character, wherever it is", () => {
    const bad = fc.constantFrom(" ", '"', "\\", "\t", "\u0000", "\u007f", "\u00e9", "\ud800");
    fc.assert(
      fc.property(anyToken, bad, fc.string(), (token, char, rest) => {
        expect(badScopeChar(token + char + rest)).toBe(token.length);
      }),
      RUNS,
    );
  });
});
