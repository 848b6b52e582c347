// npm run fuzz -- [--minutes N] [--seed S] [--cases N] [KIND …]: compares the library with the naive model of `test/model` on random
// policies, tokens, operations, parameters, consent facts, registrations and refreshes. A case is one compared result. A difference is
// reduced and printed as a program; otherwise the program prints how often each code, condition and rule was reached.

import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { drawn } from "../../model/draw.js";
import { load } from "../../model/observe.js";
import { createProgress, readOptions } from "../options.js";
import { type Again, createAgain } from "./again.js";
import type { FuzzCase, Pair } from "./case.js";
import { KINDS, type Kind } from "./kinds.js";
import { POINTS } from "./points.js";
import { programOf } from "./program.js";
import { QUESTIONS } from "./questions.js";
import { shrink } from "./shrink.js";

const USAGE = "npm run fuzz -- [--minutes N] [--seed S] [--cases N] [KIND …]";
/** Number of cases from which each point must be reached. */
const MIN_CASES = 10_000;

const kinds: Readonly<Record<string, Kind>> = KINDS;
const options = readOptions(USAGE, Object.keys(kinds));
const counts = new Map<string, number>(POINTS.map((point) => [point, 0]));

/** Asks the questions of a case in order, of a policy that has decided nothing yet. Returns the first pair that differs. */
async function firstDifference(
  { definition, questions }: FuzzCase,
  isCounted: boolean,
): Promise<readonly [pair: Pair, at: number] | undefined> {
  const policy = load({ ...definition });
  const again = createAgain(policy, definition);
  for (const [at, { ask, args }] of questions.entries()) {
    const answer = QUESTIONS[ask];
    const pair =
      answer === undefined
        ? await again(args as unknown as Again)
        : await answer({ policy, definition }, args as never);
    if (!isDeepStrictEqual(pair.library, pair.model)) return [pair, at];
    if (!isCounted) continue;
    for (const point of pair.points()) counts.set(point, (counts.get(point) ?? 0) + 1);
  }
  return undefined;
}

async function differs(one: FuzzCase): Promise<boolean> {
  try {
    return (await firstDifference(one, false)) !== undefined;
  } catch {
    return false; // not a policy any more
  }
}

async function report(one: FuzzCase, replay: string): Promise<never> {
  console.log("the library and the model differ; reducing the case for up to a minute …");
  const small = await shrink(one, differs);
  const [pair, at] = (await firstDifference(small, false)) ?? [];
  if (pair === undefined || at === undefined) throw new Error("the difference does not repeat");
  console.log(programOf({ ...small, questions: small.questions.slice(0, at + 1) }, pair));
  console.log(`\nthe whole case again: npm run fuzz -- ${replay}`);
  return process.exit(1);
}

const turns = Object.entries(kinds)
  .filter(([name]) => options.names.length === 0 || options.names.includes(name))
  .flatMap(([name, { parts }]) => Array.from({ length: parts }, () => name));

async function run(): Promise<number> {
  const end = performance.now() + options.time;
  const progress = createProgress();
  let cases = 0;
  for (let index = 0; cases < options.cases && performance.now() < end; index += 1) {
    // steps that share no factor with the number of turns mix the kinds
    const name = turns[(index * 7) % turns.length] as string;
    const seed = options.seed + index;
    const [one] = fc.sample(drawn((kinds[name] as Kind).draw), { seed, numRuns: 1 });
    const replay = `--seed ${seed} --cases 1 ${name}`;
    if (one === undefined) throw new Error("nothing drawn");
    try {
      if ((await firstDifference(one, true)) !== undefined) await report(one, replay);
    } catch (error) {
      console.log(`thrown by: npm run fuzz -- ${replay}`);
      throw error;
    }
    cases += one.questions.length;
    progress(() => `${cases} cases of ${index + 1} policies`);
  }
  return cases;
}

const start = performance.now();
const cases = await run();
const width = Math.max(...[...counts.keys()].map((point) => point.length));
for (const [point, count] of counts)
  console.log(`${point.padEnd(width)} ${String(count).padStart(9)}`);
const isWhole = cases >= MIN_CASES && options.names.length === 0;
const never = isWhole ? [...counts].filter(([, count]) => count === 0) : [];
for (const [point] of never) console.log(`FAILED: never reached: ${point}`);
const seconds = ((performance.now() - start) / 1000).toFixed(1);
console.log(`${cases} cases in ${seconds} s with seed ${options.seed}, no difference`);
process.exitCode = never.length > 0 ? 1 : 0;
