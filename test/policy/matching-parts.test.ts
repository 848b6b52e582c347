// The texts that stand for all tokens of the rules `smart` and `registry`: comparisons of policies are made with them.

import { describe, expect, it } from "vitest";
import type { Template } from "../../src/grammar/template.js";
import { compilePolicy } from "../../src/policy/compile.js";
import {
  smartTemplate,
  spellRegistry,
  spellSmart,
  spreadRegistry,
  spreadSmart,
} from "../../src/policy/matching-parts.js";
import { createSpellingReader } from "../../src/policy/spellings.js";
import { compileText } from "../grammar/compiled.js";

const REGISTRY = [
  "repository:{name}:pull",
  "repository:{name}:push",
  "repository:{name}:*",
  "registry:{name}:pull",
].map(compileText);
const SMART = ["patient/{Type}.r", "patient/{Type}.s", "user/{Type}.c"].map(compileText);

/** Returns the texts of a generator, each with the index of its item. */
const texts = (found: Iterable<readonly [{ readonly at: number }, string]>) =>
  [...found].map(([{ at }, text]) => `${at} ${text}`);
const asItems = (templates: readonly Template[]) =>
  templates.map((template, at) => ({ template, at }));

describe("the spellings of a name with `registry`", () => {
  it.each([
    [0, ["pull", "pull,push", "pull,pull"]],
    [1, ["push", "push,pull", "push,push"]],
    [2, ["*"]],
  ])("number %i are its action, with and without a class", (at, lists) => {
    const found = spellRegistry(REGISTRY[at] as Template, REGISTRY, "a/b", "Zz");
    expect(found).toEqual([
      ...lists.map((list) => `repository:a/b:${list}`),
      ...lists.map((list) => `repository(zz):a/b:${list}`),
    ]);
  });

  it("do not have the actions of another type", () => {
    expect(spellRegistry(REGISTRY[3] as Template, REGISTRY, "a", "Zz")).toEqual([
      "registry:a:pull",
      "registry:a:pull,pull",
      "registry(zz):a:pull",
      "registry(zz):a:pull,pull",
    ]);
  });
});

describe("the texts for all names with `registry`", () => {
  it("have each number of slashes, a host, a class and any actions", () => {
    const starts = ["repository", "repository({class})"];
    const names = ["{p0}", "{p0}/{p1}", "{host}:{port}/{p0}"];
    const lists = ["{actions}", "*"];
    const ofRepository = starts.flatMap((start) =>
      names.flatMap((name) => lists.map((list) => `0 ${start}:${name}:${list}`)),
    );
    const ofRegistry = ["registry", "registry({class})"].flatMap((start) =>
      names.map((name) => `3 ${start}:${name}:{actions}`),
    );
    const found = texts(spreadRegistry(asItems(REGISTRY), new Set([0, 1])));
    expect(found).toEqual([...ofRepository, ...ofRegistry]);
  });

  it("are those of every action if it is declared alone", () => {
    const [, , every] = asItems(REGISTRY);
    expect(texts(spreadRegistry([every as never], new Set([0])))).toEqual([
      "2 repository:{p0}:*",
      "2 repository({class}):{p0}:*",
    ]);
  });
});

describe("the spellings of a name with `smart`", () => {
  it.each([
    [0, ["patient/Obs.r", "patient/Obs.rs", "patient/Obs.read"]],
    [1, ["patient/Obs.s", "patient/Obs.rs", "patient/Obs.read"]],
    [2, ["user/Obs.c"]],
  ])("number %i are the texts of declared letters with its own", (at, expected) => {
    expect(spellSmart(SMART[at] as Template, SMART, "Obs")).toEqual(expected);
  });
});

describe("the types that cover a type", () => {
  it.each([
    ["Obs", ["Obs", "*"]],
    ["*", ["*"]],
  ])("%s are itself, then every type, each once", (type, expected) => {
    expect(smartTemplate(SMART[0] as Template).coverage?.covering(type)).toEqual(expected);
  });
});

describe("the texts for all names with `smart`", () => {
  it("have a placeholder or a star, and declared letters", () => {
    const found = ["0 .r", "1 .s", "0 .rs", "0 .read", "2 .c"].flatMap((text) => {
      const [at = "", tail = ""] = text.split(" ");
      const head = at === "2" ? "user/" : "patient/";
      return [`${at} ${head}{p0}${tail}`, `${at} ${head}*${tail}`];
    });
    expect(texts(spreadSmart(asItems(SMART)))).toEqual(found);
  });
});

describe("the spellings of a scope of a policy", () => {
  const policy = compilePolicy({
    name: "P",
    version: "1",
    scopes: {
      "p/{Type}.r": { match: "smart", replaces: ["q/{Type}.r"] },
      "p/{Type}.s": { match: "smart" },
      "files/{path}": { match: "path-prefix" },
      "a/{id}": "Open",
      "repository:{name}:pull": { match: "registry" },
      "repository:{name}:push": { match: "registry" },
      "p:{name}:delete": { match: "registry" },
    },
  });
  const spell = createSpellingReader(policy, "Zz");

  it.each([
    ["p/{Type}.r", 0, "Obs", ["p/Obs.r", "p/Obs.rs", "p/Obs.read", "q/Obs.r"]],
    ["p/{Type}.s", 1, "Obs", ["p/Obs.s", "p/Obs.rs", "p/Obs.read"]],
    ["files/{path}", 2, "a/b", ["files/a/b", "files/a", "files/"]],
    [
      "repository:{name}:pull",
      4,
      "a/b",
      ["repository:", "repository(zz):"].flatMap((start) =>
        ["pull", "pull,push", "pull,pull"].map((actions) => `${start}a/b:${actions}`),
      ),
    ],
    [
      "p:{name}:delete",
      6,
      "a",
      ["p:", "p(zz):"].flatMap((start) =>
        ["delete", "delete,delete"].map((actions) => `${start}a:${actions}`),
      ),
    ],
    ["a name without a rule", 3, "a", []],
    ["a value that is not accepted", 0, "a b", []],
    ["no value", 0, undefined, []],
  ])("%s", (_what, scope, value, expected) => {
    const found = spell(scope, value);
    expect(found.filter((text) => !text.includes("*"))).toEqual(expected);
  });
});
