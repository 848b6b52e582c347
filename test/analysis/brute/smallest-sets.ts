// The smallest sets of scopes that fulfil a condition, found among all sets.

import {
  type Account,
  closureOf,
  countOf,
  grantableTo,
  reducedTexts,
  type World,
} from "./naive.js";

/** The sets of scopes that are the smallest, without the scopes that a client has already. */
export interface Smallest {
  /** The scopes that consent can give in addition. */
  readonly grantable: number;
  readonly sets: readonly number[];
}

/**
 * Returns the sets with the fewest scopes, implied ones included, that a client must be granted in addition to those that it has.
 *
 * @param isEnough - whether a set is enough, given what the client has with everything that consent can give
 * @param never - scopes that the client is not asked for
 */
export function smallestSets(
  world: World,
  account: Account,
  start: number,
  isEnough: (set: number, all: number) => boolean,
  never = 0,
): Smallest {
  const grantable = grantableTo(world, account) & ~never;
  const asked = world.atoms.filter(({ bit }) => (grantable & bit) !== 0);
  const found = new Set([start]);
  for (const { bit } of asked) {
    const closure = closureOf(world, bit);
    for (const set of [...found]) found.add(set | closure);
  }
  const all = start | closureOf(world, grantable);
  const enough = [...found].filter((set) => isEnough(set, all)).map((set) => set & ~start);
  const least = Math.min(...enough.map(countOf));
  return { grantable: all, sets: enough.filter((set) => countOf(set) === least) };
}

/** A set as text, and what decides between sets of the same size. */
export interface Ranked {
  readonly text: string;
  /** The number of scopes, implied ones included. */
  readonly size: number;
  readonly tokens: number;
  /** What decides, the most important first: less is better. */
  readonly order: readonly number[];
}

/** Returns whether the name of a scope says that it only reads. */
const isReading = (scope: string): boolean => /read$/.test(scope);

/** Returns sets in order: those with the least risk first, then those with fewer tokens, then in declared order. */
export function rankedSets(world: World, sets: readonly number[]): Ranked[] {
  const { scopes, tiers = [] } = world.definition;
  const ranked = sets.map((set): Ranked => {
    const members = world.atoms.filter(({ bit }) => (set & bit) !== 0);
    const options = members.map(({ scope }) => scopes[scope] ?? {});
    const texts = reducedTexts(world, set);
    const ranks = options.map(({ tier }) => (tier === undefined ? -1 : tiers.indexOf(tier)));
    return {
      text: texts.join(" "),
      size: members.length,
      tokens: texts.length,
      order: [
        options.filter((one) => one.default === "off").length,
        options.filter(({ warning }) => warning !== undefined).length,
        members.filter(({ scope }) => !isReading(scope)).length,
        Math.max(-1, ...ranks),
        texts.length,
        ...texts.map((text) => world.atoms.findIndex((atom) => atom.text === text)),
      ],
    };
  });
  return ranked.sort((one, other) => {
    const at = one.order.findIndex((value, index) => value !== other.order[index]);
    return at === -1 ? 0 : (one.order[at] as number) - (other.order[at] as number);
  });
}
