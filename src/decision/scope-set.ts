/**
 * A set of scope ids. The first 64 scopes of a policy are bits of two numbers, so that the sets of most policies need no list: a list
 * takes 64 bytes of each token that is held. The other scopes are in `far`.
 */
export interface ScopeSet {
  readonly low: number;
  readonly high: number;
  readonly far: FarScopes | undefined;
}

/** The ids from 64 on: a list if they are few, otherwise 32 in a word. */
interface FarScopes {
  readonly isList: boolean;
  readonly ids: readonly number[];
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
  return { low, high, far: far.size === 0 ? undefined : farScopes([...far]) };
}

function farScopes(ids: readonly number[]): FarScopes {
  if (ids.length <= LIST_LENGTH) return { isList: true, ids };
  const words = Array.from({ length: (Math.max(...ids) >>> 5) + 1 }, () => 0);
  for (const id of ids) words[id >>> 5] = (words[id >>> 5] as number) | (1 << id);
  return { isList: false, ids: words };
}

/** Returns whether an id from 64 on is among others. */
export function isFar(far: FarScopes | undefined, id: number): boolean {
  if (far === undefined) return false;
  const { isList, ids } = far;
  return isList ? ids.includes(id) : (((ids[id >>> 5] ?? 0) >>> id) & 1) === 1;
}

/** Returns whether an id is in a set. */
export function hasId(set: ScopeSet, id: number): boolean {
  // a shift uses the last five bits of the id
  if (id < 32) return ((set.low >>> id) & 1) === 1;
  if (id < FIRST_FAR) return ((set.high >>> id) & 1) === 1;
  return isFar(set.far, id);
}

/** Returns the ids of a set. */
export function idsOf({ low, high, far }: ScopeSet): readonly number[] {
  return [
    ...bitsOf([low, high]),
    ...(far === undefined ? [] : far.isList ? far.ids : bitsOf(far.ids)),
  ];
}

function bitsOf(words: readonly number[]): readonly number[] {
  const bits = Array.from({ length: 32 }, (_, bit) => bit);
  return words.flatMap((word, index) =>
    bits.filter((bit) => ((word >>> bit) & 1) === 1).map((bit) => index * 32 + bit),
  );
}
