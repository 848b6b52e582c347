import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Language, locateFindings } from "../../src/cli/policy-file/locate-findings.js";
import { titled } from "../titled.js";

/** A source in which « and » enclose the expected range of a finding. Titles complete the sentence "a finding is located in json ...". */
interface Case {
  readonly title: string;
  readonly source: string;
  readonly path: string;
  readonly code?: string;
  readonly language?: Language;
}

const made = (body: string, head = "", tail = "") =>
  `import { definePolicy } from "scope-policy";\n${head}\nexport const policy = definePolicy({\n  name: "S",\n${body}\n});\n${tail}`;

const JSON_CASES: readonly Case[] = [
  {
    title: "at a value",
    source: '{ "tools": { "a": "«"x:raed"»" } }'.replace('"«"', '«"').replace('"»"', '"»'),
    path: "tools.a",
  },
  {
    title: "at an item of a list",
    source: '{"tools":{"a":{"anyOf":["x",«"y"»]}}}',
    path: "tools.a.anyOf[1]",
  },
  {
    title: "at the key if its code concerns the key",
    source: '{"scopes":{"a":{«"resreved"»:true}}}',
    path: "scopes.a.resreved",
    code: "unknown_key",
  },
  {
    title: "at the second of two equal keys",
    source: '{"scopes":{"a":"1","b":"2",\n«"a"»:"3"}}',
    path: "scopes.a",
    code: "duplicate_key",
  },
  {
    title: "at the second of two equal keys in the first of two equal objects",
    source: '{"a":{"x":1,«"x"»:2},"a":{}}',
    path: "a.x",
    code: "duplicate_key",
  },
  {
    title: "below the last of two equal keys if its code is not `duplicate_key`",
    source: '{"tiers":["a"],"tiers":[«""»]}',
    path: "tiers[0]",
    code: "empty_text",
  },
  {
    title: "below a key that is written with an escape",
    source: '{"scopes":{"a\\u003ab":«{}»}}',
    path: 'scopes["a:b"]',
  },
  { title: "at the object that lacks a key", source: "«{}»", path: "name", code: "missing_key" },
  {
    title: "at the deepest value of its path that exists",
    source: '{"tools":{"a":«{"anyOf":1}»}}'
      .replace("«{", "{")
      .replace("}»}}", "}}}")
      .replace(":1", ":«1»"),
    path: "tools.a.anyOf[3].scope",
  },
  {
    title: "at a key `__proto__`",
    source: '{"scopes":{«"__proto__"»:{}}}',
    path: "scopes.__proto__",
    code: "reserved_key",
  },
  {
    title: "after a byte order mark",
    source: '\uFEFF{"name":«1»}',
    path: "name",
    code: "invalid_type",
  },
  {
    title: "at the start if it reports the byte order mark",
    source: '\uFEFF«»{"name":1}',
    path: "",
    code: "json_bom",
  },
];

const CODE_CASES: readonly Case[] = [
  {
    title: "at a value in TypeScript",
    source: made('  tools: { get: { anyOf: ["a", «"b"»] } },'),
    path: "tools.get.anyOf[1]",
  },
  {
    title: "below a quoted key",
    source: made('  scopes: { "a:b": { tier: «"pr"» } },'),
    path: 'scopes["a:b"].tier',
  },
  {
    title: "at an unknown key",
    source: made("  scopes: { a: { «resreved»: true } },"),
    path: "scopes.a.resreved",
    code: "unknown_key",
  },
  {
    title: "through `as const`",
    source: made('  tools: { a: («"x"») } as const,'),
    path: "tools.a",
  },
  {
    title: "at a value without its type assertion",
    source: made('  tools: { a: «"x"» as never },'),
    path: "tools.a",
  },
  {
    title: "through `satisfies` and `!`",
    source: made('  tools: { a: «"x"» }! satisfies object,'),
    path: "tools.a",
  },
  {
    title: "through a constant of the module",
    source: made("  tools: tools,", 'const tools = { a: «"x"» };'),
    path: "tools.a",
  },
  {
    title: "through a shorthand",
    source: made("  tools,", 'const tools = { a: «"x"» };'),
    path: "tools.a",
  },
  {
    title: "at a shorthand without a constant value",
    source: made("  «tools»,", "let tools;"),
    path: "tools",
  },
  {
    title: "at the identifier of a constant whose value is the error",
    source: made("  version: «v»,", "const v = 1;"),
    path: "version",
  },
  {
    title: "at the object that contains a spread",
    source: 'import { definePolicy } from "scope-policy";\ndefinePolicy({ tools: «{ ...more }» });',
    path: "tools.a",
  },
  {
    title: "below a computed key that is a string",
    source: made('  scopes: { ["a:b"]: «1» },'),
    path: 'scopes["a:b"]',
  },
  {
    title: "below a computed key that is a template without expressions",
    source: made("  scopes: { [`a:b`]: «1» },"),
    path: 'scopes["a:b"]',
  },
  {
    title: "at the object, not below a computed key that is an identifier",
    source: made("  scopes: «{ [a]: 1 }»,"),
    path: "scopes.a",
  },
  { title: "below a number as a key", source: made("  scopes: { 1: «2» },"), path: 'scopes["1"]' },
  { title: "at a method", source: made("  «name2() { return 1; }»,"), path: "name2" },
  {
    title: "in the argument of `loadPolicy`, called as a member",
    source: 'import * as p from "scope-policy";\nexport default p.loadPolicy({ name: «1» });',
    path: "name",
  },
  { title: "in a default export", source: "export default { name: «1» };", path: "name" },
  {
    title: "in a default export of a constant",
    source: "const p = { name: «1» };\nexport default p;",
    path: "name",
  },
  {
    title: "in an exported constant",
    source: "export const policy = { name: «1» } as const;",
    path: "name",
  },
  {
    title: "in a constant of an export list",
    source: "const p = { name: «1» };\nexport { p as policy };",
    path: "name",
  },
  { title: "in module.exports", source: "module.exports = { name: «1» };", path: "name" },
  { title: "in exports.policy", source: "exports.policy = { name: «1» };", path: "name" },
  {
    title: "in the one of two policies that has its path",
    source: made("  name2: 1,", "", 'definePolicy({ tools: { a: «"x"» } });'),
    path: "tools.a",
  },
  {
    title: "in a module with decorators and types",
    source: "@d class A {}\ntype T = <U>(u: U) => U;\nexport default { name: «1» };",
    path: "name",
  },
  {
    title: "at the start if the module has no policy",
    source: "«»import './other.js';\n",
    path: "",
  },
  {
    title: "at the start if the text is not a program",
    source: "«»]]] not a program",
    path: "name",
  },
  {
    title: "at the identifier of a constant that refers to itself",
    source: "const a = b; const b = a;\nexport default «a»;",
    path: "name",
  },
  {
    title: "at the list that has a hole",
    source: "export default { tiers: «[, 1]» };",
    path: "tiers[0]",
  },
];

