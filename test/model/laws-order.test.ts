// The law of caches: a decision does not depend on what the policy has decided before.

import fc from "fast-check";
import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { type Again, createAsker, drawAgain } from "../fuzz/model/again.js";
import { runOften, tally } from "../often.js";
import { drawn } from "./draw.js";
import { MODEL_NOW } from "./model.js";

const load = (definition: unknown) => loadPolicy(definition, { now: () => MODEL_NOW });

describe("a decision", { timeout: 300_000 }, () => {
  it("is the same after any other decisions, in any order, for any object or text of the token", () => {
    const allowed = tally("an allowed call", 40);
    const denied = tally("a denied call", 100);
    const property = fc.property(drawn(drawAgain), ({ definition, questions }) => {
      const calls = questions.map(({ args }) => args as unknown as Again);
      const ask = createAsker(load(definition));
      const back = createAsker(load(definition));
      const forth = calls.map((call) => ask(call));
      const reversed = [...calls]
        .reverse()
        .map((call) => back(call))
        .reverse();
      expect(reversed).toEqual(forth);
      // a policy that decides nothing else
      for (const [index, call] of calls.slice(0, 3).entries()) {
        expect(createAsker(load(definition))(call)).toEqual(forth[index]);
      }
      for (const { allowed: isAllowed } of forth) (isAllowed ? allowed : denied).count += 1;
    });
    runOften([allowed, denied], () => fc.assert(property, { numRuns: 12, endOnFailure: true }));
  });
});
