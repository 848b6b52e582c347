import { runtime } from "../policy/runtime.js";
import type { Admission, AuthorizerDecision } from "../resource-server/authorizer-types.js";

type Decision = Pick<AuthorizerDecision, "allowed" | "code">;

/** Number of calls by operation and code. Every name that the policy does not have counts as `unknown`. */
export type GateReport = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Counts the decisions of a gate that only reports. */
export interface ReportOnly {
  /** Counts a decision. Returns whether the call may go on: every call but that of a denied operation. */
  mayContinue(operation: string, admission: Pick<Admission, "decision">): boolean;
  /** Counts a decision that replaces an earlier one on the same call. */
  revise(operation: string, first: Decision, last: Decision): void;
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
  const count = (operation: string, { allowed, code }: Decision, by: 1 | -1) => {
    const name = isKnown(operation) ? operation : UNKNOWN;
    const codes = counts.get(name) ?? new Map<string, number>();
    const total = (codes.get(code) ?? 0) + by;
    if (total > 0) codes.set(code, total);
    else codes.delete(code);
    counts.set(name, codes);
    calls += by;
    if (!allowed) refusals += by;
  };
  return {
    mayContinue(operation, { decision }) {
      count(operation, decision, 1);
      return decision.code !== "denied";
    },
    revise(operation, first, last) {
      count(operation, first, -1);
      count(operation, last, 1);
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
