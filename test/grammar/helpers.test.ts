import { describe, expect, it } from "vitest";
import { anyText, firstItems, readNames, readOneOrMore } from "../../src/grammar/any-value.js";
import { entryOf, groupBy } from "../../src/grammar/entry-of.js";
import { isObject } from "../../src/grammar/is-object.js";
import { once } from "../../src/grammar/once.js";

const revoked = () => {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
};
const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`);

describe("firstItems", () => {
  it.each<[value: unknown, most: number, items: unknown]>([
    [["a", 1, undefined], 3, ["a", 1, undefined]],
    [["a", "b"], 1, ["a"]],
    [["a"], 0, []],
    [[], 3, []],
    ["ab", 3, undefined],
    [{ length: 1, 0: "a" }, 3, undefined],
    [undefined, 3, undefined],
  ])("returns of %j at most %d items: %j", (value, most, items) => {
    expect(firstItems(value, most)).toStrictEqual(items);
  });

  it("returns a copy, and `undefined` for a list that cannot be read", () => {
    const list = ["a"];
    expect(firstItems(list, 1)).not.toBe(list);
    expect(firstItems(revoked(), 1)).toBeUndefined();
  });
});

describe("readNames and readOneOrMore", () => {
  it.each<[title: string, value: unknown, list: unknown]>([
    ["a list of texts", ["a", "b"], ["a", "b"]],
    ["an empty list", [], []],
    ["1,024 texts", names(1_024), names(1_024)],
    ["1,025 texts", names(1_025), undefined],
    ["a list with another value", ["a", 1], undefined],
    ["a number", 1, undefined],
    ["nothing", undefined, undefined],
  ])("read %s", (_title, value, list) => {
    expect([readNames(value), readOneOrMore(value)]).toEqual([list, list]);
  });

  it("return a frozen copy", () => {
    const list = ["a"];
    expect(readNames(list)).not.toBe(list);
    expect(Object.isFrozen(readNames(list))).toBe(true);
  });

  it("read one text as a list only where that is allowed", () => {
    expect([readNames("a"), readOneOrMore("a"), readOneOrMore("")]).toEqual([
      undefined,
      ["a"],
      [""],
    ]);
  });
});

describe("anyText", () => {
  it.each<[value: unknown, text: string]>([
    ["a", "a"],
    [7, "7"],
    [null, "null"],
    [undefined, "undefined"],
    [Symbol("s"), "Symbol(s)"],
    [{ toString: () => "secret" }, "(object)"],
    [["a"], "(object)"],
    [() => "a", "(function)"],
  ])("returns the text of a primitive value and the type of an object: %s", (value, text) => {
    expect(anyText(value)).toBe(text);
  });
});

describe("isObject", () => {
  it.each<[value: unknown, expected: boolean]>([
    [{}, true],
    [Object.create(null), true],
    [new Date(0), true],
    [[], false],
    [null, false],
    [undefined, false],
    ["a", false],
    [() => ({}), false],
  ])("returns for %o: %s", (value, expected) => {
    expect(isObject(value)).toBe(expected);
  });
});

describe("once", () => {
  it("creates a value at the first call, and only then", () => {
    let calls = 0;
    const get = once(() => {
      calls += 1;
      return { calls };
    });
    expect(calls).toBe(0);
    expect(get()).toEqual({ calls: 1 });
    expect(get()).toBe(get());
    expect(calls).toBe(1);
  });
});

describe("entryOf and groupBy", () => {
  it("create the value of a key the first time", () => {
    const map = new Map([["a", 0]]);
    expect([
      entryOf(map, "a", () => 1),
      entryOf(map, "b", () => 2),
      entryOf(map, "b", () => 3),
    ]).toEqual([0, 2, 2]);
    expect([...map]).toEqual([
      ["a", 0],
      ["b", 2],
    ]);
  });

  it("group items in their order", () => {
    expect([...groupBy(["ax", "b", "ay"], (text) => text.charAt(0))]).toEqual([
      ["a", ["ax", "ay"]],
      ["b", ["b"]],
    ]);
  });
});
