import { describe, expect, it } from "vitest";
import {
  holeValues,
  isBoundValue,
  PROBE_VALUES,
  VALUE_CHARS,
} from "../../src/grammar/bound-value.js";

const ASCII = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code));

describe("isBoundValue", () => {
  it("accepts exactly the characters of VALUE_CHARS, each of which is in it once", () => {
    expect(ASCII.filter((char) => isBoundValue(`x${char}`)).sort()).toEqual(
      [...VALUE_CHARS].sort(),
    );
  });

  it.each([".", "..", "", "x".repeat(129), 7, undefined])("rejects %j", (value) => {
    expect(isBoundValue(value)).toBe(false);
  });
});

describe("PROBE_VALUES", () => {
  it("has the starts of `urn`, and for a letter of each kind what a hole can reject in the middle, at the start and at the end", () => {
    const each = (base: string) => [
      ...ASCII.filter((char) => isBoundValue(`x${char}`)).map((char) => base + char + base),
      ...`urn:${base} rn:${base} n:${base} :${base} ${base}: ${base}/${base} ${base}:8/${base}`.split(
        " ",
      ),
    ];
    const expected = [..."u ur urn r rn n".split(" "), ...each("a"), ...each("Z"), ...each("7")];
    expect([...PROBE_VALUES].sort()).toEqual(expected.sort());
  });
});

describe("holeValues", () => {
  const hole = {
    form: "colon",
    isUrn: false,
    hasScheme: false,
    start: undefined,
    after: "",
  } as const;
  const dotHole = { ...hole, form: "dot" } as const;

  it.each([
    [
      "a first hole that could not make the text start with `urn:`",
      { ...hole, start: "", after: "-a:b" },
      { ...hole, after: "-a:b" },
    ],
    ["a first hole after other text", { ...hole, start: "b" }, hole],
    ["holes that exclude the same characters in another order", { ...hole, after: ".b" }, dotHole],
  ])("returns one object for %s", (_title, one, other) => {
    expect(holeValues(one)).toBe(holeValues(other));
  });

  it("lists the characters of the values", () => {
    expect(holeValues({ ...dotHole, after: "-b" }).chars).toBe(
      VALUE_CHARS.replaceAll(/[.:-]/g, ""),
    );
  });
});
