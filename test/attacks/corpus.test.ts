import { describe, expect, it } from "vitest";
import { judgeCorpora, readCorpora } from "./harness/main.js";
import { closingLine, countsOf, describe as linesOf } from "./harness/report.js";

/** The cases that cannot be expressed with this library. */
const SKIPPED = ["POLICY-067"];

// every case once, on servers of its own
describe("corpus.json", () => {
  it("passes every case except the ones that cannot be expressed with this library", async () => {
    const corpora = await readCorpora([]);
    const judged = await judgeCorpora(corpora);
    const counts = countsOf(judged);
    const failed = judged.filter(({ verdict }) => verdict.kind === "failed");
    const skipped = judged.filter(({ verdict }) => verdict.kind === "skipped");
    expect(linesOf(failed)).toEqual([]);
    expect(skipped.map(({ attack }) => attack.id)).toEqual(SKIPPED);
    expect(counts.passed + counts.failed + counts.skipped).toBe(corpora[0]?.cases.length);
    expect(closingLine(counts)).toBe("643 passed, 0 failed, 1 skipped");
  });
});
