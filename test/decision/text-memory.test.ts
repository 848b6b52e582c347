import { describe, expect, it } from "vitest";
import { newTextMemory } from "../../src/decision/text-memory.js";

const names = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `text-${from + index}`);

describe("a memory of texts", () => {
  it("knows what it was told, and nothing else", () => {
    const memory = newTextMemory<number>(10_000);
    memory.set("a", 1);
    memory.set("", 2);
    memory.set("__proto__", 3);
    expect(["a", "", "__proto__", "b", "constructor"].map((text) => memory.get(text))).toEqual([
      1,
      2,
      3,
      undefined,
      undefined,
    ]);
    memory.set("a", 4);
    expect(memory.get("a")).toBe(4);
  });

  it("holds no more than twice its budget, however much it is told", () => {
    const budget = 10_000;
    const memory = newTextMemory<number>(budget);
    const texts = names(5_000);
    for (const [index, text] of texts.entries()) memory.set(text, index);
    const known = texts.filter((text) => memory.get(text) !== undefined);
    const size = known.reduce((sum, text) => sum + text.length, 0);
    expect(known.length).toBeGreaterThan(0);
    expect(size).toBeLessThanOrEqual(2 * budget);
    expect(known.length).toBeLessThan((2 * budget) / 256);
  });

  it("forgets what was told long ago, and keeps what was told last", () => {
    const memory = newTextMemory<number>(10_000);
    for (const [index, text] of names(1_000).entries()) memory.set(text, index);
    expect(memory.get("text-0")).toBeUndefined();
    expect(memory.get("text-999")).toBe(999);
  });

  it("keeps what is asked for again and again", () => {
    const memory = newTextMemory<number>(10_000);
    memory.set("kept", 1);
    for (const [index, text] of names(5_000).entries()) {
      memory.set(text, index);
      expect(memory.get("kept")).toBe(1);
    }
  });

  it("does not keep a text that is larger than its budget, and nothing is the worse for it", () => {
    const memory = newTextMemory<number>(10_000);
    memory.set("a", 1);
    memory.set("x".repeat(10_001), 2);
    expect(memory.get("x".repeat(10_001))).toBeUndefined();
    expect(memory.get("a")).toBe(1);
  });
});
