// The change of each operation between two policies, against all tokens, accounts and values of both.

import fc from "fast-check";
import { loadPolicy } from "scope-policy";
import { diffPolicies } from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import { QUICK, runCounted } from "../../model/counted.js";
import { type Draw, drawn } from "../../model/draw.js";
import { countIn, tally } from "../../often.js";
import { findingsOf } from "../../policy/findings-of.js";
import type { Definition } from "./definition.js";
import { drawDefinition } from "./draw-definition.js";
import { accountsOf, grantsOf, namesOf, partialCallsOf } from "./every.js";
import { mutated } from "./mutate.js";
import {
  type Demand,
  demandOf,
  entriesOf,
  levelsOf,
  NOW,
  patternsOf,
  type World,
  worldOf,
} from "./naive.js";
import { runs, TIMEOUT } from "./runs.js";

interface Pair {
  readonly before: Definition;
  readonly after: Definition;
}

function drawPair(draw: Draw): Pair {
  const before = drawDefinition(draw);
  return { before, after: mutated(draw, before) };
}

/** Whether some call is allowed by the one policy and not by the other. */
interface Change {
  wider: boolean;
  narrower: boolean;
}

/** Compares an operation for all accounts, calls and tokens. */
function compare(worlds: readonly [World, World], name: string): Change {
  const definitions = worlds.map(({ definition }) => definition);
  const change: Change = { wider: false, narrower: false };
  const add = (before = 0, after = 0) => {
    change.wider ||= after > before;
    change.narrower ||= before > after;
  };
  const accounts = accountsOf(definitions);
  const grants = new Map([false, true].map((first) => [first, grantsOf(worlds, first)]));
  const calls = partialCallsOf(definitions, name).flatMap((params) =>
    // gates do not know internal operations
    [true, false].map((fromCode) => ({ params, fromCode })),
  );
  for (const { params, fromCode } of calls) {
    const demands = worlds.map((world) => demandOf(world, name, params, fromCode));
    const readers = (account: (typeof accounts)[number] | undefined) =>
      worlds.map((world, at) => levelsOf(world, demands[at] as Demand, account));
    const [before, after] = readers(undefined);
    add(before?.(0), after?.(0));
    for (const account of accounts) {
      const [one, other] = readers(account);
      for (const { sets } of grants.get(account.first_party) ?? []) {
        if (change.wider && change.narrower) return change;
        add(one?.(sets[0] as number), other?.(sets[1] as number));
      }
    }
  }
  return change;
}

/** Returns the name under which the result lists an operation: its own, or the patterns that match it. */
function rowOf(definitions: readonly Definition[], name: string): string {
  if (definitions.some(({ tools, endpoints }) => name in tools || name in endpoints)) return name;
  const patterns = definitions.flatMap((one) => patternsOf(one, name));
  return [...new Set(patterns)].sort().join(" + ");
}

function changeOf(worlds: readonly [World, World], name: string): string {
  const [before, after] = worlds.map(({ definition }) => entriesOf(definition, name).length > 0);
  if (!before) return "added";
  if (!after) return "removed";
  const { wider, narrower } = compare(worlds, name);
  return wider ? (narrower ? "different" : "wider") : narrower ? "narrower" : "equal";
}

const CHANGES = ["wider", "narrower", "different", "equal", "added", "removed"];

describe("diffPolicies", { timeout: TIMEOUT }, () => {
  it("gets pairs of policies that are always valid", () => {
    fc.assert(
      fc.property(drawn(drawPair), ({ after }) => {
        expect(findingsOf(after)).toEqual([]);
      }),
      { numRuns: runs(100), ...QUICK },
    );
  });

  it("returns the change of each operation, with a witness that both policies confirm", () => {
    const met = new Map(CHANGES.map((one) => [one, tally(one, 2)]));
    runCounted(met.values(), () =>
      fc.assert(
        fc.property(drawn(drawPair), ({ before, after }) => {
          const policies = [before, after].map((one) => loadPolicy(one, { now: () => NOW }));
          const worlds = [worldOf(before), worldOf(after)] as const;
          const { operations } = diffPolicies(policies[0] as never, policies[1] as never);
          const rows = new Map(operations.map((row) => [row.name, row]));
          for (const name of namesOf([before, after])) {
            const wanted = changeOf(worlds, name);
            countIn(met, wanted);
            const row = rows.get(rowOf([before, after], name));
            expect([name, row?.change]).toEqual([name, wanted]);
          }
          for (const { name, change, witness } of operations) {
            if (change === "equal" || witness === undefined) continue;
            const { token, params } = witness;
            const call = name.includes(" ") && !name.includes("*") ? name : witness.call;
            // from code or at a gate, which knows no internal operation
            const codes = (["decide", "decideUntrusted"] as const).map((way) => [
              name,
              ...policies.map((policy) => policy[way](token, call as never, params as never).code),
            ]);
            expect(codes).toContainEqual([name, witness.before, witness.after]);
          }
        }),
        { numRuns: runs(50), ...QUICK },
      ),
    );
  });
});
