import { describe, expect, it } from "vitest";
import { newTextMemory } from "../../src/decision/text-memory.js";

/** What each value is said to take beside its text. */
const WEIGHT = 256;

const names = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `text-${from + index}`);

describe("a memory of texts", () => {
  it("knows what it was told, and nothing else", () => {
    const memory = newTextMemory<number>(10_000);
    memory.set("a", 1, WEIGHT);
    memory.set("", 2, WEIGHT);
    memory.set("__proto__", 3, WEIGHT);
    expect(["a", "", "__proto__", "b", "constructor"].map((text) => memory.get(text))).toEqual([
      1,
      2,
      3,
      undefined,
      undefined,
    ]);
    memory.set("a", 4, WEIGHT);
    expect(memory.get("a")).toBe(4);
  });

  it("holds no more than twice its budget, however much it is told", () => {
    const budget = 10_000;
    const memory = newTextMemory<number>(budget);
    const texts = names(5_000);
    for (const [index, text] of texts.entries()) memory.set(text, index, WEIGHT);
    const known = texts.filter((text) => memory.get(text) !== undefined);
    const size = known.reduce((sum, text) => sum + text.length + WEIGHT, 0);
    expect(known.length).toBeGreaterThan(0);
    expect(size).toBeLessThanOrEqual(2 * budget);
  });

  it("holds the fewer values the more each of them weighs", () => {
    const knownOf = (weight: number) => {
      const memory = newTextMemory<number>(10_000);
      const texts = names(1_000, 1_000);
      for (const [index, text] of texts.entries()) memory.set(text, index, weight);
      // from the last: what is asked for moves, and pushes out what was told long ago
      return texts.reverse().filter((text) => memory.get(text) !== undefined).length;
    };
    const light = knownOf(0);
    const heavy = knownOf(1_000);
    expect(light).toBeGreaterThan(10_000 / 9 / 2);
    expect(heavy).toBeGreaterThan(0);
    expect(heavy).toBeLessThanOrEqual((2 * 10_000) / 1_000);
  });

  it("keeps the weight of what moves into the young generation", () => {
    const memory = newTextMemory<number>(1_000);
    memory.set("old", 1, 900);
    memory.set("new", 2, 900); // `old` is in the old generation now
    expect(memory.get("old")).toBe(1); // and young again, which makes `new` old
    memory.set("next", 3, 900); // so that this forgets `new`
    expect([memory.get("new"), memory.get("next")]).toEqual([undefined, 3]);
  });

  it("forgets what was told long ago, and keeps what was told last", () => {
    const memory = newTextMemory<number>(10_000);
    for (const [index, text] of names(1_000).entries()) memory.set(text, index, WEIGHT);
    expect(memory.get("text-0")).toBeUndefined();
    expect(memory.get("text-999")).toBe(999);
  });

  it("keeps what is asked for again and again", () => {
    const memory = newTextMemory<number>(10_000);
    memory.set("kept", 1, WEIGHT);
    for (const [index, text] of names(5_000).entries()) {
      memory.set(text, index, WEIGHT);
      expect(memory.get("kept")).toBe(1);
    }
  });

  it("does not keep a text that is larger than its budget, and nothing is the worse for it", () => {
    const memory = newTextMemory<number>(10_000);
    memory.set("a", 1, WEIGHT);
    memory.set("x".repeat(10_001), 2, 0);
    expect(memory.get("x".repeat(10_001))).toBeUndefined();
    expect(memory.get("a")).toBe(1);
  });

  it("does not keep a value that weighs more than its budget, however short its text", () => {
    const memory = newTextMemory<number>(10_000);
    memory.set("a", 1, 9_999);
    memory.set("b", 2, 10_000);
    expect([memory.get("a"), memory.get("b")]).toEqual([1, undefined]);
  });
});
