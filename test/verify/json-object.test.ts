import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readJsonObject } from "../../src/verify/json-object.js";

const read = (text: string) => readJsonObject(new TextEncoder().encode(text));

describe("readJsonObject", () => {
  it.each([
    "{}",
    ' {"a": 1} ',
    '{"a":{"b":1},"c":{"b":1}}',
    '{"a":[{"b":1},{"b":1}]}',
    '{"a:b":"c:d","e":"\\":\\"","f\\\\":"{\\"f\\":1}"}',
    '{"":null,"constructor":1,"toString":2}',
    '{"a":1,"A":2}',
  ])("parses %s", (text) => {
    expect(read(text)).toEqual(JSON.parse(text));
  });

  it.each([
    "",
    "null",
    "true",
    '"a"',
    "[]",
    "{",
    "{}{}",
    "{'a':1}",
    '{"a":1,}',
    "\uFEFF{}",
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":1}',
    '{"a":{"b":1,"b":2}}',
    '{"a":[[{"b":1,"b":2}]]}',
    '{"__proto__":1,"__proto__":2}',
    '{"a":":","a":"::"}',
    '{"1":0,"1":0}',
  ])("rejects %s", (text) => {
    expect(read(text)).toBeUndefined();
  });

  it("rejects an object with invalid UTF-8 in a string", () => {
    const bytes = new TextEncoder().encode('{"a":"b"}');
    expect(readJsonObject(bytes)).toEqual({ a: "b" });
    bytes[6] = 0xff;
    expect(readJsonObject(bytes)).toBeUndefined();
  });

  it("keeps `__proto__` as an own member like any other", () => {
    const value = read('{"__proto__":{"a":1}}') as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(["__proto__"]);
  });

  it("parses deep and long values", () => {
    expect(read(`{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}`)).toBeDefined();
    expect(read(`{"a":"${"\\\\".repeat(100_000)}"}`)).toBeDefined();
    expect(read(`{"a":"${'\\"'.repeat(100_000)}"}`)).toBeDefined();
    expect(read(`${'{"a":'.repeat(20_000)}`)).toBeUndefined();
  });

  it("parses every object that JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value);
        expect(read(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 200 },
    );
  });
});
