import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import type { ScopeNeed } from "../../src/decision/scope-cover.js";
import { smallestSets } from "../../src/decision/smallest-sets.js";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";

const namesOf = (count: number) => Array.from({ length: count }, (_, at) => `s${at}:read`);

function policyOf(names: readonly string[]) {
  const scopes = Object.fromEntries(names.map((name) => [name, {}]));
  return compiledPolicyOf(loadPolicy({ name: "P", version: "1", scopes }));
}

function setsOf(names: readonly string[], needs: readonly ScopeNeed[], keep = 3) {
  const { sets, exact } = smallestSets(policyOf(names), needs, new Map(), false, keep);
  return { sets: sets.map((set) => set.map(({ text }) => text)), exact };
}

/** Needs of which each has three ways, with few scopes in common: no bound tells early that a choice is bad. */
function hardNeeds(names: readonly string[], count: number): readonly ScopeNeed[] {
  return Array.from({ length: count }, (_, at) =>
    [3, 7, 11].map((step) => [
      names[(at * step + step) % names.length] as string,
      names[(at * at + step) % names.length] as string,
    ]),
  );
}

describe("the smallest sets", () => {
  it("of no needs are one empty set", () => {
    expect(setsOf([], [])).toEqual({ sets: [[]], exact: true });
  });

  it("of needs that have no scope in common are found one by one", () => {
    const names = namesOf(200);
    const needs = Array.from({ length: 100 }, (_, at) => [
      [names[2 * at + 1] as string],
      [names[2 * at] as string],
    ]);
    const { sets, exact } = setsOf(names, needs);
    expect(exact).toBe(true);
    expect(sets[0]).toEqual(names.filter((_, at) => at % 2 === 0));
    expect(sets).toHaveLength(3);
  });

  it("of many needs for one of two scopes are found without a deep search", () => {
    const names = namesOf(3_001);
    const needs = names.slice(1).map((name) => [[name], ["s0:read"]]);
    expect(setsOf(names, needs).sets[0]).toEqual(["s0:read"]);
  });

  it("beyond 1,000,000 steps are one set that is enough, without a scope too many, and the best one of a smaller part", () => {
    const names = namesOf(157);
    const [hard, small] = [names.slice(0, 150), names.slice(150)];
    // the cheapest way of each need in turn would not be the best set
    const pairs = ["51", "41", "30", "26", "65", "64"].map((pair) => [...pair].map(Number));
    const smallNeeds = pairs.map((pair) => pair.map((at) => [small[at] as string]));
    const needs = [...hardNeeds(hard, 140), ...smallNeeds];
    const { sets, exact } = setsOf(names, needs);
    expect(exact).toBe(false);
    // the smaller part has two sets of the same size
    expect(sets).toHaveLength(2);
    const [set = []] = sets;
    const isEnough = (scopes: readonly string[]) =>
      needs.every((ways) => ways.some((way) => way.every((scope) => scopes.includes(scope))));
    expect(isEnough(set)).toBe(true);
    for (const left of set) expect(isEnough(set.filter((scope) => scope !== left))).toBe(false);
    expect(set.filter((scope) => small.includes(scope))).toEqual([small[0], small[1], small[6]]);
  });
});
