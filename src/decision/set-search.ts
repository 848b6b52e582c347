import type { StepBudget } from "../policy/suggest.js";
import type { CoverNeed, CoverWay, ScopeCover } from "./scope-cover.js";

/** A set of elements that meets needs. */
export interface FoundSet {
  /** The number of covered elements, their risk, and the number of `roots`. A set with a lower cost, from the left, is better. */
  readonly cost: readonly number[];
  /** The elements to ask for: those that no other element of the set covers. */
  readonly roots: readonly number[];
}

/** The sets that a search found, all with the same number of covered elements, best first. */
export interface SetSearch {
  readonly sets: readonly FoundSet[];
  /** Whether no better set exists. If `false`, the search stopped at its limit, and `sets` is one irreducible set. */
  readonly exact: boolean;
}

type Costs = Pick<ScopeCover, "reach" | "costs">;

/** A set of elements to which a search adds. */
interface Covered {
  readonly has: (element: number) => boolean;
}

/** Compares two costs. Compares as many numbers as the left one has, which are not more than the right one has. */
export function compareCosts(left: readonly number[], right: readonly number[]): number {
  for (let at = 0; at < left.length; at += 1) {
    const difference = (left[at] as number) - (right[at] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Returns the sum of two costs. */
export function addCosts(left: readonly number[], right: readonly number[]): readonly number[] {
  return right.map((cost, at) => cost + (left[at] ?? 0));
}

/** The best sets found so far. */
interface BestSets {
  readonly list: () => readonly FoundSet[];
  /** Adds the set of some covered elements if it is good enough. */
  readonly add: (covered: Iterable<number>) => void;
  /** Returns whether no set with this cost and at least some more elements is good enough. */
  readonly excludes: (cost: readonly number[], least: number) => boolean;
}

function createBestSets(cover: Costs, keep: number): BestSets {
  let best: readonly FoundSet[] = [];
  return {
    list: () => best,
    add: (covered) => {
      const found = foundSet(cover, covered);
      const added = (found.cost[0] as number) - ((best[0] ?? found).cost[0] as number);
      if (added > 0 || best.some((one) => compareSets(one, found) === 0)) return;
      best = [...(added < 0 ? [] : best), found].sort(compareSets).slice(0, keep);
    },
    excludes: ([size = 0, ...risk], least) => {
      const added = size + least - ((best[0] as FoundSet).cost[0] as number);
      const worst = best.length < keep ? undefined : best.at(-1);
      const isRiskier = worst !== undefined && compareCosts(risk, worst.cost.slice(1)) > 0;
      return added > 0 || (added === 0 && isRiskier);
    },
  };
}

/**
 * Returns the sets that meet needs and cover the fewest elements, by branch and bound. It decides on the need with the fewest ways;
 * a need with one way is not a choice.
 *
 * @param keep - maximum number of sets
 */
export function searchSets(
  needs: readonly CoverNeed[],
  cover: Costs,
  keep: number,
  budget: StepBudget,
): SetSearch {
  const best = createBestSets(cover, keep);
  const visit = (
    covered: Set<number>,
    cost: readonly number[],
    open: readonly CoverNeed[],
    refused: readonly CoverWay[],
  ): void => {
    if (budget.left < 0) return;
    const { rated, cost: reached } = propagate(open, covered, cost, cover, budget);
    // the sets with a refused way were visited before
    if (refused.some((way) => isGranted(way, covered))) return;
    if (rated.length === 0) best.add(covered);
    if (rated.length === 0 || best.excludes(reached, leastAdded(rated))) return;
    const chosen = rated.reduce((left, right) => (right.length < left.length ? right : left));
    const rest = rated.map((ways) => ways.map(({ way }) => way));
    for (const [at, { fresh }] of chosen.entries()) {
      const earlier = chosen.slice(0, at).map(({ way }) => way);
      const next = addElements(reached, fresh, cover);
      visit(new Set([...covered, ...fresh]), next, rest, [...refused, ...earlier]);
    }
  };
  for (const price of pricesOf(needs)) best.add(trim(needs, cover, greedySet(needs, price)));
  visit(new Set(), [], needs, []);
  const sets = best.list();
  if (budget.left >= 0) return { sets, exact: true };
  const { roots } = sets[0] as FoundSet;
  return { sets: [foundSet(cover, trim(needs, cover, spread(cover, roots)))], exact: false };
}

/** Returns a cost with that of some more elements. */
function addElements(
  cost: readonly number[],
  elements: Iterable<number>,
  { costs }: Costs,
): readonly number[] {
  return [...elements].reduce((sum, id) => addCosts(sum, costs[id] as readonly number[]), cost);
}

/** A way with the elements that it would add. */
interface RatedWay {
  readonly way: CoverWay;
  readonly fresh: readonly number[];
}

/**
 * Adds the ways of the needs that have one way only, and returns the other needs that are not met, each with its ways in the order
 * of the number of elements that they would add.
 */
function propagate(
  needs: readonly CoverNeed[],
  covered: Set<number>,
  start: readonly number[],
  { costs }: Costs,
  budget: StepBudget,
) {
  let cost = start;
  let open = needs;
  for (;;) {
    open = open.filter((need) => !isMet(need, covered));
    const forced = open.filter((need) => need.length === 1).flat();
    if (forced.length === 0) break;
    for (const element of forced.flatMap(({ added }) => added)) {
      if (covered.has(element)) continue;
      covered.add(element);
      cost = addCosts(cost, costs[element] as readonly number[]);
    }
  }
  const rated = open.map((need) => {
    const ways = need.map((way): RatedWay => {
      budget.left -= 1 + way.added.length;
      return { way, fresh: way.added.filter((element) => !covered.has(element)) };
    });
    return ways.sort((left, right) => left.fresh.length - right.fresh.length);
  });
  return { rated, cost };
}

/** Returns a number of elements that needs add at least: the sum over needs that have no element in common. */
function leastAdded(rated: readonly (readonly RatedWay[])[]): number {
  const counted = new Set<number>();
  let sum = 0;
  for (const ways of rated) {
    const elements = ways.flatMap(({ fresh }) => fresh);
    if (elements.some((element) => counted.has(element))) continue;
    for (const element of elements) counted.add(element);
    sum += (ways[0] as RatedWay).fresh.length;
  }
  return sum;
}

function isGranted({ needed }: CoverWay, covered: Covered): boolean {
  return needed.every((element) => covered.has(element));
}

function isMet(need: CoverNeed, covered: Covered): boolean {
  return need.some((way) => isGranted(way, covered));
}

/** Returns the price of a way that would add a number of elements. */
type Price = (way: CoverWay, fresh: number) => number;

/** Returns two prices: the elements that a way adds, and the same divided by the needs that its elements are part of. */
function pricesOf(needs: readonly CoverNeed[]): readonly Price[] {
  const needsOf = needsByElement(needs, "needed");
  const usesOf = (element: number) => (needsOf.get(element) as readonly CoverNeed[]).length;
  return [
    (_, fresh) => fresh,
    ({ needed }, fresh) => fresh / needed.reduce((sum, element) => sum + usesOf(element), 0),
  ];
}

/** Returns a set that meets needs: for each need in turn, the cheapest way. */
function greedySet(needs: readonly CoverNeed[], priceOf: Price): ReadonlySet<number> {
  const covered = new Set<number>();
  for (const need of needs.toSorted((left, right) => left.length - right.length)) {
    if (isMet(need, covered)) continue;
    const prices = need.map((way) => {
      const fresh = way.added.filter((element) => !covered.has(element));
      return { way, price: priceOf(way, fresh.length) };
    });
    const { way } = prices.reduce((left, right) => (right.price < left.price ? right : left));
    for (const element of way.added) covered.add(element);
  }
  return covered;
}

/** Returns the needs that have each element in one of their ways. */
export function needsByElement(
  needs: readonly CoverNeed[],
  elements: keyof CoverWay,
): ReadonlyMap<number, readonly CoverNeed[]> {
  const needsOf = new Map<number, CoverNeed[]>();
  for (const need of needs) {
    for (const element of new Set(need.flatMap((way) => way[elements]))) {
      const known = needsOf.get(element);
      if (known === undefined) needsOf.set(element, [need]);
      else known.push(need);
    }
  }
  return needsOf;
}

/** Returns a set without the elements to ask for that the needs do not need. Visits each need for its elements only. */
function trim(
  needs: readonly CoverNeed[],
  cover: Costs,
  covered: ReadonlySet<number>,
): ReadonlySet<number> {
  const { reach } = cover;
  const { roots } = foundSet(cover, covered);
  const needsOf = needsByElement(needs, "needed");
  const counts = new Map<number, number>();
  const add = (root: number, number: number) => {
    for (const element of reach.get(root) as readonly number[])
      counts.set(element, (counts.get(element) ?? 0) + number);
  };
  const left = { has: (element: number) => (counts.get(element) ?? 0) > 0 };
  for (const root of roots) add(root, 1);
  const kept = roots.toReversed().filter((root) => {
    add(root, -1);
    const lost = (reach.get(root) as readonly number[]).filter((element) => !left.has(element));
    const touched = new Set(lost.flatMap((element) => needsOf.get(element) ?? []));
    if ([...touched].every((need) => isMet(need, left))) return false;
    add(root, 1);
    return true;
  });
  return spread(cover, kept);
}

/** Returns the elements that some elements cover. */
function spread({ reach }: Costs, roots: readonly number[]): ReadonlySet<number> {
  return new Set(roots.flatMap((root) => reach.get(root) as readonly number[]));
}

/** Returns a set of covered elements with its cost and the elements to ask for. */
function foundSet(cover: Costs, covered: Iterable<number>): FoundSet {
  const { reach } = cover;
  const elements = [...covered].sort((left, right) => left - right);
  const others = new Set(
    elements.flatMap((root) => (reach.get(root) ?? []).filter((element) => element !== root)),
  );
  const roots = elements.filter((element) => !others.has(element));
  const cost = addElements([], elements, cover);
  return { cost: [...cost, roots.length], roots };
}

/** Compares two sets by cost, then by the declared order of the elements to ask for. */
function compareSets(left: FoundSet, right: FoundSet): number {
  return compareCosts(left.cost, right.cost) || compareCosts(left.roots, right.roots);
}
