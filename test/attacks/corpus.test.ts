import { describe, expect, it } from "vitest";
import { judgeCorpora, readCorpora } from "./harness/main.js";
import { closingLine, countsOf, describe as linesOf } from "./harness/report.js";

/** What the library has no place for at all. */
const SKIPPED = ["POLICY-067"];

// every case once, on servers of its own
describe("corpus.json", () => {
  it("lets nobody in who should not be, and everybody else; leaves out what the library does not have, and nothing else", async () => {
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
