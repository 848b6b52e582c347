/** A function whose CPU time is measured. It is called many times and must do the same each time. */
export type Run = () => unknown;

const ROUNDS = 5;
const TRIES = 3;
/** Minimum CPU time of a run that is compared with another, in milliseconds. */
const LEAST = 20;
/** Maximum ratio of the CPU time of a run with twice the input. */
export const MAX_GROWTH = 3;
/** Maximum ratio of the CPU time of a run with eight times the input, which reveals quadratic parts. */
export const MAX_FAR = 16;

/** An input of variable size. Titles complete the sentence "twice the input takes at most three times as long for ...". */
export interface Growth {
  readonly title: string;
  /** Creates the input and returns the run that uses it. */
  readonly make: (n: number) => Run;
  /** The first size. It is doubled until a run takes long enough to be measured. */
  readonly start: number;
  /** The maximum size that is accepted, and the limit that enforces it. */
  readonly most?: readonly [n: number, limit: string];
}

/** An input that is as large, or as hostile, as a limit allows. */
export interface AtLimit {
  readonly title: string;
  /** The limit that bounds it. */
  readonly limit: string;
  readonly make: () => Run;
  /** Maximum CPU time, as a multiple of {@link calibration}. */
  readonly most: number;
}

/** The measured cost of an input. */
export interface Measurement {
  /** The kind of measurement: `growth` compares a size with its double, `capped` measures the maximum that a limit allows. */
  readonly kind: "growth" | "capped";
  readonly n: number;
  /** The CPU time of twice the input as a multiple of the first; for `capped`, as a multiple of the calibration. */
  readonly ratio: number;
  /** The CPU time of eight times the input as a multiple of the first; `undefined` if the limit does not allow this size. */
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

/** Returns the minimum CPU time of each of several runs. The runs alternate, so that noise affects all of them. */
function minimumTimes(runs: readonly Run[]): readonly number[] {
  const least = runs.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, run] of runs.entries()) {
      least[index] = Math.min(least[index] as number, cpuOf(run));
    }
  }
  return least;
}

/** Does a fixed amount of work of the kind that this package does: some 20 milliseconds on a fast processor. */
function calibration(): void {
  const counts = new Map<string, number>();
  for (let index = 0; index < 200_000; index += 1) {
    const key = `scope:${index % 5_000}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  [...counts.keys()].sort();
}

/** Measures the cost of twice the input. If a limit does not allow a measurable size, compares its maximum with the calibration. */
export function measure({ make, start, most }: Growth): Measurement {
  const [cap] = most ?? [Number.POSITIVE_INFINITY];
  for (let n = start; n * 2 <= cap; n *= 2) {
    const run = make(n);
    run();
    if (cpuOf(run) < LEAST && cpuOf(run) < LEAST) continue;
    const twice = make(n * 2);
    const found = retry("growth", n, [run, twice], MAX_GROWTH);
    // too short: only the first runs were slow
    if (found === undefined) continue;
    return { ...found, far: n * 8 > cap ? undefined : farOf(run, make(n * 8)) };
  }
  const run = make(cap);
  run();
  return retry("capped", cap, [calibration, run], MAX_CAPPED) as Measurement;
}

/** Maximum CPU time of a run whose cost must not depend on the size of the policy, as a multiple of the run with a small one. */
export const MAX_EQUAL = 2;

/** Measures a run that must cost as much as another. */
export function measureEqual(small: Run, large: Run): Measurement {
  small();
  large();
  return retry("capped", 1, [small, large], MAX_EQUAL) as Measurement;
}

/** Compares two runs, the second of which is slow, with as few calls as possible. */
function farOf(run: Run, eight: Run): number {
  let far = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt <= TRIES && far > MAX_FAR; attempt += 1) {
    far = Math.min(far, cpuOf(eight) / Math.min(cpuOf(run), cpuOf(run), cpuOf(run)));
  }
  return far;
}

/** Maximum CPU time of a `capped` run, as a multiple of the calibration. */
export const MAX_CAPPED = 8;

/** Measures an input at its limit. */
export function measureLimit({ make, most }: AtLimit): Measurement {
  const run = make();
  run();
  return retry("capped", 1, [calibration, run], most) as Measurement;
}

/** Compares two runs. Repeats the comparison if the result would fail, since other processes may have disturbed it. */
function retry(
  kind: Measurement["kind"],
  n: number,
  runs: readonly [Run, Run],
  most: number,
): Measurement | undefined {
  let best: Measurement | undefined;
  for (let attempt = 0; attempt <= TRIES; attempt += 1) {
    const [first = 0, second = 0] = minimumTimes(runs);
    if (kind === "growth" && first < LEAST) return undefined;
    const ratio = second / first;
    const times = `${first.toFixed(1)} ms and ${second.toFixed(1)} ms`;
    if (best === undefined || ratio < best.ratio) best = { kind, n, ratio, far: undefined, times };
    if (best.ratio <= most) break;
  }
  return best;
}
