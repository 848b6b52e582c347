// The output of a run.
import type { JudgedCase } from "./run.js";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Counts the verdicts. A case that is decided otherwise and behaves so counts as passed. */
export function countsOf(judged: readonly JudgedCase[]): Counts {
  const count = (kinds: readonly string[]) =>
    judged.filter(({ verdict }) => kinds.includes(verdict.kind)).length;
  return {
    passed: count(["passed", "decided"]),
    failed: count(["failed"]),
    skipped: count(["skipped"]),
  };
}

export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

const oneLine = (text: string) =>
  text.replaceAll(/[^\x20-\x7e]/g, (letter) => JSON.stringify(letter).slice(1, -1)).slice(0, 600);

/** Returns all lines of the output except the last. */
export function describe(judged: readonly JudgedCase[]): readonly string[] {
  const lines: string[] = [];
  const groups = new Map<string, string[]>();
  const decided = new Map<string, string[]>();
  const put = (map: Map<string, string[]>, key: string, id: string) =>
    map.set(key, [...(map.get(key) ?? []), id]);
  for (const { attack, verdict } of judged) {
    if (verdict.kind === "skipped") put(groups, verdict.reason, attack.id);
    if (verdict.kind === "decided") put(decided, verdict.reason, attack.id);
    if (verdict.kind !== "failed") continue;
    const { id, expect, alsoOk, isMust, why } = attack;
    lines.push(
      `FAILED ${id} (${attack.class}, ${isMust ? "must" : "should"}): ${oneLine(why)}`,
      `  expected: ${[expect, ...alsoOk].join(" or ")}`,
      `  got:      ${oneLine(verdict.got)}`,
      ...verdict.faults.map((fault) => `  detail:   ${oneLine(fault)}`),
    );
  }
  const list = (title: string, map: ReadonlyMap<string, readonly string[]>) =>
    [...map].map(
      ([reason, ids]) => `${title} ${ids.length}: ${oneLine(reason)} (${ids.join(", ")})`,
    );
  return [...lines, ...list("decided otherwise", decided), ...list("skipped", groups)];
}
