import { describe, expect, it } from "vitest";
import { areApart, createSelection, isBelow, joined } from "../../src/adapters/route-selection.js";

describe("the paths of the coverage check", () => {
  it.each<[template: string, under: string, isIn: boolean]>([
    ["/a/b", "/", true],
    ["/a/b", "/a/", true],
    ["/a/b", "/a/b", true],
    ["/a", "/a/b", false],
    ["/ab", "/a", false],
    ["/A/b", "/a", false],
    ["/{id}/b", "/:x", true],
    ["/:id/b", "/:x", true],
    ["/{rest*}", "/:x", true],
    ["/a/b", "/:x", false],
    ["/{id}", "/a", false],
    ["/jobs:batch", "/:x", false],
    ["/{id}:close", "/:x", false],
    ["/a{id}", "/:x", false],
  ])("have the endpoint %s below %s, or not", (template, under, isIn) => {
    expect(isBelow(template, under)).toBe(isIn);
  });

  it.each<[path: string, under: string, isApart: boolean]>([
    ["/a", "/", false],
    ["/A/x", "/a", false],
    ["/b/x", "/a", true],
    ["/", "/a", true],
    ["/:id", "/a", false],
    ["/x-:id", "/a", false],
    ["/b", "/:id", false],
    ["/:id/b", "/a/c", true],
    ["/(a|b)/c", "/x/y", false],
    ["/*rest", "/x/y", false],
    ["/{:id}", "/x/y", false],
    ["/a?/c", "/x/y", false],
  ])("have the layer %s apart from %s, or not", (path, under, isApart) => {
    expect(areApart(path, under)).toBe(isApart);
  });

  it.each([
    ["", "", "/"],
    ["/", "/", "/"],
    ["/a/", "/b/", "/a/b"],
    ["/a", "", "/a"],
    ["", "a//b", "/a/b"],
  ])("are joined: %j and %j", (prefix, path, whole) => {
    expect(joined(prefix, path)).toBe(whole);
  });
});

describe("the selection of the coverage check", () => {
  const options = { under: "/api", except: ["/api/open", "/none"] };

  it.each<[what: string, paths: readonly string[] | undefined, isLeftOut: boolean]>([
    ["a path below `under`", ["/api/jobs"], false],
    ["a path elsewhere", ["/jobs"], true],
    ["paths of which one is below `under`", ["/jobs", "/api/jobs"], false],
    ["a path of `except`", ["/api/open/a"], true],
    ["an unknown path", undefined, false],
  ])("leaves out %s, or not", (_what, paths, isLeftOut) => {
    expect(createSelection(options, false).isLeftOut(paths)).toBe(isLeftOut);
  });

  it("has a finding for each option without effect", () => {
    const selection = createSelection(options, false);
    const [under, open, none] = [
      {
        code: "unused_under",
        path: "under",
        message:
          "the application has no route below this path: correct it, or add the routes first",
      },
      ...[0, 1].map((index) => ({
        code: "unused_except",
        path: `except[${index}]`,
        message: "the entry leaves out no route: correct it, or remove it",
      })),
    ];
    expect(selection.findings()).toEqual([under, open, none]);
    selection.isLeftOut(["/api/open"]);
    expect(selection.findings()).toEqual([none]);
  });
});
