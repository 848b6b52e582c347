import { describe, expect, it } from "vitest";
import { judgeCorpora, readCorpora } from "./harness/main.js";
import { closingLine, countsOf, describe as linesOf } from "./harness/report.js";

const ABSENT = /^not in this version: |^the library cannot say it: /;

// every case once, on servers of its own
describe("corpus.json", () => {
  it("lets nobody in who should not be, and everybody else; leaves out what the library does not have, and nothing else", async () => {
    const corpora = await readCorpora([]);
    const judged = await judgeCorpora(corpora);
    const counts = countsOf(judged);
    const failed = judged.filter(({ verdict }) => verdict.kind === "failed");
    const reasons = judged.flatMap(({ verdict }) =>
      verdict.kind === "skipped" ? [verdict.reason] : [],
    );
    expect(linesOf(failed)).toEqual([]);
    expect(reasons.filter((reason) => !ABSENT.test(reason))).toEqual([]);
    expect(counts.passed + counts.failed + counts.skipped).toBe(corpora[0]?.cases.length);
    expect(closingLine(counts)).toMatch(/^\d+ passed, 0 failed, \d+ skipped$/);
  });
});
