import { loadPolicy, type PolicyDefinition } from "scope-policy";
import { describe, expect, it } from "vitest";
import { createScopeCover, type ScopeNeed } from "../../src/decision/scope-cover.js";
import { smallestSets } from "../../src/decision/smallest-sets.js";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";
import { expandTokens } from "../../src/policy/scope-meanings.js";
import { titled } from "../titled.js";

type Scopes = PolicyDefinition["scopes"];

interface Question {
  readonly scopes: Scopes;
  readonly needs: readonly ScopeNeed[];
  readonly held?: readonly string[];
  readonly firstParty?: boolean;
}

function read({ scopes, needs, held = [], firstParty = false }: Question) {
  const definition = { name: "P", version: "1", tiers: ["free", "pro"], scopes };
  const policy = compiledPolicyOf(loadPolicy(definition));
  return [policy, needs, expandTokens(policy, held, firstParty), firstParty] as const;
}

const named = (...names: readonly string[]): Scopes =>
  Object.fromEntries(names.map((name) => [name, {}]));

const FILES = { "/files/{path}": { match: "path-prefix" } } as const;

describe("needs as numbers", () => {
  const ROWS: readonly (Question & {
    readonly title: string;
    readonly meanings: readonly string[];
    readonly ways: readonly (readonly (readonly number[])[])[];
    readonly reach: readonly (readonly [number, readonly number[]])[];
  })[] = [
    {
      title: "have the declared scopes of their ways in declared order",
      scopes: named("a", "b", "c"),
      needs: [[["c"], ["a", "unknown"]]],
      meanings: ["a", "c"],
      ways: [[[1], [0]]],
      reach: [
        [1, [1]],
        [0, [0]],
      ],
    },
    {
      title: "have what a scope implies",
      scopes: { a: {}, b: {}, all: { implies: ["b", "a"] }, some: { implies: ["b"] } },
      needs: [[["all"], ["some"]]],
      meanings: ["a", "b", "all", "some"],
      ways: [[[2], [3]]],
      reach: [
        [2, [2, 0, 1]],
        [3, [3, 1]],
      ],
    },
    {
      title: "have what a value covers",
      scopes: FILES,
      needs: [[["/files/a"]], [["/files/a/b"]], [["/files/ab"]]],
      meanings: ["/files/a", "/files/a/b", "/files/ab"],
      ways: [[[0]], [[1]], [[2]]],
      reach: [
        [0, [0, 1]],
        [1, [1]],
        [2, [2]],
      ],
    },
    {
      title: "lack what is held or covered",
      scopes: { all: { implies: ["a"] }, a: {}, b: {}, c: {}, ...FILES },
      needs: [[["a"], ["b"]], [["a", "c"]], [["/files/a/b", "b"]]],
      held: ["all", "/files/a"],
      meanings: ["b", "c"],
      ways: [[[1]], [[0]]],
      reach: [
        [0, [0]],
        [1, [1]],
      ],
    },
    {
      title: "are listed once, and apart if the digits of their numbers are the same",
      scopes: named(...Array.from({ length: 13 }, (_, at) => `s${at}`)),
      needs: [
        [Array.from({ length: 13 }, (_, at) => `s${at}`)],
        [["s1"], ["s2"]],
        [["s12"]],
        [["s1", "s2"]],
        [["s1"], ["s2"]],
        [["s2"], ["s1"]],
      ],
      meanings: Array.from({ length: 13 }, (_, at) => `s${at}`),
      ways: [[Array.from({ length: 13 }, (_, at) => at)], [[1], [2]], [[12]], [[1, 2]], [[2], [1]]],
      reach: Array.from({ length: 13 }, (_, at) => [at, [at]] as const),
    },
    {
      title: "lack a reserved scope for a third party",
      scopes: { a: {}, own: { reserved: true } },
      needs: [[["own", "a"]]],
      meanings: ["a"],
      ways: [[[0]]],
      reach: [[0, [0]]],
    },
    {
      title: "have a reserved scope for a first party",
      scopes: { a: {}, own: { reserved: true } },
      needs: [[["own", "a"]]],
      firstParty: true,
      meanings: ["a", "own"],
      ways: [[[1, 0]]],
      reach: [
        [1, [1]],
        [0, [0]],
      ],
    },
  ];

  it.each(titled(ROWS))("%s", (_title, { meanings, ways, reach, ...question }) => {
    const cover = createScopeCover(...read(question));
    expect(cover.meanings.map(({ text }) => text)).toEqual(meanings);
    expect(cover.needs.map((need) => need.map(({ needed }) => needed))).toEqual(ways);
    expect([...cover.reach]).toEqual(reach);
    for (const { needed, added } of cover.needs.flat()) {
      const all = needed.flatMap((element) => cover.reach.get(element) ?? []);
      expect(added).toEqual([...new Set(all)]);
    }
  });

  const COSTS: readonly (readonly [name: string, options: Scopes[string], cost: number[]])[] = [
    ["notes:read", {}, [1, 0, 0, 0, 0]],
    ["notes:list", { default: "on", tier: "free" }, [1, 0, 0, 0, 1]],
    ["notes:view", { default: "off", tier: "pro" }, [1, 1, 0, 0, 2]],
    ["notes:get", { warning: "Shows all notes" }, [1, 0, 1, 0, 0]],
    ["notes:write", {}, [1, 0, 0, 1, 0]],
    ["notes", {}, [1, 0, 0, 1, 0]],
  ];
  const costs = titled(COSTS, ([name, options, cost]) => {
    const given = JSON.stringify(options);
    return `have the cost ${cost.join(" ")} for ${name} with ${given}`;
  });
  it.each(costs)("%s", (_title, [name, options, cost]) => {
    const cover = createScopeCover(...read({ scopes: { [name]: options }, needs: [[[name]]] }));
    expect(cover.costs).toEqual([cost]);
  });
});

