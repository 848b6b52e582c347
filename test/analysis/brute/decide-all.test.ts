// One decision about several calls, against the decision about each and all sets of scopes.

import fc from "fast-check";
import { loadPolicy } from "scope-policy";
import { decideAll } from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import { QUICK, runCounted } from "../../model/counted.js";
import { type Draw, drawn } from "../../model/draw.js";
import { tally } from "../../often.js";
import type { Definition, Params } from "./definition.js";
import { drawDefinition } from "./draw-definition.js";
import { accountsOf, callsOf, namesOf, partialCallsOf } from "./every.js";
import {
  type Account,
  codesOf,
  demandOf,
  elsewhereOf,
  meaningOfAll,
  NOW,
  worldOf,
} from "./naive.js";
import { runs, TIMEOUT } from "./runs.js";
import { rankedSets, smallestSets } from "./smallest-sets.js";

interface Batch {
  readonly definition: Definition;
  readonly account: Account;
  readonly scope: readonly string[];
  readonly calls: readonly (readonly [name: string, params: Params])[];
}

function drawBatch(draw: Draw): Batch {
  const definition = drawDefinition(draw);
  const names = draw.few(namesOf([definition]), 3);
  const calls = [...names, ...draw.some(names, 30)].map((name) => {
    const all = draw.chance(10) ? partialCallsOf([definition], name) : callsOf([definition], name);
    return [name, draw.pick(all)] as const;
  });
  return {
    definition,
    account: draw.pick(accountsOf([definition]).toReversed()),
    scope: draw.some(worldOf(definition).texts, 30),
    calls: draw.chance(5) ? [...calls, ["unknown", {}]] : calls,
  };
}

const reached = {
  allowed: tally("a batch that is allowed", 6),
  missing: tally("a batch that lacks scopes for one call", 6),
  joint: tally("a batch that lacks scopes for several calls", 6),
  choice: tally("a batch with several smallest sets", 1),
  mixed: tally("a batch with a denial that scopes do not fix", 6),
};

function check({ definition, account, scope, calls }: Batch): void {
  const policy = loadPolicy(definition, { now: () => NOW });
  const world = worldOf(definition);
  const start = meaningOfAll(world, scope, account.first_party);
  const judged = calls.map(([name, params]) =>
    codesOf(world, demandOf(world, name, params, false), account),
  );
  const codes = judged.map((codeOf) => codeOf(start));
  const lacking = judged.filter((_, at) => codes[at] === "insufficient_scope");
  const isOpen = (set: number) =>
    lacking.every(
      (codeOf) => codeOf(set) !== "insufficient_scope" && codeOf(set) !== "binding_mismatch",
    );
  // as in a decision, a user who granted a scope for one value is not asked for another one
  const { sets } = smallestSets(world, account, start, isOpen, elsewhereOf(world, start));
  const ranked = rankedSets(world, sets);
  const token = { scope: scope.join(" "), ...account };
  const result = decideAll(policy, token, calls);
  expect(result.decisions.map(({ code }) => code)).toEqual(codes);
  expect(result.decisions).toEqual(
    calls.map(([name, params]) => policy.decideUntrusted(token, name, params)),
  );
  expect(result.allowed).toBe(codes.every((code) => code === "allowed"));
  expect(ranked.map(({ text }) => text)).toContain(result.missing);
  expect(result.missing).toBe(ranked[0]?.text);

  if (result.allowed) reached.allowed.count += 1;
  if (lacking.length === 1) reached.missing.count += 1;
  if (lacking.length > 1) reached.joint.count += 1;
  if (ranked.length > 1) reached.choice.count += 1;
  if (
    lacking.length > 0 &&
    codes.some((code) => code !== "allowed" && code !== "insufficient_scope")
  )
    reached.mixed.count += 1;
}

describe("decideAll", { timeout: TIMEOUT }, () => {
  it("decides each call as the policy does, and names the smallest set of all", () => {
    runCounted(Object.values(reached), () =>
      fc.assert(fc.property(drawn(drawBatch), check), { numRuns: runs(120), ...QUICK }),
    );
  });
});
