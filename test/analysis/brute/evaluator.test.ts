// The naive evaluator decides as the policy does: the checks of the analysis in this folder rest on it.

import fc from "fast-check";
import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { QUICK, runCounted } from "../../model/counted.js";
import { drawn } from "../../model/draw.js";
import { countIn, tally } from "../../often.js";
import { findingsOf } from "../../policy/findings-of.js";
import { drawDefinition } from "./draw-definition.js";
import { accountsOf, grantsOf, namesOf, partialCallsOf, subsetsOf } from "./every.js";
import { codesOf, demandOf, meaningOfAll, NOW, reducedTexts, worldOf } from "./naive.js";
import { runs, TIMEOUT } from "./runs.js";

const CODES = [
  "unknown_operation",
  "denied",
  "invalid_params",
  "unauthenticated",
  "allowed",
  "insufficient_scope",
  "binding_mismatch",
  "account_type_required",
  "upgrade_required",
  "reserved_scope",
  "insufficient_user_authentication",
];

describe("the naive evaluator", { timeout: TIMEOUT }, () => {
  it("gets definitions that are always valid", () => {
    fc.assert(
      fc.property(drawn(drawDefinition), (definition) => {
        expect(findingsOf(definition)).toEqual([]);
      }),
      { numRuns: runs(100), ...QUICK },
    );
  });

  it("decides as the policy does, for all tokens, accounts and calls", () => {
    const met = new Map(CODES.map((code) => [code, tally(code, 3)]));
    runCounted(met.values(), () =>
      fc.assert(
        fc.property(drawn(drawDefinition), (definition) => {
          const policy = loadPolicy(definition, { now: () => NOW });
          const world = worldOf(definition);
          const accounts = accountsOf([definition]);
          for (const name of [...namesOf([definition]), "unknown"]) {
            for (const params of partialCallsOf([definition], name)) {
              const demand = demandOf(world, name, params, false);
              const real = policy.decideUntrusted(undefined, name, params).code;
              const code = codesOf(world, demand, undefined)(0);
              countIn(met, code);
              expect([name, params, real]).toEqual([name, params, code]);
              // codes that no token changes are compared once
              if (demand.code !== "ways") continue;
              for (const account of accounts) {
                const codeOf = codesOf(world, demand, account);
                for (const { tokens, sets } of grantsOf([world], account.first_party)) {
                  const token = { scope: [...tokens], ...account };
                  const wanted = codeOf(sets[0] as number);
                  const got = policy.decideUntrusted(token, name, params).code;
                  countIn(met, wanted);
                  if (got !== wanted)
                    expect([name, params, token, got]).toEqual([name, params, token, wanted]);
                }
              }
            }
          }
        }),
        { numRuns: runs(20), ...QUICK },
      ),
    );
  });

  it("reads every set of scope-tokens as the policy does", () => {
    const read = tally("a set of scope-tokens", 1_000);
    runCounted([read], () =>
      fc.assert(
        fc.property(drawn(drawDefinition), (definition) => {
          const policy = loadPolicy(definition);
          const world = worldOf(definition);
          for (const firstParty of [false, true]) {
            for (const tokens of subsetsOf(world.texts)) {
              const set = meaningOfAll(world, tokens, firstParty);
              const texts = world.atoms
                .filter(({ bit }) => (set & bit) !== 0)
                .map(({ text }) => text);
              read.count += 1;
              expect([...policy.expand(tokens, { firstParty })].sort()).toEqual(texts.sort());
              expect(policy.reduce(tokens, { firstParty })).toBe(
                reducedTexts(world, set).join(" "),
              );
            }
          }
        }),
        { numRuns: runs(10), ...QUICK },
      ),
    );
  });
});
