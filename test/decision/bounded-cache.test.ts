import { describe, expect, it } from "vitest";
import { createBoundedCache } from "../../src/decision/bounded-cache.js";

const COST = 256;

const names = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `key-${from + index}`);

describe("a bounded cache", () => {
  it("returns the value that was set last, and nothing for an unknown key", () => {
    const cache = createBoundedCache<number>(10_000);
    cache.set("a", 1, COST);
    cache.set("", 2, COST);
    cache.set("__proto__", 3, COST);
    const keys = ["a", "", "__proto__", "b", "constructor"];
    expect(keys.map((key) => cache.get(key))).toEqual([1, 2, 3, undefined, undefined]);
    expect(keys.map((key) => cache.peek(key))).toEqual([1, 2, 3, undefined, undefined]);
    cache.set("a", 4, COST);
    expect([cache.peek("a"), cache.get("a")]).toEqual([4, 4]);
  });

  it("keeps entries for at most twice its budget, however many are set", () => {
    const budget = 10_000;
    const cache = createBoundedCache<number>(budget);
    const keys = names(5_000);
    for (const [index, key] of keys.entries()) cache.set(key, index, COST);
    const kept = keys.filter((key) => cache.get(key) !== undefined);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length * COST).toBeLessThanOrEqual(2 * budget);
  });

  it("keeps the fewer entries the more each of them costs", () => {
    const countOf = (cost: number) => {
      const cache = createBoundedCache<number>(10_000);
      const keys = names(1_000);
      for (const [index, key] of keys.entries()) cache.set(key, index, cost);
      return keys.filter((key) => cache.peek(key) !== undefined).length;
    };
    expect(countOf(10)).toBe(1_000);
    expect(countOf(100)).toBe(200);
    expect(countOf(1_000)).toBe(20);
  });

  it("keeps the cost of an entry that moves into the young generation", () => {
    const cache = createBoundedCache<number>(1_000);
    cache.set("old", 1, 900);
    cache.set("new", 2, 900); // `old` is in the old generation now
    expect(cache.get("old")).toBe(1); // and young again, which makes `new` old
    cache.set("next", 3, 900); // so that this drops `new`
    expect([cache.get("new"), cache.get("next")]).toEqual([undefined, 3]);
  });

  it("does not count the cost of a replaced entry", () => {
    const cache = createBoundedCache<number>(1_000);
    cache.set("kept", 1, 500);
    for (let count = 0; count < 100; count += 1) cache.set("replaced", count, 500);
    expect([cache.peek("kept"), cache.peek("replaced")]).toEqual([1, 99]);
  });

  it("drops the entries that were set first, and keeps those that were set last", () => {
    const cache = createBoundedCache<number>(10_000);
    for (const [index, key] of names(1_000).entries()) cache.set(key, index, COST);
    expect(cache.get("key-0")).toBeUndefined();
    expect(cache.get("key-999")).toBe(999);
  });

  it("keeps an entry that is read again and again", () => {
    const cache = createBoundedCache<number>(10_000);
    cache.set("kept", 1, COST);
    for (const [index, key] of names(5_000).entries()) {
      cache.set(key, index, COST);
      expect(cache.get("kept")).toBe(1);
    }
  });

  it("drops an entry that is only peeked at", () => {
    const cache = createBoundedCache<number>(10);
    cache.set("peeked", 1, 10);
    cache.set("next", 2, 10);
    expect(cache.peek("peeked")).toBe(1);
    cache.set("last", 3, 10);
    expect([cache.peek("peeked"), cache.peek("next")]).toEqual([undefined, 2]);
  });

  it("does not keep an entry that costs more than its budget, and drops no other for it", () => {
    const cache = createBoundedCache<number>(10_000);
    cache.set("a", 1, 10_000);
    cache.set("b", 2, 10_001);
    expect([cache.get("a"), cache.get("b")]).toEqual([1, undefined]);
  });
});
