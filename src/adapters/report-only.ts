import { runtime } from "../policy/runtime.js";
import type { Admission } from "../resource-server/authorizer-types.js";

/** Number of calls by operation and code. Every name that the policy does not have counts as `unknown`. */
export type GateReport = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Counts the decisions of a gate that only reports. */
export interface ReportOnly {
  /** Counts a decision. Returns whether the call may go on: every call but that of a denied operation. */
  mayContinue(operation: string, admission: Pick<Admission, "decision">): boolean;
  /** Returns the counts so far. */
  report(): GateReport;
}

const HOUR = 3_600_000;
const UNKNOWN = "unknown";

/**
 * Creates the counter of a gate with `dangerouslyReportOnly`. It logs one line now, and one each hour. The timer does not keep the
 * process alive; a runtime that allows no timer here logs the first line alone.
 */
export function createReportOnly(isKnown: (operation: string) => boolean): ReportOnly {
  const counts = new Map<string, Map<string, number>>();
  let calls = 0;
  let refusals = 0;
  log("only reports: it refuses no call but those of denied operations");
  startHourly(() =>
    log(`only reports: it would have refused ${refusals} of ${calls} calls since it started`),
  );
  return {
    mayContinue(operation, { decision: { allowed, code } }) {
      const name = isKnown(operation) ? operation : UNKNOWN;
      const codes = counts.get(name) ?? new Map<string, number>();
      counts.set(name, codes.set(code, (codes.get(code) ?? 0) + 1));
      calls += 1;
      if (!allowed) refusals += 1;
      return code !== "denied";
    },
    report: () =>
      Object.fromEntries([...counts].map(([name, codes]) => [name, Object.fromEntries(codes)])),
  };
}

function log(what: string): void {
  runtime.console.error(`scope-policy: a gate ${what} (\`dangerouslyReportOnly\`)`);
}

function startHourly(run: () => void): void {
  try {
    const timer = runtime.setInterval(run, HOUR) as { unref?: () => void };
    timer.unref?.();
  } catch {
    // workers allow timers in a request only
  }
}
