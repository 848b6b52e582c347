import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { Meaning, Meanings } from "../policy/scope-meanings.js";
import { type CoverNeed, createScopeCover, type ScopeNeed } from "./scope-cover.js";
import {
  addCosts,
  compareCosts,
  type FoundSet,
  needsByElement,
  type SetSearch,
  searchSets,
} from "./set-search.js";

/** Maximum number of steps of one search for the smallest sets: elements of ways that are looked at. */
const MAX_SEARCH_STEPS = 1_000_000;

/** The smallest sets of scopes that meet needs. */
export interface SmallestSets {
  /** The sets, all of the same size, best first, each in declared order. Never empty. */
  readonly sets: readonly (readonly Meaning[])[];
  /** Whether no better set exists. If `false`, the search stopped at its limit: the first set is irreducible, and can be larger. */
  readonly exact: boolean;
}

/**
 * Returns the smallest sets of scopes that meet needs in addition to what is held. The size of a set is the number of meanings that it
 * adds, including implied ones. Of sets of the same size, the one with the least risk is first: the fewest meanings that are off by
 * default, then with a warning, then that can change data, then the lowest tiers; then the one with the fewest scopes.
 *
 * @param firstParty - whether reserved scopes have a meaning
 * @param keep - maximum number of sets
 */
export function smallestSets(
  policy: CompiledPolicy,
  needs: readonly ScopeNeed[],
  held: Meanings,
  firstParty: boolean,
  keep: number,
): SmallestSets {
  const cover = createScopeCover(policy, needs, held, firstParty);
  const budget = { left: MAX_SEARCH_STEPS };
  const parts = componentsOf(cover.needs);
  const found = new Map<number, SetSearch>();
  // the small parts first, so that a large one does not use up the steps of all
  const bySize = [...parts.entries()].sort(([, left], [, right]) => left.length - right.length);
  for (const [at, part] of bySize) found.set(at, searchSets(part, cover, keep, budget));
  let joined: readonly JoinedSet[] = [{ cost: [], roots: [], before: undefined }];
  for (const at of parts.keys()) joined = join(joined, (found.get(at) as SetSearch).sets, keep);
  return {
    sets: joined.map((set) => rootsOf(set).map((root) => cover.meanings[root] as Meaning)),
    exact: [...found.values()].every(({ exact }) => exact),
  };
}

/** A set of one part of the needs after the sets of the parts before it. */
interface JoinedSet extends FoundSet {
  readonly before: JoinedSet | undefined;
}

/** Returns the best unions of one set of each list. */
function join(
  all: readonly JoinedSet[],
  sets: readonly FoundSet[],
  keep: number,
): readonly JoinedSet[] {
  const unions = all.flatMap((before) =>
    sets.map(({ cost, roots }) => ({ cost: addCosts(before.cost, cost), roots, before })),
  );
  return unions.sort((left, right) => compareCosts(left.cost, right.cost)).slice(0, keep);
}

function rootsOf(set: JoinedSet): readonly number[] {
  const roots: number[] = [];
  for (let one: JoinedSet | undefined = set; one !== undefined; one = one.before)
    roots.push(...one.roots);
  return roots.sort((left, right) => left - right);
}

/** Returns the parts of needs that have no element in common, so that each can be solved alone. */
function componentsOf(needs: readonly CoverNeed[]): readonly (readonly CoverNeed[])[] {
  const needsOf = needsByElement(needs, "added");
  const seen = new Set<CoverNeed>();
  const reached = new Set<number>();
  return needs.flatMap((start) => {
    if (seen.has(start)) return [];
    const part = new Set([start]);
    for (const need of part) {
      seen.add(need);
      for (const element of need.flatMap(({ added }) => added)) {
        if (reached.has(element)) continue;
        reached.add(element);
        for (const other of needsOf.get(element) as readonly CoverNeed[]) part.add(other);
      }
    }
    return [[...part]];
  });
}
