import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { createTokenMarks, knownScopes } from "../../src/decision/own-token.js";
import { createScopeSet } from "../../src/decision/scope-set.js";
import {
  boundValuesOf,
  createTokenScopes,
  firstPartyScopes,
  hasBoundScope,
  hasScope,
  includesScopes,
  isFor,
  scopeBitsOf,
  type TokenScopes,
  type TokenScopesDraft,
} from "../../src/decision/token-scopes.js";
import { createTokenScopesReader, KEEP_EACH } from "../../src/decision/token-scopes-reader.js";
import { MAX_SCOPE_LENGTH, MAX_SCOPE_TOKENS } from "../../src/grammar/scope.js";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";

const draft = (
  ids: readonly number[],
  bound: TokenScopesDraft["bound"] = [],
  hasUnusable = false,
): TokenScopesDraft => ({ ids: [...ids], bound: [...bound], hasUnusable });

describe("the scopes of a token", () => {
  const far = Array.from({ length: 30 }, (_, index) => 70 + index);
  const owner = createTokenScopes("t", draft([1]), undefined);
  const more = {
    words: undefined,
    values: undefined,
    byValues: undefined,
    keys: [],
    firstParty: undefined,
  };

  it.each<[title: string, draft: TokenScopesDraft, firstParty: unknown, rest: unknown]>([
    ["nothing for scopes without values", draft([1, 2, 70]), undefined, undefined],
    [
      "the values that all templates have",
      draft(
        [1, 2],
        [
          [1, "a"],
          [2, "a"],
        ],
      ),
      undefined,
      "a",
    ],
    [
      "the templates by values that differ",
      draft(
        [1, 2],
        [
          [1, "a"],
          [2, "b"],
          [1, "b"],
          [1, "a"],
        ],
      ),
      undefined,
      {
        ...more,
        byValues: new Map([
          ["a", createScopeSet([1])],
          ["b", createScopeSet([1, 2])],
        ]),
        keys: ["1 a", "2 b", "1 b"],
      },
    ],
    [
      "the templates by values if a template is granted for unusable ones",
      draft([1, 2], [[1, "a"]], true),
      undefined,
      { ...more, byValues: new Map([["a", createScopeSet([1])]]), keys: ["1 a"] },
    ],
    ["many ids as words", draft(far), undefined, { ...more, words: createScopeSet(far).words }],
    [
      "those of a first-party client",
      draft([1], [[1, "a"]]),
      owner,
      { ...more, values: "a", firstParty: owner },
    ],
  ])("have beside their ids %s", (_title, scopes, firstParty, rest) => {
    const created = createTokenScopes("t", scopes, firstParty as TokenScopes | undefined);
    const { low, high, table } = createScopeSet(scopes.ids);
    expect(created).toStrictEqual({ text: "t", low, high, table, rest });
    const ids = [...Array(200).keys()].filter((id) => hasScope(created, id));
    expect(ids).toEqual(scopes.ids);
  });

  it("are for no values if they have no templates, or only other ones", () => {
    for (const scopes of [draft([1]), draft(far), draft([1], [[1, "b"]], true)])
      for (const values of ["a", "", undefined])
        expect(isFor(createTokenScopes("t", scopes, undefined), 1, values)).toBe(false);
    const several = createTokenScopes(
      "t",
      draft(
        [1, 2],
        [
          [1, "a"],
          [2, "b"],
        ],
      ),
      undefined,
    );
    expect(isFor(several, 1, "a")).toBe(true);
    expect(isFor(several, 2, "a")).toBe(false);
    expect(isFor(several, 1, undefined)).toBe(false);
    const owned = createTokenScopes("t", draft([1], [[1, "a"]]), owner);
    expect([isFor(owned, 1, "a"), isFor(owned, 1, "b")]).toEqual([true, false]);
  });

  it("have a scope by its own bit", () => {
    for (const id of [0, 31, 32, 63, 64, 95, 96]) {
      const created = createTokenScopes("t", draft([id]), undefined);
      expect([...Array(200).keys()].filter((one) => hasScope(created, one))).toEqual([id]);
    }
  });

  it.each([
    ["none", [], 0],
    ["the first 32", [0, 5, 31], 2 ** 0 + 2 ** 5 - 2 ** 31],
    ["the next 32", [32, 37, 63], 2 ** 0 + 2 ** 5 - 2 ** 31],
    ["those in a table", [64, 69, 95, 96, 100], 2 ** 0 + 2 ** 4 + 2 ** 5 - 2 ** 31],
    ["those in words", far, ~(2 ** 4 + 2 ** 5)],
    ["all of these", [1, 34, 70, 167], 2 ** 1 + 2 ** 2 + 2 ** 6 + 2 ** 7],
  ])("have bits for the ids modulo 32: %s", (_title, ids, bits) => {
    expect(scopeBitsOf(createTokenScopes("t", draft(ids), undefined))).toBe(bits);
  });

  it("have no bound values if they have no templates", () => {
    expect(boundValuesOf(createTokenScopes("t", draft([1]), undefined))).toEqual(new Map());
    expect(boundValuesOf(createTokenScopes("t", draft(far), undefined))).toEqual(new Map());
  });
});

