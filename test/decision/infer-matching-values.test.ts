// Values of a token in a list of tools, for scopes with a rule that compares values.

import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { listOf } from "../policy/many.js";
import { titled } from "../titled.js";
import { viewOf } from "./view-of.js";

const PATH = { match: "path-prefix" } as const;

const policy = loadPolicy({
  name: "Values",
  version: "1",
  scopes: {
    "files:/{path}": PATH,
    "copies:/{path}": PATH,
    "backups:/{path}": PATH,
    "folder/{path}": {},
    "patient/{Type}.r": { match: "smart" },
    "patient/{Type}.s": { match: "smart" },
    "repository:{name}:pull": { match: "registry" },
    "repository:{name}:push": { match: "registry" },
  },
  tools: {
    read: "files:/{path}",
    copy: { allOf: ["files:/{path}", "copies:/{path}"] },
    keep: { allOf: ["files:/{path}", "copies:/{path}", "backups:/{path}"] },
    open: { allOf: ["files:/{path}", "folder/{path}"] },
    search: { allOf: ["patient/{Type}.r", "patient/{Type}.s"] },
    mirror: { allOf: ["repository:{name}:pull", "repository:{name}:push"] },
  },
});

interface Row {
  readonly scope: string;
  readonly tool: string;
  /** The scopes of an allowed call; `undefined` if the list does not have the tool. */
  readonly scopes: readonly string[] | undefined;
}

const ROWS: readonly Row[] = [
  { scope: "files:/a", tool: "read", scopes: ["files:/a"] },
  { scope: "files:/a/b", tool: "read", scopes: ["files:/a/b"] },
  // no value is known, so none is in the text of a scope
  { scope: "files:/", tool: "read", scopes: [] },
  { scope: "files:/ files:/a", tool: "read", scopes: [] },
  { scope: "files:/a files:/", tool: "read", scopes: ["files:/a"] },

  { scope: "files:/a copies:/a", tool: "copy", scopes: ["files:/a", "copies:/a"] },
  { scope: "files:/a copies:/b", tool: "copy", scopes: undefined },
  { scope: "files:/a copies:/ab", tool: "copy", scopes: undefined },
  // the narrower of two paths is one that both cover, in either order
  { scope: "files:/a copies:/a/b", tool: "copy", scopes: ["files:/a/b", "copies:/a/b"] },
  { scope: "files:/a/b copies:/a", tool: "copy", scopes: ["files:/a/b", "copies:/a/b"] },
  { scope: "files:/a/b copies:/a/c", tool: "copy", scopes: undefined },
  { scope: "files:/ copies:/a", tool: "copy", scopes: ["files:/a", "copies:/a"] },
  { scope: "files:/a copies:/", tool: "copy", scopes: ["files:/a", "copies:/a"] },
  { scope: "files:/ copies:/", tool: "copy", scopes: [] },
  {
    scope: "files:/a files:/b copies:/c copies:/b/d",
    tool: "copy",
    scopes: ["files:/b/d", "copies:/b/d"],
  },
  {
    scope: "files:/a copies:/a/b backups:/a/b/c",
    tool: "keep",
    scopes: ["files:/a/b/c", "copies:/a/b/c", "backups:/a/b/c"],
  },
  { scope: "files:/a copies:/a/b backups:/a/c", tool: "keep", scopes: undefined },
  {
    scope: "files:/a copies:/a/b copies:/a/c backups:/a/c",
    tool: "keep",
    scopes: ["files:/a/c", "copies:/a/c", "backups:/a/c"],
  },

  // a scope without a rule needs its value as it is
  { scope: "files:/a folder/a", tool: "open", scopes: ["files:/a", "folder/a"] },
  { scope: "files:/ folder/a", tool: "open", scopes: ["files:/a", "folder/a"] },
  { scope: "files:/a/b folder/a", tool: "open", scopes: undefined },
  { scope: "files:/a folder/b", tool: "open", scopes: undefined },
  { scope: "files:/a files:/b folder/b", tool: "open", scopes: ["files:/b", "folder/b"] },
  { scope: "patient/X.r patient/X.s", tool: "search", scopes: ["patient/X.r", "patient/X.s"] },
  { scope: "patient/*.r patient/X.s", tool: "search", scopes: ["patient/X.r", "patient/X.s"] },
  { scope: "patient/X.r patient/*.s", tool: "search", scopes: ["patient/X.r", "patient/X.s"] },
  { scope: "patient/X.r patient/Y.s", tool: "search", scopes: undefined },
  { scope: "patient/*.rs", tool: "search", scopes: [] },

  {
    scope: "repository:a/b:pull,push",
    tool: "mirror",
    scopes: ["repository:a/b:pull", "repository:a/b:push"],
  },
  { scope: "repository:a:pull repository:a/b:push", tool: "mirror", scopes: undefined },
];

describe("values that one granted scope covers for another", () => {
  it.each(
    titled(
      ROWS,
      ({ scope, tool, scopes }) => `${scope} for ${tool}: ${scopes?.join(" ") ?? "not listed"}`,
    ),
  )("are found in a list of tools: %s", (_title, { scope, tool, scopes }) => {
    const view = viewOf(policy, scope.split(" "), tool);
    if (scopes === undefined) expect(view).toBeUndefined();
    else expect(view).toMatchObject({ code: "allowed", scopes });
  });

  it("are searched after the values that a scope without a rule needs", () => {
    const scopes = { "files:/{path}": PATH, "copies:/{path}": PATH, "folder/{path}": {} };
    const tools = { open: { allOf: ["files:/{path}", "copies:/{path}", "folder/{path}"] } };
    const folders = loadPolicy({ name: "Folders", version: "1", scopes, tools });
    const scope = [
      ...listOf(110, (at) => [`files:/f${at}`, `copies:/c${at}`]).flat(),
      "files:/last",
      "copies:/last",
      "folder/last",
    ];
    // each path of the first scope with each of the second one would be more steps than a search has
    expect(viewOf(folders, scope, "open")).toMatchObject({
      code: "allowed",
      scopes: ["files:/last", "copies:/last", "folder/last"],
    });
  });
});
