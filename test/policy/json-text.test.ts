import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { readJson } from "../../src/policy/json-text.js";
import { createReport } from "../../src/policy/report.js";
import type { Found } from "../cases/finding-case.js";
import { asFound, findingsOf, sorted } from "./findings-of.js";

const HEAD = '"name":"Loopwise","version":"1"';

const TEXTS: readonly (readonly [title: string, text: string, finds: readonly Found[]])[] = [
  ["an empty text", "", [["json_syntax", "", "the text is not JSON"]]],
  ["blanks", " \n\t ", [["json_syntax", "", "the text is not JSON"]]],
  ["a truncated text", `{${HEAD},"scopes":{`, [["json_syntax", "", "the text is not JSON"]]],
  ["trailing text", `{${HEAD},"scopes":{}} {}`, [["json_syntax", "", "the text is not JSON"]]],
  ["a trailing comma", `{${HEAD},"scopes":{},}`, [["json_syntax", "", "the text is not JSON"]]],
  ["a comment", `{${HEAD},"scopes":{} /* none */}`, [["json_syntax", "", "the text is not JSON"]]],
  [
    "two byte order marks",
    `\uFEFF\uFEFF{${HEAD},"scopes":{}}`,
    [
      ["json_bom", "", "byte order mark"],
      ["json_syntax", "", "the text is not JSON"],
    ],
  ],
  ["a byte order mark", `\uFEFF{${HEAD},"scopes":{}}`, [["json_bom", "", "byte order mark"]]],
  [
    "a byte order mark alone",
    "\uFEFF",
    [
      ["json_bom", "", "mark"],
      ["json_syntax", "", "not JSON"],
    ],
  ],
  ["a list", "[]", [["invalid_type", "", "expected an object, got a list"]]],
  ["null", "null", [["invalid_type", "", "expected an object, got null"]]],
  ["a JSON string", '"{}"', [["invalid_type", "", "expected an object, got `{}`"]]],
  ["a number", "1e400", [["invalid_type", "", "expected an object, got a number"]]],
  [
    "a duplicate key",
    `{${HEAD},"scopes":{},"scopes":{}}`,
    [["duplicate_key", "scopes", "the first would be lost"]],
  ],
  [
    "duplicate keys at depth, in lists, and in another spelling",
    `{${HEAD},"scopes":{"a":{"tier":"x","ti\\u0065r":"x"},"\\u0061":""},"tiers":["x"],
      "tools":{"t":{"anyOf":["a",{"scope":"a","tier":"x","scope":"a"}]}}}`,
    [
      ["duplicate_key", "scopes.a.tier", "twice"],
      ["duplicate_key", "scopes.a", "twice"],
      ["duplicate_key", "tools.t.anyOf[1].scope", "twice"],
    ],
  ],
  [
    "a key three times",
    `{${HEAD},"scopes":{"a":"","a":"","a":""}}`,
    [
      ["duplicate_key", "scopes.a", "twice"],
      ["duplicate_key", "scopes.a", "twice"],
    ],
  ],
  [
    "the same key in two objects, which is not a duplicate, whatever the strings look like",
    `{${HEAD},"scopes":{"a":{"title":"\\"title\\": {","warning":"\\\\"},"b":{"title":"a"}},
      "tools":{"a":"a","b":{"allOf":["b","a"]}},"notCovered":["a","a, a","[{","\\u0022a\\u0022:"]}`,
    [],
  ],
  [
    "__proto__ at any depth",
    `{${HEAD},"__proto__":{"tools":{}},"scopes":{"__proto__":"","b":"","a":{"__proto__":{"reserved":false}}},
      "tools":{"t":{"anyOf":["a",{"scope":"b","\\u005f_proto__":1}]}}}`,
    [
      ["reserved_key", "__proto__", "not allowed"],
      ["reserved_key", "scopes.__proto__", "not allowed"],
      ["reserved_key", "scopes.a.__proto__", "not allowed"],
      ["reserved_key", "tools.t.anyOf[1].__proto__", "not allowed"],
    ],
  ],
];

describe("a policy as JSON text", () => {
  it.each(TEXTS)("has the expected findings: %s", (_, text, finds) => {
    const found = findingsOf(text);
    expect(sorted(found.map((one) => asFound(one, finds)))).toEqual(sorted(finds));
  });

  it("compiles to the policy of its data", () => {
    const data = { name: "n", version: "1", scopes: { a: "A" }, tools: { t: "a" } };
    expect(loadPolicy(JSON.stringify(data, null, 2)).definition).toEqual(data);
    expect(loadPolicy(`\r\n\t ${JSON.stringify(data)} \n`).definition).toEqual(data);
  });

  it("has no other finding than the syntax error if it is not JSON, on one line", () => {
    // engines quote the text around the place
    const text = '{\n\n\t "a": }';
    const messageOf = () => {
      try {
        return String(JSON.parse(text));
      } catch (error) {
        return (error as SyntaxError).message;
      }
    };
    const words = messageOf().split(/\s+/);
    expect(findingsOf(text).map(({ code, message }) => [code, message])).toEqual([
      ["json_syntax", `the text is not JSON: ${words.join(" ")}`],
    ]);
  });
});

describe("readJson", () => {
  it("does not parse text that is deeper than a policy may be", () => {
    for (const [depth, findings] of [
      [65, []],
      [66, ["too_large"]],
      [5_000_000, ["too_large"]],
    ] as const) {
      const report = createReport();
      const data = readJson("[".repeat(depth) + "]".repeat(depth), report);
      expect([depth, report.findings.map(({ code }) => code)]).toEqual([depth, findings]);
      expect(data === undefined).toBe(findings.length > 0);
    }
  });

  it("does not parse more values or characters than a policy may have", () => {
    for (const [text, message] of [
      [`[${"1,".repeat(200_001)}1]`, "more than 200000 values"],
      [" ".repeat(16_777_217), "more than 16777216 characters of text"],
      [`[${"[],".repeat(200_001)}1]`, "more than 200000 values"],
      [`${"[".repeat(66)}${"]".repeat(66)}`, "nested deeper than 64 levels"],
    ] as const) {
      const report = createReport();
      expect(readJson(text, report)).toBeUndefined();
      expect(report.findings).toEqual([{ code: "too_large", path: "", message }]);
    }
    const longest = createReport();
    expect(readJson(`1${" ".repeat(16_777_215)}`, longest)).toBe(1);
    expect(longest.findings).toEqual([]);
    const report = createReport();
    expect(readJson(`[${"1,".repeat(200_000)}"${",[{".repeat(100)}"]`, report)).toHaveLength(
      200_001,
    );
    expect(report.findings).toEqual([]);
  });

  it.each(['"', '{"a', '{"a\\', "]]", '[[["'])(
    "reports a syntax error for text without an end: %s",
    (text) => {
      const report = createReport();
      expect(readJson(text, report)).toBeUndefined();
      expect(report.findings.map(({ code }) => code)).toEqual(["json_syntax"]);
    },
  );

  it("reads long strings with escapes at their ends", () => {
    const report = createReport();
    const long = `{"${"a".repeat(500_000)}\\\\":"${"\\\\".repeat(100_000)}","b":"\\"","b":1}`;
    readJson(long, report);
    expect(report.findings.map(({ path }) => path)).toEqual(["b"]);
  });

  it("reports an empty key that is repeated, among empty texts", () => {
    const report = createReport();
    expect(readJson('{"":1,"a":"","":2}', report)).toEqual({ "": 2, a: "" });
    expect(report.findings.map(({ code, path }) => [code, path])).toEqual([
      ["duplicate_key", '[""]'],
    ]);
  });
});
