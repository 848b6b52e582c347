// The policies of real providers: nothing changes without a change, and one changed rule is one changed operation.

import { fileURLToPath } from "node:url";
import { loadPolicy, type Policy } from "scope-policy";
import { diffPolicies } from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import { type Built, buildPolicy, type Unit } from "../catalogues/harness/build.js";
import { readCatalogue } from "../catalogues/harness/catalogue.js";
import { LIBRARY } from "../catalogues/harness/engine.js";
import { readSources } from "../catalogues/harness/source.js";
import { createTally } from "../catalogues/harness/tally.js";
import { decideWitness } from "./decide-witness.js";

const COPIES = fileURLToPath(new URL("../catalogues/copies", import.meta.url));

/** Number of rules that are changed, each alone. */
const MUTATIONS = process.env["SWEEP_FULL"] === "1" ? 10 : 1;

type Rules = Readonly<Record<string, unknown>>;

/** A policy, and a change of one of its rules. */
interface Mutation {
  readonly before: Policy;
  readonly kind: "tools" | "endpoints";
  readonly name: string;
  /** The only scope that the changed rule requires. */
  readonly scope: string;
  readonly change: "wider" | "different";
}

/** Returns a mutation of a rule that does not allow each scope already; `undefined` if there is no other scope for it. */
function mutationOf(built: Built, unit: Unit): Mutation | undefined {
  const { policy, model, scopes, reserved, valueFor } = built;
  const { kind, key: name } = unit.target;
  if (unit.isPublic || Object.keys(unit.params).length > 0 || unit.enrichedBy !== undefined)
    return undefined;
  const values = policy.operation(name).params.map((param) => [param, valueFor(param)] as const);
  const params = Object.fromEntries(values);
  const scope = scopes.find(
    (one) =>
      !reserved.has(one) &&
      !/[{<]/.test(one) &&
      !policy.decide({ scope: one }, name as never, params as never).allowed,
  );
  if (scope === undefined) return undefined;
  // a client with an alternative that does not cover the scope loses the operation
  const isNarrower = unit.alternatives.some((all) => !model.closure(all).has(scope));
  const change = isNarrower ? "different" : "wider";
  return { before: policy, kind, name, scope, change };
}

/** Returns mutations of rules that are spread over a catalogue; that of another tool for a catalogue without a suitable rule. */
function mutationsOf(built: Built): readonly Mutation[] {
  const { units, policy } = built;
  const step = Math.ceil(units.length / MUTATIONS);
  const found: Mutation[] = [];
  for (let first = Math.floor(step / 2); first < units.length; first += step) {
    for (const unit of units.slice(first, first + step)) {
      const mutation = mutationOf(built, unit);
      if (mutation === undefined) continue;
      found.push(mutation);
      break;
    }
  }
  if (found.length > 0) return found;
  const { definition } = policy;
  const scopes = { ...definition.scopes, first: {}, second: {} };
  const tools = { ...rulesOf(policy).tools, read: "first" };
  const before: Policy = loadPolicy({ ...definition, scopes, tools });
  return [{ before, kind: "tools", name: "read", scope: "second", change: "different" }];
}

function rulesOf({ definition }: Policy): { readonly tools?: Rules; readonly endpoints?: Rules } {
  return definition;
}

const NO_CHANGE = { scopes: [], unproved: [], semver: "patch" };

/** Checks the difference of a policy and itself. */
function checkSame(policy: Policy): void {
  const again: Policy = loadPolicy(policy.definition);
  const { operations, ...rest } = diffPolicies(policy, again);
  const { tools, endpoints } = rulesOf(policy);
  expect(rest).toEqual(NO_CHANGE);
  expect(operations.filter((one) => one.change !== "equal")).toEqual([]);
  expect(operations).toHaveLength(Object.keys({ ...tools, ...endpoints }).length);
}

/** Checks the difference of a policy and one with a changed rule. */
function checkMutation({ before, kind, name, scope, change }: Mutation): void {
  const rules = { ...rulesOf(before)[kind], [name]: scope };
  const after: Policy = loadPolicy({ ...before.definition, [kind]: rules });
  const { operations, ...rest } = diffPolicies(before, after);
  expect(rest).toEqual({ ...NO_CHANGE, semver: change === "different" ? "major" : "minor" });
  const changed = operations.filter((one) => one.change !== "equal");
  expect(changed.map((one) => [one.name, one.change])).toEqual([[name, change]]);
  const [{ witness, narrowing } = {}] = changed;
  expect(witness?.after).toBe("allowed");
  expect(narrowing?.before).toBe(change === "different" ? "allowed" : undefined);
  for (const shown of [witness ?? [], narrowing ?? []].flat()) {
    const codes = [before, after].map((policy) => decideWitness(policy, shown).code);
    expect(codes).toEqual([shown.before, shown.after]);
  }
}

const sources = await readSources([COPIES]);

describe("diffPolicies", () => {
  it.each(sources.map((source) => [source.name, source] as const))(
    "finds no change between %s and itself, and one changed operation after a rule requires another scope",
    { timeout: 600_000 },
    (_name, source) => {
      const tally = createTally();
      const built = buildPolicy(readCatalogue(source, tally), LIBRARY, tally);
      if (built === undefined) throw new Error("the library rejects the catalogue");
      checkSame(built.policy);
      for (const mutation of mutationsOf(built)) checkMutation(mutation);
    },
  );

  it("compares each of 40 catalogues", () => {
    expect(sources).toHaveLength(40);
  });
});
