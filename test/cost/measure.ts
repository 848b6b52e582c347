/** Something that is measured: it is called many times, and must do the same each time. */
export type Run = () => unknown;

const ROUNDS = 5;
const TRIES = 3;
/** The least CPU time of a run that is compared with another, in milliseconds. */
const LEAST = 20;
/** How many times as long a run with twice the input may take, */
export const MOST_GROWTH = 3;
/** and one with eight times the input: a part that grows with the square shows itself there. */
export const MOST_FAR = 16;

/** An input of which there may be more or less. */
export interface Growth {
  readonly title: string;
  /** Makes the input, and returns the run that is measured with it. */
  readonly make: (n: number) => Run;
  /** The number to begin with; it is doubled until a run takes long enough to be measured. */
  readonly start: number;
  /** The largest number that is accepted, and the limit that holds it. */
  readonly most?: readonly [n: number, limit: string];
}

/** An input that is as large, or as hostile, as a limit lets it be. */
export interface AtLimit {
  readonly title: string;
  /** The limit that holds it. */
  readonly limit: string;
  readonly make: () => Run;
  /** How many times as long as {@link calibration} it may take. */
  readonly most: number;
}

/** What an input costs. */
export interface Measured {
  /** How the number was reached: `growth` compares it with twice as many, `capped` is the most that a limit allows. */
  readonly kind: "growth" | "capped";
  readonly n: number;
  /** How many times as long twice as many take; of what is capped, how many times as long as the calibration it takes. */
  readonly ratio: number;
  /** How many times as long eight times as many take, where the limit allows as many. */
  readonly far: number | undefined;
  readonly times: string;
}

/** Returns the CPU time of a run in milliseconds. */
function cpuOf(run: Run): number {
  globalThis.gc?.();
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** Returns the least CPU time of several runs, each of them in turn, so that noise meets all of them. */
function leastOf(runs: readonly Run[]): readonly number[] {
  const least = runs.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, run] of runs.entries()) {
      least[index] = Math.min(least[index] as number, cpuOf(run));
    }
  }
  return least;
}

/** A fixed amount of the work that this package does: some 20 milliseconds where a processor is fast. */
function calibration(): void {
  const counts = new Map<string, number>();
  for (let index = 0; index < 200_000; index += 1) {
    const key = `scope:${index % 5_000}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  [...counts.keys()].sort();
}

/** Measures what twice the input costs; where a limit comes first, how the most that it allows compares with the calibration. */
export function measure({ make, start, most }: Growth): Measured {
  const [cap] = most ?? [Number.POSITIVE_INFINITY];
  for (let n = start; n * 2 <= cap; n *= 2) {
    const run = make(n);
    run();
    if (cpuOf(run) < LEAST && cpuOf(run) < LEAST) continue;
    const twice = make(n * 2);
    const found = retry("growth", n, [run, twice], MOST_GROWTH);
    // too short after all: the first runs were slow
    if (found === undefined) continue;
    return { ...found, far: n * 8 > cap ? undefined : farOf(run, make(n * 8)) };
  }
  const run = make(cap);
  run();
  return retry("capped", cap, [calibration, run], MOST_CAPPED) as Measured;
}

/** Compares two runs, the second of which takes long: as seldom as can be. */
function farOf(run: Run, eight: Run): number {
  let far = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt <= TRIES && far > MOST_FAR; attempt += 1) {
    far = Math.min(far, cpuOf(eight) / Math.min(cpuOf(run), cpuOf(run), cpuOf(run)));
  }
  return far;
}

/** How many times as long as the calibration a run may take that is over before it can be measured. */
export const MOST_CAPPED = 8;

/** Measures an input at its limit. */
export function measureLimit({ make, most }: AtLimit): Measured {
  const run = make();
  run();
  return retry("capped", 1, [calibration, run], most) as Measured;
}

/** Compares two runs; again, where the result would fail: it may have been disturbed. */
function retry(
  kind: Measured["kind"],
  n: number,
  runs: readonly [Run, Run],
  most: number,
): Measured | undefined {
  let best: Measured | undefined;
  for (let attempt = 0; attempt <= TRIES; attempt += 1) {
    const [first = 0, second = 0] = leastOf(runs);
    if (kind === "growth" && first < LEAST) return undefined;
    const ratio = second / first;
    const times = `${first.toFixed(1)} ms and ${second.toFixed(1)} ms`;
    if (best === undefined || ratio < best.ratio) best = { kind, n, ratio, far: undefined, times };
    if (best.ratio <= most) break;
  }
  return best;
}
