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
  ["one field in a list", ["Bearer abc"], bearer("abc")],
  ["every character of a b64token", "Bearer aZ09-._~+/==", bearer("aZ09-._~+/==")],
  ["any case of the scheme (RFC 9110, section 11.1)", "bEaReR abc", bearer("abc")],
  ["several spaces: 1*SP (RFC 6750, section 2.1)", "Bearer    abc", bearer("abc")],
  ["the longest token that is read", `Bearer ${most}`, bearer(most)],
  ["a longer one", `Bearer ${most}a`, malformed],
  ["no field", undefined, none],
  ["no field, as `Headers.get` says it", null, none],
  ["no field, as a list", [], none],
  ["an empty field", "", malformed],
  ["an empty field in a list", [""], malformed],
  ["the scheme alone", "Bearer", malformed],
  ["the scheme and spaces", "Bearer   ", malformed],
  ["a space before the scheme", " Bearer abc", malformed],
  ["a space after the token", "Bearer abc ", malformed],
  ["two words", "Bearer abc def", malformed],
  ["two fields", ["Bearer abc", "Bearer abc"], malformed],
  ["two fields of two schemes, bearer last", ["Basic abc", "Bearer abc"], malformed],
  ["two fields of no bearer", ["Basic abc", "Basic abc"], malformed],
  ["two fields in one", "Bearer abc, Bearer abc", malformed],
  ["two fields in one, bearer last", "Basic abc, Bearer abc", malformed],
  ["two fields in one, bearer last, without a space", "Basic abc,bearer abc", malformed],
  ["two fields in one, bearer last, after a tab", "Basic abc,\t bearer", malformed],
  ["two fields in one, none of them bearer", "Basic abc, Digest bearer", none],
  ["a parameter that starts as the scheme does", "Digest a=b, bearerish=c", none],
  ["padding within", "Bearer a=b", malformed],
  ["padding alone", "Bearer ==", malformed],
  ["a tab for the space", "Bearer\tabc", malformed],
  ["a tab within", "Bearer abc\tdef", malformed],
  ["a line break within", "Bearer abc\ndef", malformed],
  ["a line break at the end", "Bearer abc\n", malformed],
  ["a line break before", "\nBearer abc", malformed],
  ["a no-break space for the space", "Bearer\u00a0abc", malformed],
  ["a no-break space within", "Bearer \u00a0abc", malformed],
  ["another letter of Unicode", "Bearer \u0430bc", malformed],
  ["a scheme with a letter that folds to another", "Be\u0430rer abc", malformed],
  ["a percent sign", "Bearer a%41", malformed],
  ["quotes", 'Bearer "abc"', malformed],
  ["a colon after the scheme", "Bearer: abc", malformed],
  ["a scheme that starts as Bearer does", "Bearerx abc", none],
  ["another scheme (RFC 6750, section 3.1)", "Basic dXNlcjpwYXNz", none],
  ["another scheme and a tab", "Basic\tabc", malformed],
  ["another scheme without credentials", "Negotiate", none],
  ["a number", 7, malformed],
  ["a list of no text", [7], malformed],
  ["a list of lists", [["Bearer abc"]], malformed],
  ["an object that prints as a field", { toString: () => "Bearer abc" }, malformed],
  ["an object of text", Object("Bearer abc"), malformed],
];

describe("the Authorization field", () => {
  it.each(FIELDS)("with %s", (_, fields, credentials) => {
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
  ] as const)("of a million %s is read in little time", (_, field, credentials) => {
    const start = performance.now();
    expect(readCredentials(field)).toEqual(credentials);
    expect(performance.now() - start).toBeLessThan(500);
  });

  it("gives a token that is one", () => {
    expect(isBearerToken("abc=")).toBe(true);
    for (const text of ["", "=", "a b", `${most}a`, undefined, null, 7, ["abc"]]) {
      expect(isBearerToken(text)).toBe(false);
    }
  });

  it("gives answers that nobody can change for others", () => {
    expect(Object.isFrozen(readCredentials(undefined))).toBe(true);
    expect(Object.isFrozen(readCredentials(""))).toBe(true);
  });
});
