/**
 * Creates random numbers that are the same in every run (mulberry32).
 *
 * @param {number} seed
 */
export function createRandom(seed) {
  let state = seed;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (/** @type {number} */ limit) => Math.floor(random() * limit);
  return {
    random,
    below,
    /** @type {<Item>(list: readonly Item[]) => Item} */
    pick: (list) => /** @type {never} */ (list[below(list.length)]),
  };
}
