import { describe, expect, it } from "vitest";
import { createTextTable, sampleHash } from "../../src/decision/text-table.js";

interface Entry {
  readonly text: string;
}

const textsOf = (count: number, prefix: string): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

/** Texts of one length that differ only in characters that are not in the sample. */
const alike = (count: number, length = 160): readonly string[] =>
  Array.from({ length: count }, (_, index) => {
    const text = [..."-".repeat(length)];
    for (const [at, digit] of [...String(1_000 + index)].entries()) text[(length / 8) * at] = digit;
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

  it("keeps what its budget has room for, and as much from before", () => {
    const table = createTextTable<Entry>(100, () => 50);
    for (const text of ["a", "b", "c", "d"]) table.add({ text });
    // "a" is read first, and so it is kept for longer than "b"
    expect(["a", "d", "b"].map((text) => table.find(text)?.text)).toEqual(["a", "d", undefined]);
  });

  it("finds what is in the first slot of its hash, in the last, and in no slot", () => {
    const texts = alike(18);
    const table = tableOf(texts);
    expect(texts.map((text) => table.find(copyOf(text))?.text)).toEqual(texts);
    expect(table.find("-".repeat(160))).toBeUndefined();
  });

  it("finds each entry after it has grown, if no slot at its beginning was empty", () => {
    // sixteen texts in the first slots of 64, and of 128
    const length = Array.from({ length: 5_000 }, (_, index) => 160 + 8 * index).find(
      (one) => (sampleHash("-".repeat(one)) & 127) === 0,
    ) as number;
    const first = alike(16, length);
    const texts = [...first, ...textsOf(100, "t")];
    const table = tableOf(texts);
    expect(texts.map((text) => table.find(text)?.text)).toEqual(texts);
  });

  it("has a hash other than 0 for the empty text, and different ones for similar texts", () => {
    const texts = ["", ...textsOf(400, "t")];
    const hashes = texts.map(sampleHash);
    expect(hashes).not.toContain(0);
    expect(new Set(hashes).size).toBe(texts.length);
    expect(new Set(hashes.map((hash) => hash & 1_023)).size).toBeGreaterThan(300);
  });

  it("hashes each character of a short text, and eight of a longer one", () => {
    const read = (length: number) => {
      const plain = sampleHash("-".repeat(length));
      return Array.from({ length }, (_, at) => at).filter(
        (at) => sampleHash(`${"-".repeat(at)}a${"-".repeat(length - at - 1)}`) !== plain,
      );
    };
    for (const length of [1, 2, 7, 8, 15]) expect(read(length)).toHaveLength(length);
    for (const length of [17, 23, 24, 31, 40, 1_000]) expect(read(length)).toHaveLength(8);
    expect(read(16)).toEqual([1, 3, 5, 7, 9, 11, 13, 15]);
    expect(read(83)).toEqual([5, 15, 25, 35, 45, 55, 65, 75]);
  });
});
