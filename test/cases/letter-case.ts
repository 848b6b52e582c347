/** A request in another letter case than some endpoint, and the endpoint that it is for: `undefined` for none. */
export type LetterCase = readonly [
  endpoints: readonly string[],
  path: string,
  endpoint: string | undefined,
  why: string,
];

const me = ["GET /users/me", "GET /users/:id"];
const admin = ["GET /admin/x", "GET /:section/x"];
const back = ["GET /a/:y/e", "GET /:x/B/f"];
const deeper = ["GET /a/b/:z", "GET /A/:y/c", "GET /:x/b/d"];

/**
 * A router that ignores letter case runs the literal endpoint for any spelling of it, so that no other spelling may pass
 * as a value of the parameter beside it.
 */
export const LETTER_CASES: readonly LetterCase[] = [
  [me, "/users/me", "GET /users/me", "the literal"],
  [me, "/users/ME", undefined, "the literal in capitals is no value"],
  [me, "/users/Me", undefined, "nor with one capital"],
  [me, "/Users/me", undefined, "a literal before it in another letter case"],
  [me, "/users/x", "GET /users/:id", "a value"],
  [me, "/users/mee", "GET /users/:id", "a value that starts like the literal"],
  [me, "/users/X", "GET /users/:id", "a value in capitals"],
  [me, "/USERS/x", undefined, "a value under a literal in capitals"],
  [admin, "/admin/x", "GET /admin/x", "the literal"],
  [admin, "/Admin/x", undefined, "the literal with a capital is no value"],
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
  [back, "/c/B/f", "GET /:x/B/f", "no literal on the way"],
  [back, "/c/B/e", undefined, "neither of the two"],
  [deeper, "/a/b/c", "GET /a/b/:z", "both literals, and the endpoint in capitals after them"],
  [deeper, "/A/b/c", undefined, "the one that a router without letter case would take"],
  [deeper, "/A/x/c", "GET /A/:y/c", "back to the endpoint in capitals"],
  [deeper, "/a/x/c", undefined, "the endpoint in capitals, in small letters"],
  [deeper, "/a/b/d", "GET /a/b/:z", "a value that is a literal elsewhere"],
  [deeper, "/A/b/d", undefined, "for which another endpoint would have been spelled right"],
  [deeper, "/q/b/d", "GET /:x/b/d", "the last"],
];
