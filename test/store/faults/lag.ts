import { setTimeout as wait } from "node:timers/promises";
import { monotonic } from "./messages.js";
import { type DatabaseName, openWorld, unique } from "./world.js";

/** How long revocations took to be obeyed. */
export interface LagResult {
  /** Milliseconds from the commit to the first refusal in another process. */
  readonly p50: number;
  readonly p99: number;
  readonly count: number;
  /** Decisions of all processes in a second. */
  readonly rate: number;
}

const PROCESSES = 4;
const BATCH = 20;
const MAX_LAG = 5_000;

/** Measures the lag of four processes that decide as fast as they can, of which one revokes. */
export async function measureLag(
  name: DatabaseName,
  program: string,
  batches: number,
): Promise<LagResult> {
  const world = await openWorld(name, { maxLag: MAX_LAG, replicas: PROCESSES, rest: 0, program });
  const [revoking, ...others] = world.replicas;
  const start = monotonic();
  const commits: Record<string, number> = {};
  for (let batch = 0; batch < batches; batch += 1) {
    const jtis = Array.from({ length: BATCH }, () => unique("lag"));
    for (const { order } of others) order({ kind: "watch", jtis });
    await wait(50);
    const revoked = await revoking?.ask({ kind: "revoke", jtis, pause: 10 }, "revoked");
    Object.assign(commits, revoked?.times);
    await wait(100);
  }
  // without notifications, until the timer of each process has read them
  await wait(name === "libSQL" ? MAX_LAG / 4 : 200);
  const seconds = (monotonic() - start) / 1_000;
  const reports = await Promise.all(world.replicas.map((replica) => replica.report()));
  await world.close();
  const lags = reports
    .slice(1)
    .flatMap(({ firstRefused }) =>
      Object.entries(commits).map(([jti, at]) => (firstRefused[jti] ?? Infinity) - at),
    )
    .sort((left, right) => left - right);
  const decisions = reports.flatMap(({ slices }) => Object.values(slices));
  const total = decisions.reduce((count, each) => count + each.allowed + each.refused, 0);
  const at = (share: number) =>
    lags[Math.min(lags.length - 1, Math.floor(lags.length * share))] ?? Infinity;
  return { p50: at(0.5), p99: at(0.99), count: lags.length, rate: total / seconds };
}
