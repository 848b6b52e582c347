/**
 * A set of scope ids. The first 64 scopes of a policy are bits of two numbers, so that the sets of most policies need no list: a list
 * takes 64 bytes of each token that is held.
 */
export interface ScopeSet {
  readonly low: number;
  readonly high: number;
  /** The ids from 64 on if there are few of them. */
  readonly list: readonly number[] | undefined;
  /** The ids from 64 on if there are many, as bits: 32 in a word, by the id divided by 32. */
  readonly words: readonly number[] | undefined;
}

const FIRST_FAR = 64;
/** Number of ids up to which a list is read faster than a word far away. */
const LIST_LENGTH = 24;

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
  const isList = far.size > 0 && far.size <= LIST_LENGTH;
  const words = far.size > LIST_LENGTH ? wordsOf([...far]) : undefined;
  return { low, high, list: isList ? [...far] : undefined, words };
}

function wordsOf(ids: readonly number[]): readonly number[] {
  const words = Array.from({ length: (Math.max(...ids) >>> 5) + 1 }, () => 0);
  for (const id of ids) words[id >>> 5] = (words[id >>> 5] as number) | (1 << id);
  return words;
}

/** Returns whether an id is in a list. For the few ids of a token, `includes` takes twice as long. */
export function isInList(list: readonly number[], id: number): boolean {
  for (let index = 0; index < list.length; index += 1) if (list[index] === id) return true;
  return false;
}

/** Returns whether the bit of an id is set. */
export function isInWords(words: readonly number[], id: number): boolean {
  return (((words[id >>> 5] ?? 0) >>> id) & 1) === 1; // a shift uses the last five bits of the id
}

/** Returns whether an id is in a set. */
export function hasId({ low, high, list, words }: ScopeSet, id: number): boolean {
  if (id < FIRST_FAR) return isInWords([low, high], id);
  return list !== undefined ? isInList(list, id) : words !== undefined && isInWords(words, id);
}

/** Returns the ids of a set. */
export function idsOf({ low, high, list = [], words = [] }: ScopeSet): readonly number[] {
  return [...bitsOf([low, high]), ...list, ...bitsOf(words)];
}

function bitsOf(words: readonly number[]): readonly number[] {
  const bits = Array.from({ length: 32 }, (_, bit) => bit);
  return words.flatMap((word, index) =>
    bits.filter((bit) => ((word >>> bit) & 1) === 1).map((bit) => index * 32 + bit),
  );
}
