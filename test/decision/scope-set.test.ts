import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createScopeSet, hasId, idsOf } from "../../src/decision/scope-set.js";

describe("a set of scope ids", () => {
  it("has the ids that it was created of, and no other one", () => {
    const id = fc.oneof(
      fc.integer({ min: 0, max: 70 }),
      fc.constantFrom(31, 32, 63, 64, 95, 96, 1_023, 9_999),
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
});
