import { describe, expect, it } from "vitest";
import { createTextTable, sampleHash } from "../../src/decision/text-table.js";

interface Entry {
  readonly text: string;
}

const textsOf = (count: number, prefix: string): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

/** Texts of one length that differ only in characters that are not in the sample. */
const alike = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => {
    const text = [..."-".repeat(160)];
    for (const [at, digit] of [...String(1_000 + index)].entries()) text[20 * at] = digit;
    return text.join("");
  });

const tableOf = (texts: readonly string[], budget = 1_000_000, cost = 1) => {
  const table = createTextTable<Entry>(budget, () => cost);
  for (const text of texts) table.add({ text });
  return table;
};

/** Returns a text with the same characters that is another string for the engine, as one that was just parsed. */
const copyOf = (text: string): string => JSON.parse(JSON.stringify(text)) as string;

describe("a table of texts", () => {
  it("finds each entry by a text of the same characters, and nothing by another text", () => {
    const texts = ["", "a", "__proto__", ...textsOf(5_000, "scope:"), "x".repeat(10_000)];
    const table = tableOf(texts);
    expect(texts.filter((text) => table.find(copyOf(text))?.text !== text)).toEqual([]);
    const others = ["b", "constructor", "scope:", "scope:5000", "x".repeat(9_999)];
    expect(others.map((text) => table.find(text))).toEqual(others.map(() => undefined));
  });

  it("finds the entry that was added last for a text that was added twice", () => {
    const table = createTextTable<Entry & { readonly number: number }>(100, () => 60);
    table.add({ text: "a", number: 1 });
    table.add({ text: "a", number: 2 });
    expect(table.find("a")?.number).toBe(2);
  });

  it("finds texts whose samples are the same, however many there are", () => {
    const texts = alike(400);
    expect(new Set(texts).size).toBe(400);
    expect(new Set(texts.map(sampleHash)).size).toBe(1);
    const table = tableOf([...texts, ...textsOf(2_000, "other:")]);
    expect(texts.filter((text) => table.find(copyOf(text))?.text !== text)).toEqual([]);
    expect(alike(401).filter((text) => table.find(text) === undefined)).toHaveLength(1);
  });

  it("keeps entries for at most twice its budget, and those that are read", () => {
    const table = createTextTable<Entry>(1_000, () => 10);
    const texts = textsOf(500, "t");
    table.add({ text: "kept" });
    for (const text of texts) {
      table.add({ text });
      expect(table.find("kept")?.text).toBe("kept");
    }
    const found = texts.filter((text) => table.find(text) !== undefined);
    expect(found.length).toBeGreaterThanOrEqual(98);
    expect(found.length).toBeLessThanOrEqual(200);
    expect(found).toContain("t499");
  });

  it("keeps no more if all of them are read again and again", () => {
    const table = createTextTable<Entry>(1_000, () => 10);
    const texts = textsOf(2_000, "t");
    for (const [index, text] of texts.entries()) {
      table.add({ text });
      for (const one of texts.slice(Math.max(0, index - 300), index)) table.find(one);
    }
    const found = texts.filter((text) => table.find(text) !== undefined);
    expect(found.length).toBeLessThanOrEqual(200);
  });

  it("does not keep an entry that costs more than its budget", () => {
    const table = createTextTable<Entry>(100, ({ text }) => (text === "large" ? 101 : 100));
    for (const text of ["small", "large"]) table.add({ text });
    expect([table.find("small")?.text, table.find("large")]).toEqual(["small", undefined]);
  });

  it("has a hash other than 0 for every text", () => {
    const texts = [...textsOf(20_000, "t"), "", "\0", "\0\0"];
    expect(texts.filter((text) => sampleHash(text) === 0)).toEqual([]);
  });
});
