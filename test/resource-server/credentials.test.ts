import { describe, expect, it } from "vitest";
import {
  isBearerToken,
  MAX_TOKEN_LENGTH,
  readCredentials,
} from "../../src/resource-server/credentials.js";

const bearer = (token: string) => ({ kind: "bearer", token });
const none = { kind: "none" };
const malformed = { kind: "malformed" };
const most = "a".repeat(MAX_TOKEN_LENGTH);

const FIELDS: readonly (readonly [what: string, fields: unknown, credentials: object])[] = [
  ["one bearer token", "Bearer abc", bearer("abc")],
  ["one header in a list", ["Bearer abc"], bearer("abc")],
  ["every character of a b64token", "Bearer aZ09-._~+/==", bearer("aZ09-._~+/==")],
  ["any letter case of the scheme (RFC 9110, section 11.1)", "bEaReR abc", bearer("abc")],
  ["several spaces: 1*SP (RFC 6750, section 2.1)", "Bearer    abc", bearer("abc")],
  ["a token of the maximum length", `Bearer ${most}`, bearer(most)],
  ["a longer token", `Bearer ${most}a`, malformed],
  ["no header", undefined, none],
  ["no header, as `Headers.get` returns it", null, none],
  ["no header, as a list", [], none],
  ["an empty header", "", malformed],
  ["an empty header in a list", [""], malformed],
  ["the scheme alone", "Bearer", malformed],
  ["the scheme and spaces", "Bearer   ", malformed],
  ["a space before the scheme", " Bearer abc", malformed],
  ["a space after the token", "Bearer abc ", malformed],
  ["two words", "Bearer abc def", malformed],
  ["two headers", ["Bearer abc", "Bearer abc"], malformed],
  ["two headers with two schemes, bearer last", ["Basic abc", "Bearer abc"], malformed],
  ["two headers without bearer", ["Basic abc", "Basic abc"], malformed],
  ["two headers joined into one", "Bearer abc, Bearer abc", malformed],
  ["two headers joined into one, bearer last", "Basic abc, Bearer abc", malformed],
  ["two headers joined into one, bearer last, without a space", "Basic abc,bearer abc", malformed],
  ["two headers joined into one, bearer last, after a tab", "Basic abc,\t bearer", malformed],
  ["two headers joined into one, neither of them bearer", "Basic abc, Digest bearer", none],
  ["a parameter that starts like the scheme", "Digest a=b, bearerish=c", none],
  ["padding within", "Bearer a=b", malformed],
  ["padding alone", "Bearer ==", malformed],
  ["a tab instead of the space", "Bearer\tabc", malformed],
  ["a tab in the token", "Bearer abc\tdef", malformed],
  ["a line break in the token", "Bearer abc\ndef", malformed],
  ["a line break at the end", "Bearer abc\n", malformed],
  ["a line break at the start", "\nBearer abc", malformed],
  ["a no-break space instead of the space", "Bearer\u00a0abc", malformed],
  ["a no-break space after the space", "Bearer \u00a0abc", malformed],
  ["a letter beyond ASCII", "Bearer \u0430bc", malformed],
  ["a scheme with a look-alike letter", "Be\u0430rer abc", malformed],
  ["a percent sign", "Bearer a%41", malformed],
  ["quotes", 'Bearer "abc"', malformed],
  ["a colon after the scheme", "Bearer: abc", malformed],
  ["a scheme that starts like Bearer", "Bearerx abc", none],
  ["another scheme (RFC 6750, section 3.1)", "Basic dXNlcjpwYXNz", none],
  ["another scheme and a tab", "Basic\tabc", malformed],
  ["another scheme without credentials", "Negotiate", none],
  ["a number", 7, malformed],
  ["a list without text", [7], malformed],
  ["a list of lists", [["Bearer abc"]], malformed],
  ["an object that converts to a header", { toString: () => "Bearer abc" }, malformed],
  ["a String object", Object("Bearer abc"), malformed],
];

describe("the Authorization header", () => {
  it.each(FIELDS)("is read as bearer, none or malformed: %s", (_, fields, credentials) => {
    expect(readCredentials(fields)).toEqual(credentials);
  });

  it.each([
    ["letters", `Bearer ${"a".repeat(1_000_000)}`, malformed],
    ["spaces", `Bearer ${" ".repeat(1_000_000)}x`, bearer("x")],
    ["padding", `Bearer a${"=".repeat(1_000_000)}b`, malformed],
    ["letters of a scheme", "a".repeat(1_000_000), none],
    ["letters of a scheme and a slash", `${"a".repeat(1_000_000)}/`, malformed],
    ["commas", `Basic ${", ".repeat(500_000)}`, none],
    ["spaces after a comma", `Basic ,${" ".repeat(1_000_000)}x`, none],
  ] as const)("is read quickly if it has a million %s", (_, field, credentials) => {
    const start = performance.now();
    expect(readCredentials(field)).toEqual(credentials);
    expect(performance.now() - start).toBeLessThan(500);
  });

  it("contains a token only if its text is a b64token", () => {
    expect(isBearerToken("abc=")).toBe(true);
    for (const text of ["", "=", "a b", `${most}a`, undefined, null, 7, ["abc"]]) {
      expect(isBearerToken(text)).toBe(false);
    }
  });

  it("gives frozen results, so that a caller cannot change them for other callers", () => {
    expect(Object.isFrozen(readCredentials(undefined))).toBe(true);
    expect(Object.isFrozen(readCredentials(""))).toBe(true);
  });
});
