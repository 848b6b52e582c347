// The search for the sets with the lowest cost, against all sets.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CoverNeed, CoverWay } from "../../src/decision/scope-cover.js";
import { type FoundSet, searchSets } from "../../src/decision/set-search.js";
import { titled } from "../titled.js";

/** What each element covers, itself included, by its number, and its cost. */
interface Cover {
  readonly reach: ReadonlyMap<number, readonly number[]>;
  readonly costs: readonly (readonly number[])[];
}

interface Question extends Cover {
  readonly needs: readonly CoverNeed[];
}

const ENDLESS = Number.POSITIVE_INFINITY;
const COUNT = 6;

function wayOf({ reach }: Cover, needed: readonly number[]): CoverWay {
  return { needed, added: [...new Set(needed.flatMap((element) => reach.get(element) ?? []))] };
}

const someElements = (max: number) =>
  fc.uniqueArray(fc.nat({ max: COUNT - 1 }), { minLength: 1, maxLength: max });

/** Needs of six elements, of which some cover later ones, with costs of few different numbers. */
const questions: fc.Arbitrary<Question> = fc
  .record({
    links: fc.array(fc.tuple(fc.nat({ max: COUNT - 1 }), fc.nat({ max: COUNT - 1 })), {
      maxLength: 4,
    }),
    risks: fc.array(fc.tuple(fc.nat({ max: 1 }), fc.nat({ max: 1 })), {
      minLength: COUNT,
      maxLength: COUNT,
    }),
    needs: fc.array(fc.array(someElements(3), { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 5,
    }),
  })
  .map(({ links, risks, needs }) => {
    const reach = new Map<number, readonly number[]>();
    for (let element = COUNT - 1; element >= 0; element -= 1) {
      const below = links.filter(([from, to]) => from === element && to > from);
      const reached = below.flatMap(([, to]) => reach.get(to) as readonly number[]);
      reach.set(element, [...new Set([element, ...reached])]);
    }
    const cover = { reach, costs: risks.map((risk) => [1, ...risk]) };
    return { ...cover, needs: needs.map((ways) => ways.map((way) => wayOf(cover, way))) };
  });

const isEnough = (needs: readonly CoverNeed[], covered: ReadonlySet<number>) =>
  needs.every((ways) => ways.some(({ needed }) => needed.every((one) => covered.has(one))));

const spread = ({ reach }: Cover, roots: readonly number[]) =>
  new Set(roots.flatMap((root) => reach.get(root) ?? []));

function compare(left: readonly number[], right: readonly number[]): number {
  const at = left.findIndex((value, index) => value !== right[index]);
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

/** Returns the sets of the fewest elements that are enough, best first, found among all sets. */
function bruteSets({ needs, ...cover }: Question): readonly FoundSet[] {
  const all = new Map<string, FoundSet>();
  for (let bits = 0; bits < 2 ** COUNT; bits += 1) {
    const asked = [...cover.reach.keys()].filter((element) => (bits >> element) % 2 === 1);
    const covered = spread(cover, asked);
    if (!isEnough(needs, covered)) continue;
    const elements = [...covered].sort();
    const roots = elements.filter(
      (one) => !elements.some((other) => other !== one && cover.reach.get(other)?.includes(one)),
    );
    const sums = [0, 1, 2].map((place) =>
      elements.reduce((sum, element) => sum + (cover.costs[element]?.[place] ?? 0), 0),
    );
    all.set(elements.join(), { cost: [...sums, roots.length], roots });
  }
  const least = Math.min(...[...all.values()].map(({ cost }) => cost[0] ?? 0));
  return [...all.values()]
    .filter(({ cost }) => cost[0] === least)
    .sort((one, other) => compare([...one.cost, ...one.roots], [...other.cost, ...other.roots]));
}

const search = ({ needs, ...cover }: Question, keep: number, left = ENDLESS) =>
  searchSets(needs, cover, keep, { left });

/** Returns questions with all their sets. */
const drawnQuestions = (seed: number) =>
  fc
    .sample(questions, { seed, numRuns: 12 })
    .map((question) => ({ question, sets: bruteSets(question) }));

describe.each([1, 2, 3, 4, 5, 6])("the sets with the lowest cost, drawn with seed %i,", (seed) => {
  const all = drawnQuestions(seed);

  it.each([1, 3, 100])("are the first %i of all sets, in their order", (keep) => {
    for (const { question, sets } of all)
      expect(search(question, keep)).toEqual({ sets: sets.slice(0, keep), exact: true });
  });

  it("are one irreducible set that is enough if no step is left", () => {
    for (const { question } of all) {
      const { sets, exact } = search(question, 3, -1);
      expect([exact, sets.length]).toEqual([false, 1]);
      const [{ roots }] = sets as [FoundSet];
      const isLeftEnough = (left: readonly number[]) =>
        isEnough(question.needs, spread(question, left));
      expect(isLeftEnough(roots)).toBe(true);
      const rest = roots.map((root) => roots.filter((other) => other !== root));
      expect(rest.filter(isLeftEnough)).toEqual([]);
    }
  });
});

/** Returns a question with needs as text. An element covers itself alone, 10 covers 19 too, and the risk is the rest of a division by 3. */
function asked(needs: readonly (readonly string[])[]): Question {
  const elements = Array.from({ length: 20 }, (_, element) => element);
  const cover = {
    reach: new Map(elements.slice(0, 19).map((one) => [one, one === 10 ? [10, 19] : [one]])),
    costs: elements.map((element) => [1, element % 3]),
  };
  const wayFrom = (way: string) => wayOf(cover, way.split(" ").map(Number));
  return { ...cover, needs: needs.map((ways) => ways.map(wayFrom)) };
}

/** Needs of which each has elements in common with others. */
const MIXED = Array.from({ length: 6 }, (_, at) =>
  [3, 7, 11].map((step) => `${(at * step + step) % 17} ${(at * at + step) % 17}`),
);

const STEPS = [
  { title: "needs that leave no choice", needs: [["1 2 3"], ["2", "1"]], steps: [0, 0, 0] },
  {
    title: "two needs for one of two",
    needs: [
      ["1", "2"],
      ["2", "1"],
    ],
    steps: [8, 8, 8],
  },
  { title: "ways of different sizes", needs: [["1 2", "3", "4 5 6"]], steps: [9, 9, 9] },
  {
    title: "needs without an element in common, at the same risk",
    needs: [
      ["0", "3"],
      ["6", "9"],
      ["12", "15"],
    ],
    steps: [44, 44, 44],
  },
  {
    title: "needs without an element in common, at different risks",
    needs: [
      ["0", "2"],
      ["3", "5"],
      ["6", "8"],
    ],
    steps: [36, 44, 44],
  },
  {
    title: "needs without an element in common, one of which has a way at a higher risk",
    needs: [
      ["0", "2"],
      ["3", "6"],
      ["9", "12"],
    ],
    steps: [36, 36, 44],
  },
  {
    title: "a choice beside two needs for one element",
    needs: [["0"], ["0 3"], ["6", "9"], ["12", "15"]],
    steps: [16, 16, 16],
  },
  {
    title: "a way that is part of another",
    needs: [
      ["0", "1 2"],
      ["1", "3 4"],
      ["2", "5"],
    ],
    steps: [23, 23, 23],
  },
  {
    title: "a need with more ways before those with fewer",
    needs: [
      ["1 2", "4 5", "3"],
      ["0", "3"],
      ["0 1", "3 4"],
    ],
    steps: [46, 46, 46],
  },
  {
    title: "a way that an earlier choice refuses",
    needs: [
      ["0", "3"],
      ["0", "6"],
      ["3", "9 12"],
      ["15", "18"],
      ["1", "4"],
    ],
    steps: [94, 94, 94],
  },
  {
    title: "a smaller set at a higher risk",
    needs: [
      ["9", "5"],
      ["6", "5"],
      ["3", "2"],
      ["0", "8"],
      ["8", "9"],
      ["8", "6"],
    ],
    steps: [124, 148, 152],
  },
  { title: "six needs with elements in common", needs: MIXED, steps: [1_154, 1_211, 1_211] },
];

describe("the number of steps of a search", () => {
  const rows = titled(
    STEPS,
    ({ title, steps }) => `for ${title} is ${steps.join(", ")}, for 1, 2 and 9 sets`,
  );
  it.each(rows)("%s", (_title, { needs, steps }) => {
    const question = asked(needs);
    const stepsOf = (keep: number, left: number) => {
      const budget = { left };
      searchSets(question.needs, question, keep, budget);
      return left - budget.left;
    };
    expect([1, 2, 9].map((keep) => stepsOf(keep, 9_999))).toEqual(steps);
    // it is exact with as many steps, and ends soon with fewer
    const all = steps[2] as number;
    expect(search(question, 9, all)).toEqual(search(question, 9));
    expect(search(question, 9, all - 1).exact).toBe(false);
    expect(stepsOf(9, 0)).toBeLessThanOrEqual(steps[0] as number);
  });
});

const AT_ONCE = [
  { title: "the first of two ways", needs: [["1", "2"]], set: [1] },
  { title: "the way with fewer elements", needs: [["0 1", "2"]], set: [2] },
  {
    title: "the element that most needs name",
    needs: [
      ["1", "0"],
      ["2", "0"],
      ["3", "0"],
    ],
    set: [0],
  },
  {
    title: "what the needs with fewer ways have",
    needs: [
      ["1", "2", "3"],
      ["1 5", "2"],
    ],
    set: [2],
  },
  {
    title: "the way with fewer elements in addition",
    needs: [["1"], ["5"], ["3 4", "1 2"], ["3", "5"], ["4", "5"]],
    set: [1, 2, 5],
  },
  {
    title: "nothing that a later choice made needless",
    needs: [
      ["10", "2 3 4"],
      ["2 3 4", "5 6 7 8", "11 12 13 14"],
    ],
    set: [2, 3, 4],
  },
];

describe("the set if no step is left", () => {
  it.each(titled(AT_ONCE))("has %s", (_title, { needs, set }) => {
    expect(search(asked(needs), 3, -1).sets.map(({ roots }) => roots)).toEqual([set]);
  });
});
