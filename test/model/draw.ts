// A tape of numbers that are read as choices. fast-check shrinks every number towards 0, so the first item of a list is the simplest.

import fc from "fast-check";

export interface Draw {
  /** Returns an integer from 0 to `max`, both included. */
  int(max: number): number;
  /** Returns true in about `percent` of a hundred cases; 0 on the tape gives false. */
  chance(percent: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Returns the members in order, each with the given probability. */
  some<T>(list: readonly T[], percent: number): T[];
  /** Returns one to `max` different members. */
  few<T>(list: readonly T[], max: number): T[];
  shuffle<T>(list: readonly T[]): T[];
  /** Returns the next numbers as a separate tape, so that draws from it do not shift later draws. */
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

/** Returns an arbitrary of the values that `make` builds from a tape. */
export function drawn<T>(make: (draw: Draw) => T): fc.Arbitrary<T> {
  const tape = fc.array(fc.nat({ max: TOP }), { minLength: 2400, maxLength: 2400 });
  return fc.noBias(tape).map((numbers) => make(drawFrom(numbers)));
}
