import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type JsonPath, PLAIN_SCAN, scanJson } from "../../src/grammar/json-scan.js";
import { readStrictJson, strictScan } from "../../src/grammar/strict-json.js";
import { BODY_JSON } from "../../src/mcp/http/read-request.js";

const bytes = (text: string) => new TextEncoder().encode(text);

/** The options of both readers of bytes: the verifiers' and the MCP gate's. */
const READERS = [
  ["without limits", strictScan({})],
  ["with the limits of an MCP body", BODY_JSON],
] as const;

describe.each(READERS)("strict JSON, %s", (_title, limits) => {
  const read = (text: string) => readStrictJson(bytes(text), limits);

  it.each([
    "{}",
    "[]",
    '{"a":1,"b":{"a":2}}',
    '[{"a":1},{"a":2}]',
    '{"a":"}{\\",\\"a\\":"}',
    '{"a":["x","x"]}',
    '{"a\\\\":1,"a":2}',
    '{"a":{"c":1},"b":[{"c":1},{"c":1}],"c":1}',
    '{"":1,"constructor":2,"toString":3}',
    ' { "a" : "a" , "A" : "a" } ',
    '"é"',
    "null",
  ])("parses %s", (text) => {
    expect(read(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ["an empty text", ""],
    ["a byte order mark", "\uFEFF{}"],
    ["a repeated key", '{"a":1,"a":2}'],
    ["a repeated empty key", '{"":1,"":2}'],
    ["a repeated key with white space around it", '{"a":1, "a" :2}'],
    ["a repeated key in a nested object", '{"b":[{"a":1,"c":{},"a":2}]}'],
    ["a repeated key in two spellings", '{"a":1,"\\u0061":2}'],
    ["a repeated key `__proto__`", '{"__proto__":1,"__proto__":2}'],
    ["a repeated key between strings that look like JSON", '{"a":"{\\":","b":"}","a":"::"}'],
    ["a trailing value", "{}{}"],
    ["a trailing comma", '{"a":1,}'],
    ["a string without an end", '{"a'],
  ])("rejects %s", (_, text) => {
    expect(read(text)).toBeUndefined();
  });

  it("rejects invalid UTF-8", () => {
    expect(readStrictJson(new Uint8Array([0x22, 0xff, 0x22]), limits)).toBeUndefined();
  });

  it("takes time that grows with the text alone", () => {
    const started = performance.now();
    expect(read(`{"a":"${"\\\\".repeat(1_000_000)}"}`)).toBeDefined();
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe("the limits of strict JSON", () => {
  it.each([
    ["a reserved key", '{"__proto__":{}}'],
    ["an escaped reserved key", '{"\\u005f_proto__":{}}'],
    ["a reserved key in a nested object", '[{"a":{"__proto__":{}}}]'],
    ["more levels than allowed", `${"[".repeat(200)}${"]".repeat(200)}`],
  ])("reject %s, which is parsed without them", (_, text) => {
    expect(readStrictJson(bytes(text), BODY_JSON)).toBeUndefined();
    expect(readStrictJson(bytes(text))).toEqual(JSON.parse(text));
  });

  it("allow a reserved key as a value", () => {
    expect(readStrictJson(bytes('["__proto__",{"a":"__proto__"}]'), BODY_JSON)).toBeDefined();
  });
});

describe("scanJson", () => {
  const repeatedIn = (text: string): readonly JsonPath[] => {
    const paths: JsonPath[] = [];
    scanJson(text, { ...PLAIN_SCAN, onRepeatedKey: (path) => paths.push(path) > 0 });
    return paths;
  };

  it("reports the path of every repeated key", () => {
    const text = '{"a":[0,{"b":1,"c":[],"b":2}],"a":{"d":1,"d":2,"d":3}}';
    expect(repeatedIn(text)).toEqual([["a", 1, "b"], ["a"], ["a", "d"], ["a", "d"]]);
  });

  it("ends at the first excess", () => {
    expect(scanJson("[[[", { ...PLAIN_SCAN, maxDepth: 2 })).toBe("depth");
    expect(scanJson("[[]]", { ...PLAIN_SCAN, maxDepth: 2 })).toBeUndefined();
    expect(scanJson("[1,1,1]", { ...PLAIN_SCAN, maxCommas: 1 })).toBe("commas");
    expect(scanJson('[1,",,,"]', { ...PLAIN_SCAN, maxCommas: 1 })).toBeUndefined();
  });

  it("reads no keys by itself, and has no limits", () => {
    expect(PLAIN_SCAN).toEqual({
      maxDepth: Infinity,
      maxCommas: Infinity,
      reservedKeys: [],
      onRepeatedKey: undefined,
    });
    expect(scanJson('{"a":1,"a":2}', PLAIN_SCAN)).toBeUndefined();
  });

  it("ends at a repeated key unless it is asked to continue", () => {
    const answers = [false, true].map((goesOn) =>
      scanJson('{"a":1,"a":2}', { ...PLAIN_SCAN, onRepeatedKey: () => goesOn }),
    );
    expect(answers).toEqual(["key", undefined]);
  });

  it.each(["a,b", '{"a', '"', "]}", ',"', '["\\"'])("ends for %s, which is not JSON", (text) => {
    expect(scanJson(text, PLAIN_SCAN)).toBeUndefined();
  });

  it("reports no repeated key in what JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(repeatedIn(JSON.stringify(value))).toEqual([]);
      }),
    );
  });
});
