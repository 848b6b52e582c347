import { base64url } from "jose";
import { describe, expect, it } from "vitest";
import { readCompactJws } from "../../src/verify/compact-jws.js";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const { encode } = base64url;

/** Returns the last characters with which a text is read as a compact JWS. */
function readWith(build: (last: string) => string): string {
  return [...ALPHABET].filter((last) => readCompactJws(build(last)) !== undefined).join("");
}

describe("readCompactJws", () => {
  it("returns the header and the claims of a compact JWS", () => {
    const text = `${encode('{"alg":"RS256"}')}.${encode('{"sub":"jo"}')}.AAAA`;
    expect(readCompactJws(text)).toEqual({ header: { alg: "RS256" }, claims: { sub: "jo" } });
  });

  // RFC 4648, section 3.5: of 64 last characters these set no unused bit
  it.each([
    ["AAAA", ALPHABET],
    ["AAAAA", ""],
    ["AAAAAA", "AQgw"],
    ["AAAAAAA", "AEIMQUYcgkosw048"],
    ["AAAAAAAA", ALPHABET],
  ])("reads a signature like %s only if it ends in one of %j", (signature, expected) => {
    expect(readWith((last) => `e30.e30.${signature.slice(0, -1)}${last}`)).toBe(expected);
  });

  // with one more byte every character encodes used bits, and some encode other white space of JSON
  it.each([0, 2])(
    "accepts one spelling of the header and of the claims, with %i spaces after the JSON",
    (more) => {
      const segment = encode(`{}${" ".repeat(more)}`);
      const build = (last: string) => segment.slice(0, -1) + last;
      const own = segment.at(-1);
      expect(readWith((last) => `${build(last)}.e30.AAAA`)).toBe(own);
      expect(readWith((last) => `e30.${build(last)}.AAAA`)).toBe(own);
    },
  );
});