describe.each([
  { language: "json" as const, cases: JSON_CASES },
  { language: "code" as const, cases: CODE_CASES },
])("a finding is located", ({ language, cases }) => {
  const rows = titled(cases, ({ title }) => `in ${language} ${title}`);
  it.each(rows)("%s", (_title, { source, path, code = "unknown_scope" }) => {
    const start = placeOf(source, source.indexOf("«"));
    const end = placeOf(source.replace("«", ""), source.replace("«", "").indexOf("»"));
    const [range] = locateFindings(source.replace(/[«»]/g, ""), language, [
      { code, path, message: "" },
    ]);
    expect(range).toEqual({ start, end });
  });
});

/** Returns line and column of an index, both from 1. A byte order mark does not count as a column. */
function placeOf(text: string, index: number): { line: number; column: number } {
  const lines = text.slice(0, index).replace("\uFEFF", "").split("\n");
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

it.each([
  ["the root", '{"x":1,\n"x":2,\n"x":3}', "x"],
  ["an object", '{"a":{"x":1,\n"x":2,\n"x":3}}', "a.x"],
  ["a deeper object", '{"o":{"a":{"x":1,\n"x":2,\n"x":3}}}', "o.a.x"],
])("locates the second and the third of three equal keys of %s separately", (_, source, path) => {
  const finding = { code: "duplicate_key", path, message: "" };
  const lines = locateFindings(source, "json", [finding, finding, finding]).map(
    ({ start }) => start.line,
  );
  expect(lines).toEqual([2, 3, 3]);
});

const SYNTAX: readonly { readonly text: string; readonly at: string }[] = [
  { text: "{", at: "1:2" },
  { text: '{"a": }', at: "1:7" },
  { text: '{\n  "a": 1,\n}', at: "3:1" },
  { text: "", at: "1:1" },
  { text: '{"a": 1}\n x', at: "2:2" },
  { text: "{'a': 1}", at: "1:2" },
  { text: '{"a":\n "b\nc"}', at: "2:4" },
];

it.each(titled(SYNTAX, ({ text }) => JSON.stringify(text)))(
  "locates the syntax error of the JSON text %s",
  (_title, { text, at }) => {
    let message = "";
    try {
      JSON.parse(text);
    } catch (error) {
      message = String(error);
    }
    const [range] = locateFindings(text, "json", [{ code: "json_syntax", path: "", message }]);
    expect(`${range?.start.line}:${range?.start.column}`).toBe(at);
  },
);

it("returns a position inside the text for any path in any text", () => {
  const sources = [...JSON_CASES, ...CODE_CASES].map(({ source }) => source.replace(/[«»]/g, ""));
  const text = fc.oneof(
    fc.constantFrom(...sources),
    fc.string({ unit: "binary" }),
    fc.json(),
    fc.tuple(fc.constantFrom(...sources), fc.nat(200)).map(([source, at]) => source.slice(0, at)),
  );
  const step = fc.constantFrom(
    "name",
    ".tools",
    "[0]",
    "[999999999]",
    '["a:b"]',
    ".a",
    ".anyOf",
    ".__proto__",
    "]",
    "..",
    '["',
  );
  const path = fc.oneof(
    fc.array(step, { maxLength: 6 }).map((steps) => steps.join("")),
    fc.string(),
  );
  const code = fc.constantFrom(
    "unknown_scope",
    "duplicate_key",
    "unknown_key",
    "json_syntax",
    "json_bom",
  );
  const language = fc.constantFrom<Language>("json", "code");
  fc.assert(
    fc.property(text, path, code, language, (source, at, kind, written) => {
      const [range] = locateFindings(source, written, [
        { code: kind, path: at, message: "position 7" },
      ]);
      const lines = source.split(/\r\n|[\n\r\u2028\u2029]/).length;
      expect(range?.start.line).toBeGreaterThanOrEqual(1);
      expect(range?.start.line).toBeLessThanOrEqual(lines);
      expect(range?.start.column).toBeGreaterThanOrEqual(1);
    }),
    { numRuns: 1_000 },
  );
});

it.each(["json", "code"] as const)(
  "returns the start for %s that is nested 200,000 levels deep",
  (language) => {
    const source = "[".repeat(200_000);
    const [range] = locateFindings(source, language, [
      { code: "too_large", path: "[0][0]", message: "" },
    ]);
    expect(range?.start).toEqual({ line: 1, column: 1 });
  },
);
