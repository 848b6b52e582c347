import { describe, expect, it } from "vitest";
import { onlySpans, readSegment, spansOf } from "../../src/policy/path-segment.js";

describe("a segment of the path of a request", () => {
  it.each<[text: string, value: string, folded: string, wholeFolded: string]>([
    ["Ab", "Ab", "ab", "ab"],
    ["A;B", "A;B", "a", "a;b"],
    ["%C3%89;%C3%89", "É;É", "é", "é;é"],
    ["a%3Bb", "a;b", "a;b", "a;b"],
    ["...", "...", "...", "..."],
    ["a%20b", "a b", "a b", "a b"],
    ["%40", "@", "@", "@"],
    ["a-b_c~d!$&'()+,=:@|", "a-b_c~d!$&'()+,=:@|", "a-b_c~d!$&'()+,=:@|", "a-b_c~d!$&'()+,=:@|"],
  ])("%s has the value %s, and the names %s and %s", (text, value, folded, wholeFolded) => {
    expect(readSegment(text)).toEqual({ text, value, folded, wholeFolded });
  });

  it.each([
    ...[
      "",
      ".",
      "..",
      ";a",
      ".;a",
      "..;a",
      "*",
      "a*",
      "é",
      "%",
      "%4",
      "%zz",
      "a%2Fb",
      "a%5Cb",
      "a%00",
    ],
    ...[
      "%20a",
      "a%20",
      "%2D",
      "%2E",
      "%30",
      "%39",
      "%41",
      "%49",
      "%4a",
      "%50",
      "%5a",
      "%5f",
      "%61",
      "%69",
      "%6F",
    ],
    ...[
      "%70",
      "%7A",
      "%7e",
      "%C0%AF",
      "%C3",
      "e%CC%81",
      "a;%C3",
      "%E2%80%8B",
      "%F0%9F%98%80",
      "%2A",
    ],
  ])("%j is not a value", (text) => {
    expect(readSegment(text)).toBeUndefined();
  });

  it.each(["%40", "%3A", "%3B", "%5B"])("%s is not a needless escape", (text) => {
    expect(readSegment(text) === undefined).toBe(text === "%5B");
  });
});

describe("the places of values between literals", () => {
  it.each<[text: string, literals: string[], least: 0 | 1, spans: number[][] | undefined]>([
    [
      "a-b",
      ["", "-", ""],
      1,
      [
        [0, 1],
        [2, 3],
      ],
    ],
    [
      "-",
      ["", "-", ""],
      0,
      [
        [0, 0],
        [1, 1],
      ],
    ],
    ["-", ["", "-", ""], 1, undefined],
    ["x-b", ["x", ""], 1, [[1, 3]]],
    ["y-b", ["x", ""], 1, undefined],
    ["x", ["x", ""], 0, [[1, 1]]],
    ["x", ["x", ""], 1, undefined],
    ["ab", ["", "c"], 1, undefined],
    ["abc", ["", "c"], 1, [[0, 2]]],
    [
      "ac-c",
      ["a", "-", "c"],
      0,
      [
        [1, 2],
        [3, 3],
      ],
    ],
    [
      "a--b",
      ["", "-", ""],
      1,
      [
        [0, 1],
        [2, 4],
      ],
    ],
    [
      "--b",
      ["", "-", ""],
      1,
      [
        [0, 1],
        [2, 3],
      ],
    ],
    ["abc", ["", "-", ""], 1, undefined],
    ["a", ["a"], 1, []],
    ["aba", ["ab", "ba"], 0, undefined],
  ])("of %s between %j, at least %d long, are %j", (text, literals, least, spans) => {
    expect(spansOf(text, literals, least)).toEqual(spans);
  });

  it.each<[text: string, literals: string[], spans: number[][] | undefined]>([
    [
      "a-b",
      ["", "-", ""],
      [
        [0, 1],
        [2, 3],
      ],
    ],
    ["a--b", ["", "-", ""], undefined],
    ["a-b-c", ["", "-", ""], undefined],
    [
      "xa-by",
      ["x", "-", "y"],
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      "a.b-c",
      ["", ".", "-", ""],
      [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
    ],
    ["abc", ["", ""], [[0, 3]]],
    ["abc", ["", "-", ""], undefined],
  ])("of %s between %j, if there is one way only, are %j", (text, literals, spans) => {
    expect(onlySpans(text, literals)).toEqual(spans);
  });
});
