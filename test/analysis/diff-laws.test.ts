import fc from "fast-check";
import { diffPolicies, type OperationChange } from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import { QUICK } from "../model/counted.js";
import { runOften, tally } from "../often.js";
import { runs, TIMEOUT } from "./brute/runs.js";
import { decideWitness } from "./decide-witness.js";
import { policyPairs } from "./random-policies.js";

const gradeOf = (decision: { readonly allowed: boolean; readonly enriched?: boolean }) =>
  Number(decision.allowed) + Number(decision.enriched ?? false);

const MIRRORED: Readonly<Record<OperationChange["change"], OperationChange["change"]>> = {
  wider: "narrower",
  narrower: "wider",
  different: "different",
  equal: "equal",
  added: "removed",
  removed: "added",
};

const showChange = ({ name, change }: OperationChange) => `${name}: ${change}`;

describe("the difference of two random policies", { timeout: TIMEOUT }, () => {
  it("has no change for a policy and itself", () => {
    fc.assert(
      fc.property(policyPairs, ({ before }) => {
        const { operations, scopes, unproved, semver } = diffPolicies(before, before);
        expect(operations.filter(({ change }) => change !== "equal")).toEqual([]);
        expect([scopes, unproved, semver]).toEqual([[], [], "patch"]);
      }),
      { numRuns: runs(15), ...QUICK },
    );
  });

  it("is mirrored if the policies are exchanged", () => {
    const changes = tally("an operation that is not equal", 13);
    runOften([changes], () =>
      fc.assert(
        fc.property(policyPairs, ({ before, after }) => {
          if (after === undefined) return;
          const there = diffPolicies(before, after).operations;
          const back = diffPolicies(after, before).operations.map((one) => ({
            name: one.previousName ?? one.name,
            change: MIRRORED[one.change],
          }));
          expect(there.map(showChange).sort()).toEqual(back.map(showChange).sort());
          changes.count += there.filter(({ change }) => change !== "equal").length;
        }),
        { numRuns: runs(20), ...QUICK },
      ),
    );
  });

  it("shows each change with a call that both policies decide as the witness has it", () => {
    const witnesses = tally("a witness", 13);
    runOften([witnesses], () =>
      fc.assert(
        fc.property(policyPairs, ({ before, after }) => {
          if (after === undefined) return;
          for (const { change, witness, narrowing } of diffPolicies(before, after).operations) {
            if (change === "equal") expect(witness).toBe(undefined);
            else if (change !== "added" && change !== "removed") expect(witness).toBeDefined();
            for (const shown of [witness ?? [], narrowing ?? []].flat()) {
              const [old, now] = [before, after].map((policy) => decideWitness(policy, shown));
              expect([old?.code, now?.code]).toEqual([shown.before, shown.after]);
              const isWider =
                gradeOf(now ?? { allowed: false }) > gradeOf(old ?? { allowed: false });
              const expected = shown !== narrowing && change !== "narrower" && change !== "removed";
              expect(isWider).toBe(expected);
              witnesses.count += 1;
            }
          }
        }),
        { numRuns: runs(20), ...QUICK },
      ),
    );
  });
});
