import { describe, expect, it } from "vitest";
import { compileTemplate } from "../../src/grammar/template.js";
import { buildLookups, type NamedScope, templatesByName } from "../../src/policy/scope-lookup.js";
import { parseText } from "../grammar/compiled.js";

/** Returns the names of scopes, each of its own scope, in this order. */
function namesOf(texts: readonly string[]): NamedScope[] {
  return texts.map((text, scope) => {
    const token = parseText(text);
    const template = compileTemplate(token);
    const values = template.names.map((_, index) => index);
    return {
      scope,
      declared: scope,
      template,
      text: token.text,
      matching: "exact",
      values,
      old: false,
    };
  });
}

const NAMES = [
  "a:read",
  "/",
  "/x/{i}",
  "/x/{i}/",
  "/x/{i}/y",
  "/y/{i}/{j}",
  "s:{i}:read",
  "s.{i}.read",
  "constructor",
];

const HITS: readonly (readonly [
  text: string,
  scope: string | undefined,
  values: readonly string[],
])[] = [
  ["a:read", "a:read", []],
  ["a:rea", undefined, []],
  ["A:read", undefined, []],
  ["/", "/", []],
  ["/x/1", "/x/{i}", ["1"]],
  ["/x/1/", "/x/{i}/", ["1"]],
  ["/x/1/y", "/x/{i}/y", ["1"]],
  ["/x/1/z", undefined, []],
  ["/x/", undefined, []],
  ["/x", undefined, []],
  ["/x/..", undefined, []],
  ["/x/.", undefined, []],
  ["/x/a%2Fb", undefined, []],
  ["/x/*", undefined, []],
  ["/x/{i}", undefined, []],
  ["//x/1", undefined, []],
  ["/y/1/2", "/y/{i}/{j}", ["1", "2"]],
  ["/y//2", undefined, []],
  ["s:1:read", "s:{i}:read", ["1"]],
  ["s:1:2:read", undefined, []],
  ["s.1.read", "s.{i}.read", ["1"]],
  ["s.1.2.read", undefined, []],
  ["constructor", "constructor", []],
  ["toString", undefined, []],
  ["", undefined, []],
  ["a".repeat(100_000), undefined, []],
  [`/x/${"1/".repeat(10_000)}`, undefined, []],
];

describe("the lookup of a scope token", () => {
  const [lookup] = buildLookups(namesOf(NAMES));

  it.each(HITS)("finds for %j the scope %s with %j", (text, scope, values) => {
    const hits: unknown[] = [];
    lookup?.(text).forEach((id, found) => void hits.push([NAMES[id], found]));
    expect(hits).toEqual(scope === undefined ? [] : [[scope, values]]);
  });

  it("finds the scopes of an older name once for each order of its values", () => {
    const [name] = namesOf(["/y/{i}/{j}"]) as [NamedScope];
    const older = [
      { scope: 1, values: [0, 1] },
      { scope: 1, values: [1, 0] },
      { scope: 1, values: [0, 1] },
      { scope: 2, values: [0, 1] },
    ].map((one) => ({ ...name, ...one, old: true }));
    const hits: unknown[] = [];
    buildLookups(older)[0]?.("/y/1/2").forEach((scope, found) => void hits.push([scope, found]));
    expect(hits).toEqual([
      [1, ["1", "2"]],
      [1, ["2", "1"]],
      [2, ["1", "2"]],
    ]);
  });

  it("is one, because names use one matching rule, and finds nothing undeclared", () => {
    expect(buildLookups([])).toHaveLength(1);
    expect(buildLookups([])[0]?.("a").size).toBe(0);
    expect(buildLookups(namesOf(["a"]))[0]?.("/x/1").size).toBe(0);
  });
});

describe("the templates of a policy", () => {
  it("are its names with placeholders, without those that are whole scope tokens", () => {
    const names = NAMES.filter((name) => name.includes("{"));
    expect([...templatesByName(namesOf(NAMES)).keys()]).toEqual(names);
  });
});
