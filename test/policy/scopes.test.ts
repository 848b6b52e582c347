import { afterEach, describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { findingsOf, policyWith } from "./findings-of.js";

type Scopes = Record<string, unknown>;

describe("a scope in two spellings", () => {
  it("is one scope, printed in braces", () => {
    const policy = loadPolicy({
      name: "n",
      version: "1",
      scopes: { "/a/<id>/x": { implies: ["/b/{id}"] }, "/b/<id>": {} },
      tools: { t: "/a/{id}/x", u: "/b/<id>" },
    });
    expect(policy.decideUntrusted({ scope: "" }, "t", { id: "1" })).toMatchObject({
      missing: ["/a/1/x"],
    });
    expect(policy.decideUntrusted({ scope: "/a/1/x" }, "u", { id: "1" }).allowed).toBe(true);
  });
});

describe("overlaps", () => {
  const pairs: readonly (readonly [left: string, right: string, overlap: boolean])[] = [
    ["/a/{x}", "/a/b", true],
    ["/a/{x}", "/a/b/", false],
    ["/a/{x}", "/a/b.c", true],
    ["/a/{x}/", "/a/{y}", false],
    ["/a/{x}/b", "/a/b/{y}", true],
    ["/{x}/b", "/a/{y}", true],
    ["/{x}/b", "/a/c", false],
    ["a:{x}", "a:b", true],
    ["a:{x}", "{y}:b", true],
    ["a:{x}", "a.b", false],
    ["a.{x}", "a.b.c", false],
    ["a.{x}", "a.b", true],
    ["a:{x}:c", "a:b:d", false],
    ["/a/{x}", "/A/b", false],
    ["/a/{x}", "/a/*", false],
    ["/a/{x}", "/a/{y}", false],
    ["/a/{x}.b", "/a/{y}.c", false],
    ["/a/{x}.b", "/a/c{y}", true],
    ["/a/{x}.b", "/a/.b", false],
    ["/a/{x}.b", "/a/c.b", true],
    ["/a/{x}.b", "/a/c.d.b", false],
    ["/a/{x}", "/a/b:c@d", true],
    ["a:{x}", "a:b@c", true],
    ["{x}={y}", "{z}-b", true],
    ["{x}=b", "{z}=c", false],
  ];
  it.each(pairs)("of %s and %s are reported: %s", (left, right, overlap) => {
    for (const scopes of [
      { [left]: {}, [right]: {} },
      { [right]: {}, [left]: {} },
    ]) {
      expect(findingsOf(policyWith({ scopes })).map(({ code }) => code)).toEqual(
        overlap ? ["overlap"] : [],
      );
    }
  });

  it("are each reported once", () => {
    const scopes = { "/q/{a}": {}, "/q/b{b}": {}, "/{c}/br": {}, "/q{d}/br": {}, "/q/br": {} };
    const found = findingsOf(policyWith({ scopes })).map(({ message }) =>
      [...message.matchAll(/`([^`]+)`/g)]
        .map(([, name]) => name)
        .sort()
        .join(" "),
    );
    // each of the five overlaps each of the others, except for `/q{d}/br` and those that start with `/q/`
    expect(found).toHaveLength(7);
    expect(new Set(found).size).toBe(7);
  });

  it("are searched until the report is full", () => {
    const shared = Object.fromEntries(
      Array.from({ length: 1_100 }, (_, index) => [`/n${index}/{x}`, { replaces: ["/t/{x}"] }]),
    );
    expect(findingsOf(policyWith({ scopes: shared }))).toEqual([]);
    const found = findingsOf(policyWith({ scopes: { ...shared, "/{y}/z": {} } }));
    expect(found).toHaveLength(1_001);
    expect(found[7]).toEqual({
      code: "overlap",
      path: 'scopes["/{y}/z"]',
      message: "`/{y}/z` and `/t/{x}` overlap: the scope token `/t/z` would match both",
    });
    // the search stops, so the number of further overlaps is not known
    expect(found.at(-1)).toEqual({
      code: "more_findings",
      path: "",
      message: "and further findings, which are not listed",
    });
  });

  const OLD: readonly (readonly [title: string, scopes: Scopes, codes: readonly string[]])[] = [
    [
      "its own older name in another order",
      { "/a/{x}/{y}": { replaces: ["/a/{y}/{x}"] } },
      ["overlap"],
    ],
    ["its own older name, which it overlaps", { "/a/{x}": { replaces: ["/{x}/b"] } }, ["overlap"]],
    ["an older name of another", { "/a/{x}": {}, "/c/{y}": { replaces: ["/a/<y>"] } }, ["overlap"]],
    [
      "two different older names of two scopes",
      { "/n/{x}": { replaces: ["/t/{x}/y.read"] }, "/m/{x}/{z}": { replaces: ["/t/{x}/{z}"] } },
      ["overlap"],
    ],
    [
      "one older name of two scopes",
      { "/n/{x}": { replaces: ["/t/{x}"] }, "/m/{x}": { replaces: ["/t/{x}"] } },
      [],
    ],
    [
      "one older name of two scopes in two orders",
      { "/n/{x}/{y}": { replaces: ["/t/{x}/{y}"] }, "/m/{x}/{y}": { replaces: ["/t/{y}/{x}"] } },
      [],
    ],
    [
      "an older name in two spellings",
      { "/n/{x}": { replaces: ["/t/{x}", "/t/<x>"] } },
      ["duplicate"],
    ],
    [
      "the new name in another spelling",
      { "/n/{x}": { replaces: ["/n/<x>"] } },
      ["replaced_declared"],
    ],
  ];
  it.each(OLD)("of older names have their codes: %s", (_, scopes, codes) => {
    expect(findingsOf(policyWith({ scopes })).map(({ code }) => code)).toEqual(codes);
  });
});

describe("an undeclared scope", () => {
  afterEach(() => {
    delete (Object.prototype as Scopes)["replaces"];
  });

  it("that is an older name has a finding of its own, with the first scope that replaces it", () => {
    const scopes = { text: "Text", a: {}, b: { replaces: ["old"] }, c: { replaces: ["old"] } };
    expect(findingsOf(policyWith({ scopes, tools: { t: "old" } }))).toEqual([
      {
        code: "replaced_scope",
        path: "tools.t",
        message: "`old` is an older name of a scope: use the current name",
        suggestion: "b",
      },
    ]);
  });

  it("is not an older name because objects inherit older names", () => {
    Object.assign(Object.prototype, { replaces: ["old"] });
    const policy = policyWith({ scopes: { text: "Text", options: {} }, tools: { t: "old" } });
    expect(findingsOf(policy)).toEqual([
      {
        code: "unknown_scope",
        path: "tools.t",
        message: "undeclared scope `old`: the policy declares `text`, `options`",
      },
    ]);
  });
});

describe("lists of scopes in two spellings", () => {
  it.each([
    ["implies", { scopes: { "/a/{x}/z": { implies: ["/b/{x}", "/b/<x>"] }, "/b/{x}": {} } }],
    ["anyOf", { scopes: { "/b/{x}": {} }, tools: { t: { anyOf: ["/b/{x}", "/b/<x>"] } } }],
    [
      "allOf",
      { scopes: { "/b/{x}": {} }, tools: { t: { allOf: ["/b/{x}", { scope: "/b/<x>" }] } } },
    ],
  ])("have a duplicate in %s", (_, parts) => {
    expect(findingsOf(policyWith(parts)).map(({ code }) => code)).toEqual(["duplicate"]);
  });
});
