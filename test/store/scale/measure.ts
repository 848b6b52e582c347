/** How long something took, in milliseconds. */
export interface Times {
  readonly median: number;
  readonly p99: number;
}

/**
 * The times of an operation, and the waits before each: how long an empty query takes, and a piece of work longer than its time on the
 * processor. On a busy machine, any query waits for its turn.
 */
export interface Measured {
  readonly times: Times;
  readonly waits: Times;
}

/** Measures an operation a number of times. */
export async function measure(
  rounds: number,
  empty: () => Promise<unknown>,
  run: () => Promise<unknown>,
): Promise<Measured> {
  const [times, waits]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    waits.push((await millisecondsOf(empty)) + delayOfWork());
    times.push(await millisecondsOf(run));
  }
  return { times: summaryOf(times), waits: summaryOf(waits) };
}

/** Milliseconds on the processor of the piece of work that shows how busy the machine is. */
const WORK = 1;

/** Returns the milliseconds that a piece of work takes in addition to its time on the processor. */
function delayOfWork(): number {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const spent = () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  while (spent() < WORK);
  return Math.max(performance.now() - start - WORK, 0);
}

/** Returns the milliseconds that something takes. */
export async function millisecondsOf(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

function summaryOf(times: number[]): Times {
  times.sort((left, right) => left - right);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  return { median: at(0.5), p99: at(0.99) };
}