const DEFINITION = {
  name: "Reader",
  version: "1",
  scopes: {
    a: {},
    own: { reserved: true },
    "own:{i}": { reserved: true, replaces: ["/old-own/{i}"] },
    "/x/{i}": {},
    "/y/{i}": { implies: ["/x/{i}"] },
    "u:{i}": { replaces: ["/old/{i}"] },
    "/pair/{i}/{j}": {},
    "p:{i}:{j}": { replaces: ["/old-pair/{i}/{j}"] },
    "files:/{i}": { match: "path-prefix" },
  },
  tools: { a: "a" },
};

function createReader(parts: object = {}) {
  const policy = compiledPolicyOf(loadPolicy({ ...DEFINITION, ...parts }));
  const marks = createTokenMarks();
  const read = createTokenScopesReader(policy, marks);
  const idOf = (name: string) => policy.scopes.find((one) => one.name === name)?.id as number;
  const readText = (scope: string) => read({ scope }) as TokenScopes;
  return { policy, marks, read, idOf, readText };
}

describe("a reader of the scopes of tokens", () => {
  it("returns the same scopes for the same text, and reads a list each time", () => {
    const { read } = createReader();
    expect(read({ scope: "a /x/1" })).toBe(read({ scope: "a /x/1" }));
    const scope = ["a", "/x/1"];
    expect(read({ scope })).not.toBe(read({ scope }));
    expect(read({ scope })).toEqual({ ...read({ scope: "a /x/1" }), text: "" });
  });

  it("keeps them with a token for one of some hits", () => {
    const { read, marks } = createReader();
    const token = { scope: "a" };
    const known = Array.from({ length: KEEP_EACH + 2 }, () => {
      read(token);
      return knownScopes(token, marks) !== undefined;
    });
    // the first time, it reads the text
    expect(known.indexOf(true)).toBe(KEEP_EACH);
    for (const scope of ["a own", ["a"]]) {
      const other = { scope };
      for (let round = 0; round < 2 * KEEP_EACH; round += 1) read(other);
      expect(knownScopes(other, marks)).toBeUndefined();
    }
  });

  it("keeps none with a token if the policy has boundaries, which it checks each time", () => {
    const { read, marks } = createReader({ boundaries: { area: { claim: "areas" } } });
    const token = { scope: "a" };
    for (let round = 0; round < 2 * KEEP_EACH; round += 1) read(token);
    expect(knownScopes(token, marks)).toBeUndefined();
  });

  it.each([[undefined], [null], ["a"], [1], [() => "a"], [{}], [[]], [{ scope: null }]])(
    "reads no scopes from %j",
    (token) => {
      expect(createReader().read(token)).toBeUndefined();
    },
  );

  it("reads as many and as long scopes as the limits allow", () => {
    const { read } = createReader();
    const isRead = (scope: unknown) => read({ scope }) !== undefined;
    const many = (count: number) => Array.from({ length: count }, () => "s");
    const long = (length: number) => "s".repeat(length);
    const last = [many(MAX_SCOPE_TOKENS), long(MAX_SCOPE_LENGTH), [long(MAX_SCOPE_LENGTH)]];
    expect([...last, many(MAX_SCOPE_TOKENS).join(" ")].map(isRead)).toEqual(
      last.concat("").map(() => true),
    );
    const over = [
      many(MAX_SCOPE_TOKENS + 1),
      long(MAX_SCOPE_LENGTH + 1),
      [long(MAX_SCOPE_LENGTH + 1)],
    ];
    expect([...over, many(MAX_SCOPE_TOKENS + 1).join(" ")].map(isRead)).toEqual(
      over.concat("").map(() => false),
    );
  });

  it("reads no list with another item than a text, nor one that throws", () => {
    const { read } = createReader();
    for (const item of [undefined, null, 1, ["a"], { length: 1 }, Object("a"), Symbol("a")])
      expect(read({ scope: ["a", item] })).toBeUndefined();
    const list = ["a"];
    Object.defineProperty(list, 0, {
      get: () => {
        throw new Error("no");
      },
    });
    expect(read({ scope: list })).toBeUndefined();
  });

  it.each<[scope: string, rest: unknown]>([
    ["", undefined],
    ["a unknown", undefined],
    ["/x/1", "1"],
    ["/y/1 a", "1"],
    ["/pair/1/2", "1 2"],
    ["u:1 /old/1", "1"],
    ["/old-pair/a:b/1", "a:b 1"],
    ["files:/a", "a"],
    ["files:/", ""],
  ])("finds for %j the values %j", (scope, rest) => {
    expect(createReader().readText(scope).rest).toBe(rest);
  });

  it("grants reserved scopes to a first-party client only", () => {
    const { readText, idOf } = createReader();
    const everyone = readText("a /x/1 own own:1");
    const firstParty = firstPartyScopes(everyone);
    const [own, template] = [idOf("own"), idOf("own:{i}")];
    expect([own, template].map((id) => hasScope(everyone, id))).toEqual([false, false]);
    expect([own, template].map((id) => hasScope(firstParty, id))).toEqual([true, true]);
    expect(hasScope(firstParty, idOf("a"))).toBe(true);
    expect(firstParty.rest).toBe("1");
    expect(isFor(firstParty, template, "1")).toBe(true);
    const different = firstPartyScopes(readText("own:2 /x/1"));
    expect(isFor(different, template, "2") && isFor(different, idOf("/x/{i}"), "1")).toBe(true);
    expect(isFor(different, template, "1") || isFor(different, idOf("/x/{i}"), "2")).toBe(false);
  });

  // a template that is granted for a value that no call can use must not seem to be granted for the value of another one
  it.each<[scope: string, name: string]>([
    ["/old/a:b /x/1", "u:{i}"],
    ["/old/a:b own:1", "u:{i}"],
    ["/old-own/a:b /x/1", "own:{i}"],
    ["/old-own/a:b /old/a:b /x/1", "own:{i}"],
  ])("grants with %s no %s for the value 1", (scope, name) => {
    const { readText, idOf } = createReader();
    const firstParty = firstPartyScopes(readText(scope));
    expect(hasScope(firstParty, idOf(name))).toBe(true);
    expect(isFor(firstParty, idOf(name), "1")).toBe(false);
    const everyone = readText(scope);
    expect(hasScope(everyone, idOf(name)) && isFor(everyone, idOf(name), "1")).toBe(false);
  });

  it("takes an unknown value as covered only if every value is", () => {
    const { policy, readText, idOf } = createReader();
    const scope = idOf("files:/{i}");
    const { coverage } = policy.scopes[scope]?.template ?? {};
    const use = { scope, params: [0], pieces: [], gaps: [], coverage };
    const has = (text: string, value: string | undefined) =>
      hasBoundScope(readText(text), use, [value]);
    expect(has("files:/", undefined)).toBe(true);
    expect(has("files:/a", undefined)).toBe(false);
    expect([has("files:/a", "a/b"), has("files:/a", "b"), has("a", "b")]).toEqual([
      true,
      false,
      undefined,
    ]);
  });

  it.each<[more: string, less: string, expected: boolean]>([
    ["a /x/1", "a", true],
    ["a /x/1", "/x/1", true],
    ["a", "a /x/1", false],
    ["a /x/1 /x/2", "a /x/1", true],
    ["/y/1", "/x/1", true],
    ["/x/1", "/y/1", false],
    ["/x/1", "/x/2", false],
    ["/x/1 /x/2", "/x/2", true],
    ["/x/1", "/x/1 /x/2", false],
    ["/pair/1/2", "/pair/1/2", true],
    ["/pair/1/2", "/pair/1/3", false],
    ["u:1", "/old/a:b", true],
    ["a", "", true],
    ["", "", true],
    ["/x/1 a", "/old/a:b", false],
  ])("knows whether %j includes %j: %j", (more, less, expected) => {
    const { policy, readText } = createReader();
    expect(includesScopes(policy, readText(more), readText(less))).toBe(expected);
  });

  // Two generations are kept: a text is forgotten if the texts after it take more than the budget twice
  const BUDGET = 2 ** 23;
  it.each<[text: string, weight: number]>([
    ["a /x/1", 6 + 256],
    ["/x/1 /pair/1/2 /x/3", 19 + 256 + 3 * 64],
    ["own /x/1 /x/2", 13 + 2 * (256 + 2 * 64)],
  ])("keeps texts by what they take of memory: %j takes %i", (text, weight) => {
    const fill = (read: (scope: string) => unknown, size: number, mark: string) => {
      for (let left = size - weight, index = 0; left > 0; index += 1) {
        const taken = left > 60_000 ? 50_000 : left;
        read(`${mark}${index}-`.repeat(taken / 3).slice(0, taken - 256));
        left -= taken;
      }
    };
    const isKept = (extra: number) => {
      const { readText } = createReader();
      const first = readText("a");
      fill(readText, BUDGET - 257 + extra, "m");
      readText(text);
      fill(readText, BUDGET + extra, "n");
      readText(text);
      return readText("a") === first;
    };
    expect([isKept(0), isKept(1)]).toEqual([true, false]);
  });
});
