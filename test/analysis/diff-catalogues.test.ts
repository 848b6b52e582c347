// The policies of real providers: nothing changes without a change, and one changed rule is one changed operation.

import { fileURLToPath } from "node:url";
import { loadPolicy, type Policy } from "scope-policy";
import { diffPolicies } from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import { type Built, buildPolicy } from "../catalogues/harness/build.js";
import { readCatalogue } from "../catalogues/harness/catalogue.js";
import { LIBRARY } from "../catalogues/harness/engine.js";
import { readSources } from "../catalogues/harness/source.js";
import { createTally } from "../catalogues/harness/tally.js";
import { decideWitness } from "./decide-witness.js";

const COPIES = fileURLToPath(new URL("../catalogues/copies", import.meta.url));

/** Maximum number of operations of one catalogue: spread over it, since all of them take minutes. */
const MAX_OPERATIONS = process.env["SWEEP_FULL"] === "1" ? 300 : 40;

type Rules = Readonly<Record<string, unknown>>;

/** The rules of a catalogue, and a change of one of them. */
interface Mutation {
  readonly tools: Rules;
  readonly endpoints: Rules;
  readonly kind: "tools" | "endpoints";
  readonly name: string;
  /** The scope that the changed rule requires. */
  readonly scope: string;
  readonly change: "wider" | "different";
}

/** Returns entries that are spread over a record, with one of them always included. */
function spread(rules: Rules, included: string): Rules {
  const entries = Object.entries(rules);
  const step = Math.ceil(entries.length / MAX_OPERATIONS);
  return Object.fromEntries(entries.filter(([name], at) => at % step === 0 || name === included));
}

/** Returns a mutation of the first rule, from the middle on, that does not allow each scope already. */
function mutationOf({ policy, units, model, scopes, reserved, valueFor }: Built): Mutation {
  const { tools = {}, endpoints = {} } = policy.definition as { tools?: Rules; endpoints?: Rules };
  const others = scopes.filter((name) => !reserved.has(name) && !/[{<]/.test(name));
  const middle = Math.floor(units.length / 2);
  for (const { target, alternatives, isPublic, params } of [
    ...units.slice(middle),
    ...units.slice(0, middle),
  ]) {
    const { kind, key: name } = target;
    if (isPublic || Object.keys(params).length > 0 || name.endsWith(".filtered")) continue;
    const values = policy.operation(name).params.map((param) => [param, valueFor(param)] as const);
    const scope = others.find(
      (one) =>
        !policy.decide({ scope: one }, name as never, Object.fromEntries(values) as never).allowed,
    );
    if (scope === undefined) continue;
    // a client with an alternative that does not cover the scope loses the operation
    const isNarrower = alternatives.some((all) => !model.closure(all).has(scope));
    const kept = { tools: spread(tools, name), endpoints: spread(endpoints, name) };
    return { ...kept, kind, name, scope, change: isNarrower ? "different" : "wider" };
  }
  // a catalogue without operations, of which some have no scopes either
  const [from = "", scope = ""] = [...others, ...SCOPES];
  const isNarrower = !model.closure([from]).has(scope);
  const change = isNarrower ? "different" : "wider";
  return { tools: { read: from }, endpoints: {}, kind: "tools", name: "read", scope, change };
}

/** Scopes that are declared in addition. */
const SCOPES = ["first", "second"];

const NO_CHANGE = { scopes: [], unproved: [], semver: "patch" };

/** Checks both differences: that of a policy and itself, and that with the mutation. */
function checkCatalogue(built: Built): void {
  const { tools, endpoints, kind, name, scope, change } = mutationOf(built);
  const declared = Object.fromEntries(SCOPES.map((one) => [one, {}]));
  const scopes = { ...built.policy.definition.scopes, ...declared };
  const definition = { ...built.policy.definition, scopes, tools, endpoints };
  const before: Policy = loadPolicy(definition);
  const same = diffPolicies(before, loadPolicy(definition));
  expect(same).toMatchObject(NO_CHANGE);
  expect(same.operations.filter((one) => one.change !== "equal")).toEqual([]);
  expect(same.operations).toHaveLength(Object.keys({ ...tools, ...endpoints }).length);

  const rules = { ...{ tools, endpoints }[kind], [name]: scope };
  const after: Policy = loadPolicy({ ...definition, [kind]: rules });
  const { operations, ...rest } = diffPolicies(before, after);
  expect(rest).toEqual({
    ...NO_CHANGE,
    semver: change === "different" ? "major" : "minor",
  });
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

describe("the difference of", () => {
  it.each(sources.map((source) => [source.name, source] as const))(
    "%s and itself is nothing, and a rule with another scope changes one operation",
    { timeout: 600_000 },
    (_name, source) => {
      const tally = createTally();
      const built = buildPolicy(readCatalogue(source, tally), LIBRARY, tally);
      if (built === undefined) throw new Error("the library rejects the catalogue");
      checkCatalogue(built);
    },
  );

  it("each of 40 catalogues is checked", () => {
    expect(sources).toHaveLength(40);
  });
});
