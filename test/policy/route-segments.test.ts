// Segments with literal text beside placeholders, and the spelling of paths.

import { describe, expect, it } from "vitest";
import { parseEndpoint } from "../../src/policy/endpoint-key.js";
import { buildRouter, type PathOptions } from "../../src/policy/route.js";

const routerOf = (keys: readonly string[]) =>
  buildRouter(
    keys.map((key) => {
      const endpoint = parseEndpoint(key);
      if (!("segments" in endpoint)) throw new Error(`${key}: ${endpoint.message}`);
      return { endpoint, target: key };
    }),
  );

/** Endpoints, a path, the endpoint that it matches, and the values of the path. */
type Case = readonly [
  keys: readonly string[],
  path: string,
  key: string | undefined,
  values: readonly string[],
  why: string,
];

const ENDS = ["GET /{a}:x", "GET /{a}.json", "GET /v{a}", "GET /{a}"];
const INNER = ["GET /{a}-{b}.zip", "GET /{a}+{b}.zip"];
const PIECES = ["GET /{a}b{b}c{c}.zip", "GET /{a}bc{c}.zip"];
const SHARED = ["GET /{a}:x/{b}", "GET /{a}:x/c"];
const BACK = ["GET /{a}:x/b", "GET /v{a}/c"];
const ALL = ["GET /{all*}"];
const LETTER = ["GET /i"];

const CASES: readonly Case[] = [
  [ENDS, "/1:x", "GET /{a}:x", ["1"], "text of two characters after a placeholder"],
  [ENDS, "/1.json", "GET /{a}.json", ["1"], "longer text after a placeholder"],
  [ENDS, "/v1", "GET /v{a}", ["1"], "text before a placeholder"],
  [ENDS, "/1", "GET /{a}", ["1"], "no such text"],
  [ENDS, "/1:x;y", undefined, [], "such text before a semicolon"],
  [ENDS, "/1;y:x", undefined, [], "such text after a semicolon"],
  [INNER, "/1-2.zip", "GET /{a}-{b}.zip", ["1", "2"], "one text between the same ends"],
  [INNER, "/1+2.zip", "GET /{a}+{b}.zip", ["1", "2"], "another text between them"],
  [PIECES, "/1b2c3.zip", "GET /{a}b{b}c{c}.zip", ["1", "2", "3"], "a text in two pieces"],
  [SHARED, "/1:x/c", "GET /{a}:x/c", ["1"], "literal text after it first"],
  [SHARED, "/1:x/d", "GET /{a}:x/{b}", ["1", "d"], "then a parameter after it"],
  [BACK, "/v1:x/c", "GET /v{a}/c", ["1:x"], "back from one that does not lead to an endpoint"],
  [BACK, "/v1:x/b", "GET /{a}:x/b", ["v1"], "the one that leads to an endpoint"],
  [ALL, "/a", "GET /{all*}", ["a"], "a catch-all takes one segment"],
  [ALL, "/a/b", "GET /{all*}", ["a/b"], "and more"],
  [LETTER, "/i", "GET /i", [], "a literal"],
  [LETTER, "/i%CC%87", undefined, [], "a literal with a mark, as a Turkish İ in lower case"],
];

describe("a router", () => {
  it.each(CASES)("of %j matches %s with %s and %j: %s", (keys, path, key, values) => {
    for (const order of [keys, keys.toReversed()]) {
      const match = routerOf(order).match("GET", path);
      expect(match?.value).toBe(key);
      expect([...(match?.params.values() ?? [])]).toEqual(values);
    }
  });

  it.each<[path: string, options: PathOptions | undefined, isFound: boolean, why: string]>([
    ["/caf%C3%A9/x", undefined, true, "the spelling of the endpoint"],
    ["/CAF%C3%A9/x", undefined, false, "capitals"],
    ["/CAF%C3%A9/x", { caseSensitive: false }, true, "capitals of ASCII, if an option allows them"],
    ["/caf%c3%a9/x", { caseSensitive: false }, false, "an escape in another spelling"],
    ["/caf%C3%89/x", { caseSensitive: false }, false, "a capital beyond ASCII"],
    ["/caf%C3%A9/x/", undefined, false, "a slash at the end"],
    ["/caf%C3%A9/x/", { trailingSlash: "ignore" }, true, "one slash, if an option allows it"],
    ["/caf%C3%A9/x//", { trailingSlash: "ignore" }, false, "two slashes"],
  ])("takes %s for an endpoint with %j: %s (%s)", (path, options, isFound) => {
    const match = routerOf(["GET /caf%C3%A9/{a}"]).match("GET", path, options);
    expect(match?.params.get("a")).toBe(isFound ? "x" : undefined);
  });

  it.each<[path: string, key: string | undefined]>([
    ["/admin", "GET /admin"],
    ["/Admin", "GET /admin"],
    ["/admin;x", "GET /admin"],
    ["/other", "GET /{name}"],
    ["/other/x", undefined],
    ["/admin/", undefined],
  ])("says for which endpoint some server takes %s: %s", (path, key) => {
    const router = routerOf(["GET /admin", "GET /{name}"]);
    expect(router.meantBy("GET", path)).toBe(key);
    expect(router.meantBy("HEAD", path)).toBe(key);
    expect(router.meantBy("POST", path)).toBeUndefined();
  });

  it("does not take options from `Object.prototype`", () => {
    const router = routerOf(["GET /a"]);
    const prototype = Object.prototype as PathOptions & Record<string, unknown>;
    const found: unknown[] = [];
    try {
      Object.assign(prototype, { trailingSlash: "ignore", caseSensitive: false });
      found.push(router.match("GET", "/a"), router.match("GET", "/A"), router.match("GET", "/a/"));
    } finally {
      for (const name of ["trailingSlash", "caseSensitive"]) delete prototype[name];
    }
    expect(found).toEqual([{ value: "GET /a", params: new Map() }, undefined, undefined]);
  });
});
