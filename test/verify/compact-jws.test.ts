import { describe, expect, it } from "vitest";
import { readCompactJws } from "../../src/verify/compact-jws.js";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const encode = (text: string): string => Buffer.from(text).toString("base64url");

/** How often each segment is read, of all texts that end it in one character. */
function readWith(build: (last: string) => string): string {
  return [...ALPHABET].filter((last) => readCompactJws(build(last)) !== undefined).join("");
}

describe("a compact JWS", () => {
  it("is taken apart", () => {
    const text = `${encode('{"alg":"RS256"}')}.${encode('{"sub":"jo"}')}.AAAA`;
    expect(readCompactJws(text)).toEqual({ header: { alg: "RS256" }, claims: { sub: "jo" } });
  });

  // RFC 4648, section 3.5: of 64 last characters those leave no bit over
  it.each([
    ["AAAA", ALPHABET],
    ["AAAAA", ""],
    ["AAAAAA", "AQgw"],
    ["AAAAAAA", "AEIMQUYcgkosw048"],
    ["AAAAAAAA", ALPHABET],
  ])("with a signature like %s may end in %j", (signature, expected) => {
    expect(readWith((last) => `e30.e30.${signature.slice(0, -1)}${last}`)).toBe(expected);
  });

  // with one byte more every character stands for bits, and some of those are other white space of JSON
  it.each([0, 2])("has no second spelling of its header and its claims (%i)", (more) => {
    const segment = encode(`{}${" ".repeat(more)}`);
    const build = (last: string) => segment.slice(0, -1) + last;
    const own = segment.at(-1);
    expect(readWith((last) => `${build(last)}.e30.AAAA`)).toBe(own);
    expect(readWith((last) => `e30.${build(last)}.AAAA`)).toBe(own);
  });
});
