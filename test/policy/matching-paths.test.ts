// The rule `path-prefix`: which names can have it, which texts stand for all of its tokens, and how its index finds a name.

import { describe, expect, it } from "vitest";
import {
  buildPathIndex,
  pathFault,
  pathTemplate,
  spreadPaths,
} from "../../src/policy/matching-paths.js";
import { compileText, parseText } from "../grammar/compiled.js";

const itemsOf = (...texts: string[]) =>
  texts.map((text) => ({ text, template: pathTemplate(compileText(text)) }));

describe("a name with `path-prefix`", () => {
  it.each(["files:/{path}", "/{path}", "https://a.example/{path}"])("can be %s", (text) => {
    expect(pathFault(parseText(text))).toBeUndefined();
  });

  it.each(["files:/a", "files:{path}", "a/{path}/b", "{path}/{path}"])("cannot be %s", (text) => {
    expect(pathFault(parseText(text))).toBe(
      "the path must be the only placeholder and the end of the name, after a `/`, as in `files:/{path}`",
    );
  });
});

describe("the paths that cover a path", () => {
  it.each([
    ["", [""]],
    ["a", ["a", ""]],
    ["a/b/c", ["a/b/c", "a/b", "a", ""]],
  ])("%j are itself, then those above it up to the root, each once", (path, expected) => {
    const [item] = itemsOf("files:/{path}");
    expect(item?.template.coverage?.covering(path)).toEqual(expected);
  });
});

describe("the texts for all names with `path-prefix`", () => {
  it("are the root, and a path with each number of slashes that is possible below it", () => {
    const items = itemsOf("files:/{path}", "https://a.example/{path}");
    const found = [...spreadPaths(items, new Set([0, 1, 2, 4]))];
    expect(found.map(([, text]) => text)).toEqual([
      "files:/",
      "files:/{p0}",
      "files:/{p0}/{p1}",
      "files:/{p0}/{p1}/{p2}/{p3}",
      "https://a.example/",
      "https://a.example/{p0}/{p1}",
    ]);
  });
});

describe("the index of names with `path-prefix`", () => {
  it.each([
    ["a:/", [["a:/{path}", [""]]]],
    ["a:/x/y", [["a:/{path}", ["x/y"]]]],
    ["files:/x", [["files:/{path}", ["x"]]]],
    ["a:", []],
    ["b:/x", []],
  ])("finds the name of %s, once", (text, expected) => {
    const found: unknown[] = [];
    buildPathIndex(itemsOf("a:/{path}", "files:/{path}")).find(text, (item, values) =>
      found.push([item.text, values]),
    );
    expect(found).toEqual(expected);
  });
});
