import { expect, it } from "vitest";
import { countWords, createTokenScopes } from "../../src/decision/token-scopes.js";

const far = Array.from({ length: 25 }, (_, index) => 1_000 + index);
/** Returns the scopes of a token. Its last scope is number 1,024, so a set with bits has 33 words. */
const scopesOf = (ids: readonly number[], bound: readonly (readonly [number, string])[]) =>
  createTokenScopes("", { ids: [...ids], bound: [...bound], hasUnusable: false }, undefined);
const boundTo = (...values: readonly string[]) =>
  values.flatMap((value) => far.map((id) => [id, value] as const));

it.each([
  ["few scopes", scopesOf(far.slice(1), []), 0],
  ["many scopes", scopesOf(far, []), 33],
  ["many templates for one value", scopesOf(far, boundTo("a")), 33],
  ["many templates for two values", scopesOf(far, boundTo("a", "b")), 99],
])("counts the words in the sets of a token with %s", (_, tokenScopes, words) => {
  expect(countWords(tokenScopes)).toBe(words);
});
