// A tape of numbers read as choices. fast-check shrinks every number towards 0, so the first of a list is the plainest.

import fc from "fast-check";

export interface Draw {
  /** An integer from 0 to `max`, both included. */
  int(max: number): number;
  /** True in about `percent` of a hundred cases; 0 on the tape is false. */
  chance(percent: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Every member with the given chance, in order. */
  some<T>(list: readonly T[], percent: number): T[];
  /** At least one member and at most `max`, no two of one place. */
  few<T>(list: readonly T[], max: number): T[];
  shuffle<T>(list: readonly T[]): T[];
  /** The next numbers as a tape of their own, so that what is drawn from it moves nothing that comes after. */
  part(length: number): Draw;
}

const TOP = 0xffff;

function drawFrom(tape: readonly number[]): Draw {
  let at = 0;
  const next = (): number => tape[at++] ?? 0;
  const int = (max: number): number => Math.floor((next() / (TOP + 1)) * (max + 1));
  const chance = (percent: number): boolean => next() > TOP - (TOP * percent) / 100;
  const pick = <T>(list: readonly T[]): T => {
    if (list.length === 0) throw new Error("nothing to pick from");
    return list[int(list.length - 1)] as T;
  };
  const take = <T>(list: readonly T[], count: number): T[] => {
    const rest = [...list];
    return Array.from({ length: count }, () => rest.splice(int(rest.length - 1), 1)[0] as T);
  };
  return {
    int,
    chance,
    pick,
    some: (list, percent) => list.filter(() => chance(percent)),
    few: (list, max) => take(list, 1 + int(Math.min(max, list.length) - 1)),
    shuffle: (list) => take(list, list.length),
    part(length) {
      at += length;
      return drawFrom(tape.slice(at - length, at));
    },
  };
}

/** An arbitrary of whatever `make` builds from a tape. */
export function drawn<T>(make: (draw: Draw) => T): fc.Arbitrary<T> {
  const tape = fc.array(fc.nat({ max: TOP }), { minLength: 1800, maxLength: 1800 });
  return fc.noBias(tape).map((numbers) => make(drawFrom(numbers)));
}
