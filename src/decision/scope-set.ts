/**
 * A set of scope ids. The first 64 scopes of a policy are bits of two numbers, so that the sets of most policies need no table: a table
 * takes some 64 bytes of each token that is held.
 */
export interface ScopeSet {
  readonly low: number;
  readonly high: number;
  /**
   * The ids from 64 on if there are few of them: a hash table whose slots are the characters of a text, each the id as a code, or 0
   * for an empty slot. An array would be two objects of 8 bytes a slot in place of one of at most 2, for each token that is held; with 1,000
   * tokens and 1,000 scopes, an array that is searched from its start costs 10 of 75 ns. `MAX_NAMES` is below the largest code.
   */
  readonly table: string | undefined;
  /** The ids from 64 on if there are many, as bits: 32 in a word, by the id divided by 32. */
  readonly words: readonly number[] | undefined;
}

/** The first id that is not a bit of `low` or `high`. */
const FIRST_FAR = 64;
/** Number of ids up to which a set is a table. If all of them want one slot, a look-up reads as many slots and an empty one. */
const MOST_IN_TABLE = 24;
/** A quarter of the slots is empty at least, so that a look-up of an id of the set seldom reads more than two, and of another one 2 to 5. */
const MOST_USED = 3 / 4;

/** Creates the set of some ids. */
export function createScopeSet(ids: readonly number[]): ScopeSet {
  let low = 0;
  let high = 0;
  const far = new Set<number>();
  for (const id of ids) {
    if (id < 32) low |= 1 << id;
    else if (id < FIRST_FAR) high |= 1 << id;
    else far.add(id);
  }
  if (far.size === 0) return { low, high, table: undefined, words: undefined };
  return far.size > MOST_IN_TABLE
    ? { low, high, table: undefined, words: wordsOf([...far]) }
    : { low, high, table: tableOf([...far]), words: undefined };
}

function wordsOf(ids: readonly number[]): readonly number[] {
  const words = Array.from({ length: (Math.max(...ids) >>> 5) + 1 }, () => 0);
  for (const id of ids) words[id >>> 5] = (words[id >>> 5] as number) | (1 << id);
  return words;
}

function tableOf(ids: readonly number[]): string {
  let length = 2;
  while (ids.length > length * MOST_USED) length *= 2;
  const slots = Array.from({ length }, () => 0);
  for (const id of ids) {
    let at = id;
    while (slots[at % length] !== 0) at += 1;
    slots[at % length] = id;
  }
  return String.fromCharCode(...slots);
}

/** Returns whether an id is in a table. An empty slot ends the search, and every table has one. */
export function isInTable(table: string, id: number): boolean {
  const mask = table.length - 1; // the length is a power of two
  for (let at = id; ; at += 1) {
    const one = table.charCodeAt(at & mask);
    if (one === id) return true;
    if (one === 0) return false;
  }
}

function idsInTable(table: string): readonly number[] {
  return Array.from({ length: table.length }, (_, at) => table.charCodeAt(at)).filter(
    (id) => id > 0,
  );
}

/** Returns whether the bit of an id is set. */
export function isInWords(words: readonly number[], id: number): boolean {
  return (((words[id >>> 5] ?? 0) >>> id) & 1) === 1; // a shift uses the last five bits of the id
}

/** Returns whether an id is in a set. */
export function hasId({ low, high, table, words }: ScopeSet, id: number): boolean {
  if (id < FIRST_FAR) return isInWords([low, high], id);
  return table !== undefined ? isInTable(table, id) : words !== undefined && isInWords(words, id);
}

/** Returns the ids of a set. */
export function idsOf({ low, high, table = "", words = [] }: ScopeSet): readonly number[] {
  return [...bitsOf([low, high]), ...idsInTable(table), ...bitsOf(words)];
}

function bitsOf(words: readonly number[]): readonly number[] {
  const bits = Array.from({ length: 32 }, (_, bit) => bit);
  return words.flatMap((word, index) =>
    bits.filter((bit) => ((word >>> bit) & 1) === 1).map((bit) => index * 32 + bit),
  );
}
