/** Random choices that are the same for the same seed. */
export interface Random {
  /** Returns a whole number from 0 to below `limit`. */
  below(limit: number): number;
  pick<Item>(list: readonly Item[]): Item;
  /** Returns a text of the form of a UUID. */
  id(): string;
}

/** Creates random choices of a seed (a linear congruential generator with the constants of Numerical Recipes). */
export function createRandom(seed: number): Random {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const hex = (length: number) => Array.from({ length }, () => below(16).toString(16)).join("");
  return {
    below,
    pick: <Item>(list: readonly Item[]) => list[below(list.length)] as Item,
    id: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
  };
}
