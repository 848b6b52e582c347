import { describe, expect, it } from "vitest";
import { resolveRef } from "../../../src/cli/openapi/resolve-ref.js";
import { titled } from "../../titled.js";

const ROOT = {
  a: { b: { c: 1 } },
  "x/y": { "~": 2 },
  "a b": 3,
  list: ["zero", "one"],
  one: { $ref: "#/two" },
  two: { $ref: "#/a/b", description: "a member beside a reference" },
  self: { $ref: "#/self" },
  left: { $ref: "#/right" },
  right: { $ref: "#/left" },
  inner: { $ref: "#/inner/x" },
  number: { $ref: 7 },
};

interface Row {
  readonly title: string;
  readonly value: unknown;
  readonly result: unknown;
}

const FOUND: readonly Row[] = [
  { title: "a value that is not a reference", value: { a: 1 }, result: { a: 1 } },
  { title: "a text", value: "#/a", result: "#/a" },
  { title: "a reference that is not a text", value: ROOT.number, result: ROOT.number },
  { title: "a member", value: { $ref: "#/a/b" }, result: { c: 1 } },
  { title: "the document", value: { $ref: "#" }, result: ROOT },
  { title: "the document, as some tools write it", value: { $ref: "#/" }, result: ROOT },
  { title: "keys with escapes of JSON pointers", value: { $ref: "#/x~1y/~0" }, result: 2 },
  { title: "keys with escapes of URIs", value: { $ref: "#/a%20b" }, result: 3 },
  { title: "an item", value: { $ref: "#/list/1" }, result: "one" },
  { title: "a chain", value: { $ref: "#/one" }, result: { c: 1 } },
  { title: "a member behind a reference", value: { $ref: "#/one/c" }, result: 1 },
];

const MISSING: readonly Row[] = [
  { title: "a member", value: "#/a/z", result: "`#/a/z` leads to nothing" },
  { title: "an inherited member", value: "#/toString", result: "`#/toString` leads to nothing" },
  { title: "the prototype", value: "#/__proto__", result: "`#/__proto__` leads to nothing" },
  {
    title: "the length of a list",
    value: "#/list/length",
    result: "`#/list/length` leads to nothing",
  },
  { title: "an item beyond the list", value: "#/list/2", result: "`#/list/2` leads to nothing" },
  {
    title: "an item by another spelling",
    value: "#/list/01",
    result: "`#/list/01` leads to nothing",
  },
  { title: "a member of a text", value: "#/list/0/0", result: "`#/list/0/0` leads to nothing" },
  {
    title: "a malformed escape",
    value: "#/%zz",
    result: "`#/%zz` is not a JSON pointer: expected `#/…`",
  },
  {
    title: "an anchor",
    value: "#anchor",
    result: "`#anchor` is not a JSON pointer: expected `#/…`",
  },
  { title: "another file", value: "b.json", result: "`b.json` leads to a file that was not read" },
  {
    title: "itself",
    value: "#/self",
    result: "`#/self` is in a circle of references, or in a chain of more than 32",
  },
  {
    title: "a circle",
    value: "#/left",
    result: "`#/left` is in a circle of references, or in a chain of more than 32",
  },
  {
    title: "a circle inside of a pointer",
    value: "#/inner",
    result: "`#/inner/x` is in a circle of references, or in a chain of more than 32",
  },
];

describe("a reference leads to", () => {
  it.each(titled(FOUND))("%s", (_title, { value, result }) => {
    expect(resolveRef(ROOT, value)).toEqual({ ok: true, value: result });
  });

  it.each(titled(MISSING))("nothing: %s", (_title, { value, result }) => {
    expect(resolveRef(ROOT, { $ref: value })).toMatchObject({ ok: false, message: result });
  });

  it("the same value when it is asked for again", () => {
    const value = { $ref: "#/one" };
    expect(resolveRef(ROOT, value)).toEqual(resolveRef(ROOT, value));
  });

  it("nothing at the end of a chain of 33, but to the value at the end of 32", () => {
    const chain = Array.from({ length: 33 }, (_, index) => [
      `c${index}`,
      { $ref: `#/c${index + 1}` },
    ]);
    const root = { ...Object.fromEntries(chain), c33: "end" };
    expect(resolveRef({ ...root }, { $ref: "#/c2" })).toEqual({ ok: true, value: "end" });
    expect(resolveRef({ ...root }, { $ref: "#/c1" })).toMatchObject({ ok: false });
  });
});
