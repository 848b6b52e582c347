import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanIdentifier } from "../../src/audit/redaction/clean-text.js";

/** What stands in the place of a part that is not shown. */
const MARKS = /\[redacted\]|…|\ufffd/u;

describe("an identifier in an audit event", () => {
  it("differs from that of every other user, or has a mark", () => {
    const part = fc.constantFrom(
      "user",
      "1",
      " ",
      "\n",
      "\t",
      "\r\n",
      "\u2028",
      "\u200b",
      "\0",
      "é",
      "e\u0301",
      "@",
    );
    const identifier = fc
      .array(part, { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(identifier, (text) => {
        const clean = cleanIdentifier(text);
        expect(clean === text || MARKS.test(clean)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it("has a mark in the place of a line break", () => {
    expect(["user\n1", "user\t1", "user 1"].map(cleanIdentifier)).toEqual([
      "user\ufffd1",
      "user\ufffd1",
      "user 1",
    ]);
  });
});
