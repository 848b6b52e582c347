import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Language, locateFindings } from "../../src/cli/locate.js";

/** A source in which « and » stand around the place that a finding is shown at. */
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
    title: "a value",
    source: '{ "tools": { "a": "«"x:raed"»" } }'.replace('"«"', '«"').replace('"»"', '"»'),
    path: "tools.a",
  },
  {
    title: "a member of a list",
    source: '{"tools":{"a":{"anyOf":["x",«"y"»]}}}',
    path: "tools.a.anyOf[1]",
  },
  {
    title: "a key, where the name is at fault",
    source: '{"scopes":{"a":{«"resreved"»:true}}}',
    path: "scopes.a.resreved",
    code: "unknown_key",
  },
  {
    title: "the second of two equal keys",
    source: '{"scopes":{"a":"1","b":"2",\n«"a"»:"3"}}',
    path: "scopes.a",
    code: "duplicate_key",
  },
  {
    title: "the second of two equal keys, in the first of two equal objects",
    source: '{"a":{"x":1,«"x"»:2},"a":{}}',
    path: "a.x",
    code: "duplicate_key",
  },
  {
    title: "the last of two equal keys, for everything else",
    source: '{"tiers":["a"],"tiers":[«""»]}',
    path: "tiers[0]",
    code: "empty_text",
  },
  {
    title: "a key spelt with an escape",
    source: '{"scopes":{"a\\u003ab":«{}»}}',
    path: 'scopes["a:b"]',
  },
  { title: "what is around a missing key", source: "«{}»", path: "name", code: "missing_key" },
  {
    title: "the deepest thing that is there",
    source: '{"tools":{"a":«{"anyOf":1}»}}'
      .replace("«{", "{")
      .replace("}»}}", "}}}")
      .replace(":1", ":«1»"),
    path: "tools.a.anyOf[3].scope",
  },
  {
    title: "a key `__proto__`",
    source: '{"scopes":{«"__proto__"»:{}}}',
    path: "scopes.__proto__",
    code: "reserved_key",
  },
  {
    title: "a place behind a byte order mark",
    source: '\uFEFF{"name":«1»}',
    path: "name",
    code: "invalid_type",
  },
  {
    title: "the start, for a byte order mark",
    source: '\uFEFF«»{"name":1}',
    path: "",
    code: "json_bom",
  },
];

const CODE_CASES: readonly Case[] = [
  {
    title: "a value in TypeScript",
    source: made('  tools: { get: { anyOf: ["a", «"b"»] } },'),
    path: "tools.get.anyOf[1]",
  },
  {
    title: "a quoted key",
    source: made('  scopes: { "a:b": { tier: «"pr"» } },'),
    path: 'scopes["a:b"].tier',
  },
  {
    title: "an unknown key",
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
    title: "a value without what is said of its type",
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
  { title: "a shorthand itself", source: made("  «tools»,", "let tools;"), path: "tools" },
  {
    title: "what a name stands for, at the place of the name",
    source: made("  version: «v»,", "const v = 1;"),
    path: "version",
  },
  {
    title: "around a spread",
    source: 'import { definePolicy } from "scope-policy";\ndefinePolicy({ tools: «{ ...more }» });',
    path: "tools.a",
  },
  { title: "a computed text", source: made('  scopes: { ["a:b"]: «1» },'), path: 'scopes["a:b"]' },
  {
    title: "a template without holes",
    source: made("  scopes: { [`a:b`]: «1» },"),
    path: 'scopes["a:b"]',
  },
  { title: "not a computed name", source: made("  scopes: «{ [a]: 1 }»,"), path: "scopes.a" },
  { title: "a number as a key", source: made("  scopes: { 1: «2» },"), path: 'scopes["1"]' },
  { title: "a method", source: made("  «name2() { return 1; }»,"), path: "name2" },
  {
    title: "`loadPolicy`, called by a path",
    source: 'import * as p from "scope-policy";\nexport default p.loadPolicy({ name: «1» });',
    path: "name",
  },
  { title: "a default export", source: "export default { name: «1» };", path: "name" },
  {
    title: "a default export by name",
    source: "const p = { name: «1» };\nexport default p;",
    path: "name",
  },
  {
    title: "an exported constant",
    source: "export const policy = { name: «1» } as const;",
    path: "name",
  },
  {
    title: "a list of exports",
    source: "const p = { name: «1» };\nexport { p as policy };",
    path: "name",
  },
  { title: "module.exports", source: "module.exports = { name: «1» };", path: "name" },
  { title: "exports.policy", source: "exports.policy = { name: «1» };", path: "name" },
  {
    title: "of two policies the one that has the place",
    source: made("  name2: 1,", "", 'definePolicy({ tools: { a: «"x"» } });'),
    path: "tools.a",
  },
  {
    title: "in text with decorators and types",
    source: "@d class A {}\ntype T = <U>(u: U) => U;\nexport default { name: «1» };",
    path: "name",
  },
  { title: "the start, where there is no policy", source: "«»import './other.js';\n", path: "" },
  { title: "the start, where the text is no program", source: "«»]]] not a program", path: "name" },
  {
    title: "around itself, where a constant goes round",
    source: "const a = b; const b = a;\nexport default «a»;",
    path: "name",
  },
  { title: "a hole in a list", source: "export default { tiers: «[, 1]» };", path: "tiers[0]" },
];

describe.each([
  { language: "json" as const, cases: JSON_CASES },
  { language: "code" as const, cases: CODE_CASES },
])("a place in $language", ({ language, cases }) => {
  it.each(cases)("$title", ({ source, path, code = "unknown_scope" }) => {
    const start = placeOf(source, source.indexOf("«"));
    const end = placeOf(source.replace("«", ""), source.replace("«", "").indexOf("»"));
    const [range] = locateFindings(source.replace(/[«»]/g, ""), language, [
      { code, path, message: "" },
    ]);
    expect(range).toEqual({ start, end });
  });
});

/** Line and column from 1; a byte order mark is no column. */
function placeOf(text: string, index: number): { line: number; column: number } {
  const lines = text.slice(0, index).replace("\uFEFF", "").split("\n");
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

it("tells the third of three equal keys from the second", () => {
  const source = '{"a":{"x":1,\n"x":2,\n"x":3}}';
  const finding = { code: "duplicate_key", path: "a.x", message: "" };
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

it.each(SYNTAX)("finds where `$text` stops being JSON", ({ text, at }) => {
  let message = "";
  try {
    JSON.parse(text);
  } catch (error) {
    message = String(error);
  }
  const [range] = locateFindings(text, "json", [{ code: "json_syntax", path: "", message }]);
  expect(`${range?.start.line}:${range?.start.column}`).toBe(at);
});

it("finds some place for any path in any text", () => {
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

it.each(["json", "code"] as const)("survives %s that is nested beyond all sense", (language) => {
  const source = "[".repeat(200_000);
  const [range] = locateFindings(source, language, [
    { code: "too_large", path: "[0][0]", message: "" },
  ]);
  expect(range?.start).toEqual({ line: 1, column: 1 });
});
