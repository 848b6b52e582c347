import { setTimeout as wait } from "node:timers/promises";
import type { Fault } from "./faults.js";
import { CONTROL, type Decisions, monotonic, type ReplicaReport, SLICE } from "./messages.js";
import type { World } from "./world.js";

/** What one fault showed. */
export interface Outcome {
  readonly title: string;
  /** Seconds since the start of the world at which it was injected and ended. */
  readonly from: number;
  readonly to: number;
  /** The decisions in its window: from the injection until `maxLag` after its end. */
  readonly decisions: Decisions;
  /** The calls in its window that waited for their audit event. */
  readonly audited: { readonly allowed: number; readonly refused: number };
  /** Number of tokens that were revoked in the window. */
  readonly revocations: number;
  /** Milliseconds from the commit of a revocation to the last decision that allowed its token: the most of all. */
  readonly longest: number;
  /** What broke the law, or was expected and did not happen. */
  readonly findings: readonly string[];
}

/** Injects a fault, waits until all is well again, and holds the decisions against the law. */
export async function tryFault(fault: Fault, world: World, start: number): Promise<Outcome> {
  const injected = monotonic();
  const opened = (await fault.run(world)) ?? injected;
  const ended = monotonic();
  await wait(world.maxLag);
  const closed = monotonic();
  const findings = [...(await untilWell(world))];
  const reports = await Promise.all(world.replicas.map((replica) => replica.report()));
  const affected = fault.affected?.(world) ?? world.replicas;
  const decisions = sum(
    world.replicas.flatMap((replica, index) => {
      const report = reports[index];
      return affected.includes(replica) && report !== undefined
        ? decisionsIn(report, opened, closed)
        : [];
    }),
  );
  const times = [...world.ledger.tokens].filter(([, at]) => at >= injected && at <= closed);
  findings.push(...lawFindings(world, reports));
  if (decisions.allowed + decisions.refused + decisions.outages === 0)
    findings.push("no decision fell into the window");
  if (fault.isOutage && decisions.outages === 0) findings.push("no decision was an outage");
  const audited = auditedIn(world, injected, closed);
  if (audited.allowed + audited.refused === 0)
    findings.push("no audited call fell into the window");
  if (fault.stopsWriting === true && audited.refused === 0)
    findings.push("no call was refused although its event could not be written");
  return {
    title: fault.title,
    from: (injected - start) / 1_000,
    to: (ended - start) / 1_000,
    decisions,
    audited,
    revocations: times.length,
    longest: Math.max(0, ...times.map(([jti, at]) => lastAllowed(reports, jti) - at)),
    findings,
  };
}

function auditedIn({ audited: { calls } }: World, from: number, to: number): Outcome["audited"] {
  const inWindow = calls.filter(({ at }) => at >= from && at <= to);
  const { length: allowed } = inWindow.filter(({ isAllowed }) => isAllowed);
  return { allowed, refused: inWindow.length - allowed };
}

function lastAllowed(reports: readonly ReplicaReport[], jti: string): number {
  return Math.max(...reports.map((report) => report.lastAllowed[jti] ?? Number.NEGATIVE_INFINITY));
}

/** Returns each token that a process allowed later than `maxLag` after the commit of its revocation was known, once. */
function lawFindings(
  { ledger, maxLag }: World,
  reports: readonly ReplicaReport[],
): readonly string[] {
  return [...ledger.tokens].flatMap(([jti, at]) => {
    const late = lastAllowed(reports, jti) - at;
    if (late <= maxLag || ledger.late.has(jti)) return [];
    ledger.late.add(jti);
    return [`${jti} was allowed ${late.toFixed(0)} ms after it was revoked`];
  });
}

function decisionsIn({ slices }: ReplicaReport, from: number, to: number): readonly Decisions[] {
  return Object.entries(slices).flatMap(([slice, counts]) => {
    const at = Number(slice) * SLICE;
    return at >= from && at <= to ? [counts] : [];
  });
}

function sum(all: readonly Decisions[]): Decisions {
  const total = { allowed: 0, refused: 0, outages: 0 };
  for (const { allowed, refused, outages } of all) {
    total.allowed += allowed;
    total.refused += refused;
    total.outages += outages;
  }
  return total;
}

/** Milliseconds within which every process allows what is not revoked, and refuses what is. */
const RECOVERY = 30_000;

/** Waits until every process has recovered. Returns what it did not do. */
async function untilWell(world: World): Promise<readonly string[]> {
  const from = monotonic();
  const known = [...world.ledger.tokens].filter(([, at]) => at < from).map(([jti]) => jti);
  for (;;) {
    const reports = await Promise.all(world.replicas.map((replica) => replica.report()));
    const faults = reports.flatMap((report, index) => {
      const forgotten = known.filter((jti) => report.firstRefused[jti] === undefined);
      // on a busy machine, a process may not have reached them yet
      world.replicas[index]?.order({ kind: "decide", jtis: forgotten });
      return [
        ...((report.lastAllowed[CONTROL] ?? 0) > from ? [] : [`process ${index} does not recover`]),
        ...forgotten.map((jti) => `process ${index} does not obey ${jti}`),
      ];
    });
    if (faults.length === 0) return [];
    if (monotonic() > from + RECOVERY) return faults.slice(0, 5);
    await wait(50);
  }
}
