// The command line of both programs, and the progress of a run.

import { parseArgs } from "node:util";

export interface FuzzOptions {
  /** Maximum time in milliseconds. `Infinity` for a run of a number of cases. */
  readonly time: number;
  /** Maximum number of cases. `Infinity` for a run of some minutes. */
  readonly cases: number;
  readonly seed: number;
  /** Names of what to run; an empty list for everything. */
  readonly names: readonly string[];
}

const NUMBER = /^\d+(\.\d+)?$/;

/** Reads the arguments of the program. Prints how to use it and exits with 2 if they are wrong. */
export function readOptions(usage: string, known: readonly string[]): FuzzOptions {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        minutes: { type: "string" },
        seed: { type: "string" },
        cases: { type: "string" },
      },
    });
    for (const text of Object.values(values)) {
      if (!NUMBER.test(text)) throw new TypeError(`expected a number, got \`${text}\``);
    }
    for (const name of positionals) {
      if (!known.includes(name)) {
        throw new TypeError(`unknown name \`${name}\`: expected ${known.join(", ")}`);
      }
    }
    const { minutes, cases, seed } = values;
    return {
      time: minutes === undefined ? Infinity : Number(minutes) * 60_000,
      cases: cases === undefined && minutes === undefined ? 10_000 : Number(cases ?? Infinity),
      seed: seed === undefined ? Date.now() % 2 ** 31 : Number(seed),
      names: positionals,
    };
  } catch (error) {
    console.error(`${String(error)}\n\nusage: ${usage}\nnames: ${known.join(", ")}`);
    return process.exit(2);
  }
}

/** Milliseconds between two lines of progress. */
const INTERVAL = 10_000;

/** Creates a function that prints a line of progress from time to time. */
export function createProgress(): (line: () => string) => void {
  const start = performance.now();
  let last = start;
  return (line) => {
    const now = performance.now();
    if (now - last < INTERVAL) return;
    last = now;
    console.log(`${Math.round((now - start) / 1000)} s: ${line()}`);
  };
}
