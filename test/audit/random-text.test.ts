import { describe, expect, it } from "vitest";
import { characterClass } from "../../src/audit/redaction/random-text.js";

describe("the class of a character", () => {
  it.each([
    ["a", "abyz"],
    ["A", "ABYZ"],
    ["0", "0189"],
    ["-", "`{@[/:-_~+é"],
  ] as const)("is `%s` for each of %s", (expected, characters) => {
    for (const one of characters) expect([one, characterClass(one)]).toEqual([one, expected]);
  });
});
