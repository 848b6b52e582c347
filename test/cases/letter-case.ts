/** A request whose letter case differs from an endpoint, and the endpoint that it matches, if any. */
export type LetterCase = readonly [
  endpoints: readonly string[],
  path: string,
  endpoint: string | undefined,
  why: string,
];

const me = ["GET /users/me", "GET /users/:id"];
const at = ["GET /a@b", "GET /:name"];
const admin = ["GET /admin/x", "GET /:section/x"];
const back = ["GET /a/:y/e", "GET /:x/B/f"];
const cafe = ["GET /v1/caf%C3%A9", "GET /v1/:name"];
const street = ["GET /stra%C3%9Fe", "GET /:name"];
const greek = ["GET /%CE%BF%CE%B4%CF%8C%CF%82", "GET /:name"];
const mixed = ["GET /i%CC%87/:x", "GET /:name/:y", "GET /:name/%C3%A9"];
const deeper = ["GET /a/b/:z", "GET /A/:y/c", "GET /:x/b/d"];

/**
 * A case-insensitive router runs the literal endpoint for any letter case, so a text that differs from the literal only in letter case
 * must not match the parameter in its place.
 */
export const LETTER_CASES: readonly LetterCase[] = [
  [me, "/users/me", "GET /users/me", "the literal"],
  [me, "/users/ME", undefined, "the literal in capitals is not a value"],
  [me, "/users/Me", undefined, "nor with one capital"],
  [me, "/Users/me", undefined, "a literal before it in another letter case"],
  [me, "/users/x", "GET /users/:id", "a value"],
  [me, "/users/mee", "GET /users/:id", "a value that starts like the literal"],
  [me, "/users/X", "GET /users/:id", "a value in capitals"],
  [me, "/USERS/x", undefined, "a value under a literal in capitals"],
  [me, "/users/%6De", undefined, "a needless escape of the literal"],
  [me, "/users/%4D%45", undefined, "a needless escape of its capitals"],
  [me, "/users/me;x", undefined, "the literal with a matrix parameter"],
  [me, "/users/ME;", undefined, "the literal in capitals with an empty one"],
  [me, "/users/me%3Bx", "GET /users/:id", "the literal with an escaped semicolon is a value"],
  [me, "/users/mee;me", "GET /users/:id", "a value with a semicolon"],
  [at, "/a@b", "GET /a@b", "a literal with an at sign"],
  [at, "/a%40b", undefined, "an escape of the literal is not a value, since it decodes to it"],
  [at, "/A%40b", undefined, "nor in another letter case"],
  [at, "/a%40c", "GET /:name", "another address is a value"],
  [cafe, "/v1/caf%c3%a9", undefined, "the literal in lower-case hex"],
  [cafe, "/v1/caf%c3%a8", "GET /v1/:name", "another letter in lower-case hex is a value"],
  [admin, "/admin/x", "GET /admin/x", "the literal"],
  [admin, "/Admin/x", undefined, "the literal with a capital is not a value"],
  [admin, "/Admin/X", undefined, "nor with two"],
  [admin, "/other/x", "GET /:section/x", "a value"],
  [admin, "/Other/x", "GET /:section/x", "a value with a capital"],
  [admin, "/other/X", undefined, "the literal after a value in another letter case"],
  [back, "/a/b/e", "GET /a/:y/e", "the literal first"],
  [back, "/a/B/e", "GET /a/:y/e", "a value that is a literal elsewhere"],
  [back, "/A/b/e", undefined, "the literal first, in another letter case"],
  [back, "/a/B/f", "GET /:x/B/f", "back from the literal"],
  [back, "/A/B/f", "GET /:x/B/f", "back from the literal, whose capital is a value then"],
  [back, "/a/b/f", undefined, "back from the literal, to one in another letter case"],
  [back, "/a/b/F", undefined, "the last literal in another letter case"],
  [back, "/c/B/f", "GET /:x/B/f", "a path without a matching literal"],
  [back, "/c/B/e", undefined, "neither of the two endpoints"],
  [deeper, "/a/b/c", "GET /a/b/:z", "both literals, and the endpoint in capitals after them"],
  [deeper, "/A/b/c", undefined, "the endpoint that a case-insensitive router would run"],
  [deeper, "/A/x/c", "GET /A/:y/c", "back to the endpoint in capitals"],
  [deeper, "/a/x/c", undefined, "the endpoint in capitals, in small letters"],
  [deeper, "/a/b/d", "GET /a/b/:z", "a value that is a literal elsewhere"],
  [
    deeper,
    "/A/b/d",
    undefined,
    "a value of another endpoint after a literal in another letter case",
  ],
  [deeper, "/q/b/d", "GET /:x/b/d", "the last endpoint"],
  [cafe, "/v1/caf%C3%A9", "GET /v1/caf%C3%A9", "the literal beyond ASCII"],
  [cafe, "/v1/caf%C3%89", undefined, "the literal with a capital beyond ASCII is not a value"],
  [cafe, "/v1/CAF%C3%89", undefined, "the literal in capitals is not a value"],
  [cafe, "/v1/Caf%C3%A9", undefined, "nor with a capital of ASCII"],
  [cafe, "/v1/caf%C3%A8", "GET /v1/:name", "another letter is a value"],
  [cafe, "/v1/cafe", "GET /v1/:name", "a letter without its accent is a value"],
  [cafe, "/V1/caf%C3%A8", undefined, "a literal of ASCII before it in another letter case"],
  [street, "/stra%C3%9Fe", "GET /stra%C3%9Fe", "the literal with a sharp s"],
  [street, "/stra%E1%BA%9Ee", undefined, "the capital sharp s, which is equal in lower case"],
  [street, "/STRASSE", undefined, "the two letters that are equal in upper case"],
  [street, "/strasse", undefined, "and these in lower case"],
  [street, "/strase", "GET /:name", "one s is another text"],
  [greek, "/%CE%BF%CE%B4%CF%8C%CF%82", "GET /%CE%BF%CE%B4%CF%8C%CF%82", "a final sigma"],
  [greek, "/%CE%BF%CE%B4%CF%8C%CF%83", undefined, "a sigma that is not final"],
  [greek, "/%CE%9F%CE%94%CE%8C%CE%A3", undefined, "a capital sigma"],
  [mixed, "/i%CC%87/a", "GET /i%CC%87/:x", "an i with one more dot"],
  [mixed, "/%C4%B0/a", undefined, "the capital that this is in lower case"],
  [mixed, "/i/a", undefined, "the small letter of that capital in Turkish"],
  [mixed, "/%C4%B1/a", undefined, "the dotless i, whose capital is that of i"],
  [mixed, "/j/%C3%A9", "GET /:name/%C3%A9", "a value before a literal beyond ASCII"],
  [mixed, "/j/%C3%89", undefined, "a value before its capital"],
];
