import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createScopeSet, hasId, idsOf, type ScopeSet } from "../../src/decision/scope-set.js";

/** The largest number of scopes of a policy, as in docs/limits.md. */
const MAX_NAMES = 50_000;

describe("a set of scope ids", () => {
  it("has the ids that it was created of, and no other one", () => {
    const id = fc.oneof(
      fc.integer({ min: 0, max: 70 }),
      fc.constantFrom(31, 32, 63, 64, 95, 96, 1_023, 9_999, 49_999),
      fc.constantFrom(64, 96, 128, 160, 192, 0xd800, 0xdc00), // one slot, and codes that are half of a character
      fc.integer({ min: 0, max: 10_000 }),
    );
    fc.assert(
      fc.property(fc.array(id, { maxLength: 60 }), fc.array(id), (ids, others) => {
        const set = createScopeSet(ids);
        const model = new Set(ids);
        for (const one of [...ids, ...others]) expect(hasId(set, one)).toBe(model.has(one));
        expect([...idsOf(set)].sort((a, b) => a - b)).toEqual([...model].sort((a, b) => a - b));
      }),
      { numRuns: 500 },
    );
  });

  it("has many ids as words, and none beyond the last of them", () => {
    const ids = Array.from({ length: 100 }, (_, index) => 60 + index * 7);
    const set = createScopeSet(ids);
    expect([...idsOf(set)].sort((a, b) => a - b)).toEqual(ids);
    const others = [0, 59, 61, 64, 759, 9_999];
    expect([...ids, ...others].filter((id) => hasId(set, id))).toEqual(ids);
  });

  const upTo = (count: number) => Array.from({ length: count }, (_, index) => 64 + index);
  const tableOf = (slots: readonly number[]) => String.fromCharCode(...slots);
  const none = { low: 0, high: 0, table: undefined, words: undefined };
  it.each<[title: string, ids: readonly number[], set: ScopeSet]>([
    ["no ids", [], none],
    ["ids up to 63", [0, 31, 32, 63], { ...none, low: 1 | (1 << 31), high: 1 | (1 << 31) }],
    ["the 64th", [64], { ...none, table: tableOf([64, 0]) }],
    ["an id twice", [70, 1, 70], { ...none, low: 2, table: tableOf([70, 0]) }],
    ["ids in the slots of their last bits", [70, 65], { ...none, table: tableOf([0, 65, 70, 0]) }],
    ["ids that want one slot", [68, 72, 67], { ...none, table: tableOf([68, 72, 0, 67]) }],
    ["an id that wants the last slot", [67, 71], { ...none, table: tableOf([71, 0, 0, 67]) }],
    ["the last id of the largest policy", [49_999], { ...none, table: tableOf([0, 49_999]) }],
    [
      "as many ids as a table has",
      upTo(24),
      { ...none, table: tableOf([...upTo(24), ...new Array<number>(8).fill(0)]) },
    ],
    ["more ids", upTo(25), { ...none, words: [0, 0, 2 ** 25 - 1] }],
    [
      "more ids, and one far away",
      [...upTo(25), 129],
      { ...none, words: [0, 0, 2 ** 25 - 1, 0, 2] },
    ],
  ])("has one shape: %s", (_title, ids, expected) => {
    const set = createScopeSet(ids);
    expect(set).toStrictEqual(expected);
    expect([...idsOf(set)].sort((a, b) => a - b)).toEqual([...new Set(ids)].sort((a, b) => a - b));
    const all = Array.from({ length: MAX_NAMES }, (_, id) => id);
    expect(all.filter((id) => hasId(set, id))).toEqual(all.filter((id) => ids.includes(id)));
  });
});
