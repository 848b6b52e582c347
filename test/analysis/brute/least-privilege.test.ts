// The smallest set of scopes for some operations, against all sets of scopes.

import fc from "fast-check";
import { loadPolicy } from "scope-policy";
import { leastPrivilege } from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import { QUICK, runCounted } from "../../model/counted.js";
import { type Draw, drawn } from "../../model/draw.js";
import { tally } from "../../often.js";
import type { Definition, Params } from "./definition.js";
import { drawDefinition } from "./draw-definition.js";
import { callsOf, namesOf } from "./every.js";
import { type Account, codesOf, demandOf, meaningOfAll, NOW, VALUES, worldOf } from "./naive.js";
import { runs, TIMEOUT } from "./runs.js";
import { rankedSets, smallestSets } from "./smallest-sets.js";

interface Question {
  readonly definition: Definition;
  readonly operations: readonly string[];
  readonly tier?: string;
  readonly accountType?: readonly string[];
  readonly entitlements?: readonly string[];
  readonly held?: readonly string[];
  readonly params: Params;
}

function drawQuestion(draw: Draw): Question {
  const definition = drawDefinition(draw);
  const { tiers = [], accountTypes = [], entitlements = [] } = definition;
  const operations = draw.few(namesOf([definition]), 4);
  const params: Params = {};
  for (const name of operations) Object.assign(params, draw.pick(callsOf([definition], name)));
  // another operation may compare what is a value of a scope for this one
  for (const name of ["id", "who", "owner"]) if (params[name] === "other") params[name] = "b";
  const [left] = Object.keys(params);
  if (left !== undefined && draw.chance(6)) delete params[left];
  const { texts } = worldOf(definition);
  const held = draw.chance(50) ? draw.some(texts, 25) : [];
  return {
    definition,
    operations,
    params,
    ...(draw.chance(80) && tiers.length > 0 && { tier: draw.pick(tiers) }),
    ...(draw.chance(80) && accountTypes.length > 0 && { accountType: draw.few(accountTypes, 2) }),
    ...(draw.chance(80) && entitlements.length > 0 && { entitlements }),
    ...(held.length > 0 && { held }),
  };
}

/** Returns the account of a question with everything that is no scope: values within boundaries, and a recent authentication. */
const accountOf = ({ tier, accountType = [], entitlements = [] }: Question): Account => ({
  ...(tier !== undefined && { tier }),
  account_type: accountType,
  entitlements,
  first_party: false,
  boundaries: { project: VALUES },
  acr: "mfa",
  auth_time: NOW,
});

const reached = {
  choice: tally("several smallest sets", 2),
  held: tally("a set beside scopes that are held", 10),
  implied: tally("a set with a scope that implies others", 10),
  unreachable: tally("an operation that cannot be reached", 10),
  several: tally("two scopes or more", 10),
};

function check(question: Question): void {
  const { definition, operations, params, held = [] } = question;
  const policy = loadPolicy(definition, { now: () => NOW });
  const world = worldOf(definition);
  const account = accountOf(question);
  const start = meaningOfAll(world, held, false);
  const calls = operations.map((operation) => ({
    operation,
    codeOf: codesOf(world, demandOf(world, operation, params, true), account),
  }));
  const { grantable, sets } = smallestSets(world, account, start, (set, all) =>
    calls.every(({ codeOf }) => codeOf(all) !== "allowed" || codeOf(set) === "allowed"),
  );
  const unreachable = calls
    .map(({ operation, codeOf }) => ({ operation, reason: codeOf(start | grantable) }))
    .filter(({ reason }) => reason !== "allowed");

  const { tier, accountType, entitlements } = question;
  const plan = leastPrivilege(policy as never, operations as never, {
    params,
    ...(tier !== undefined && { tier }),
    ...(accountType !== undefined && { accountType }),
    ...(entitlements !== undefined && { entitlements }),
    ...(held.length > 0 && { held: held.join(" ") }),
  });
  expect(plan.unreachable).toEqual(unreachable);
  expect(plan.exact).toBe(true);
  const ranked = rankedSets(world, sets);
  expect([...plan.alternatives, plan.scopes].sort()).toEqual(ranked.map(({ text }) => text).sort());
  expect([plan.scopes, ...plan.alternatives]).toEqual(ranked.map(({ text }) => text));

  const [first] = ranked;
  if (ranked.length > 1) reached.choice.count += 1;
  if (start !== 0 && first?.text !== "") reached.held.count += 1;
  if ((first?.size ?? 0) > (first?.tokens ?? 0)) reached.implied.count += 1;
  if ((first?.tokens ?? 0) > 1) reached.several.count += 1;
  if (unreachable.length > 0) reached.unreachable.count += 1;
}

describe("leastPrivilege", { timeout: TIMEOUT }, () => {
  it("returns the smallest sets of all, best first, and what no set opens", () => {
    runCounted(Object.values(reached), () =>
      fc.assert(fc.property(drawn(drawQuestion), check), { numRuns: runs(120), ...QUICK }),
    );
  });
});