describe("the smallest sets of scopes", () => {
  const OFF = { default: "off" } as const;
  const ROWS: readonly (Question & {
    readonly title: string;
    readonly sets: readonly string[];
    readonly keep?: number;
  })[] = [
    {
      title: "of needs in two parts are the best of all pairs",
      scopes: { a: OFF, b: {}, c: { default: "off", warning: "Careful" }, d: {} },
      needs: [
        [["a"], ["b"]],
        [["c"], ["d"]],
      ],
      sets: ["b d", "a d", "b c"],
    },
    {
      title: "are as many as are kept",
      scopes: named("a", "b", "c", "d"),
      needs: [
        [["a"], ["b"]],
        [["c"], ["d"]],
      ],
      keep: 2,
      sets: ["a c", "a d"],
    },
    {
      title: "of parts that alternate are each in declared order",
      scopes: named("a", "b", "c", "d", "e", "f"),
      needs: [[["f", "b"]], [["e"]], [["a", "f"]]],
      sets: ["a b e f"],
    },
    {
      title: "are found where needs have elements in common with several others",
      scopes: named("a", "b", "c", "d", "e"),
      needs: [
        [["a"], ["b"]],
        [["d"], ["e"]],
        [["b"], ["c"]],
        [["c"], ["d"]],
      ],
      sets: ["b d"],
    },
    {
      title: "are one empty set if the token has all",
      scopes: named("a"),
      needs: [[["a"]]],
      held: ["a"],
      sets: [""],
    },
  ];
  it.each(titled(ROWS))("%s", (_title, { sets, keep = 3, ...question }) => {
    const found = smallestSets(...read(question), keep);
    expect(found.exact).toBe(true);
    expect(found.sets.map((set) => set.map(({ text }) => text).join(" "))).toEqual(sets);
  });
});

describe("a search for the smallest sets of scopes that reaches its limit", () => {
  it("returns the best ones of the smaller part, which it searches first", () => {
    // a scope that implies others takes more steps, so the limit is reached in a shorter time
    const implied = Array.from({ length: 60 }, (_, at) =>
      Array.from({ length: 30 }, (_, part) => `s${at}_${part}`),
    );
    const large = implied.map((implies, at) => [`s${at}`, { implies }] as const);
    const scopes = { ...named(...implied.flat(), ..."abcdefg"), ...Object.fromEntries(large) };
    // each need has three ways, with few scopes in common: no bound tells early that a choice is bad
    const hard = Array.from({ length: 56 }, (_, at) =>
      [3, 7, 11].map((step) => [`s${(at * step + step) % 60}`, `s${(at * at + step) % 60}`]),
    );
    // the cheapest way of each need in turn would not be the best set
    const small = ["fb", "eb", "da", "cg", "gf", "ge"].map((pair) => [...pair].map((one) => [one]));
    const { sets, exact } = smallestSets(...read({ scopes, needs: [...hard, ...small] }), 3);
    expect(exact).toBe(false);
    const ofSmall = sets.map((set) => set.filter(({ text }) => text.length === 1));
    expect(ofSmall.map((set) => set.map(({ text }) => text).join(" "))).toEqual(["a b g", "b d g"]);
  });
});
