import { describe, expect, it } from "vitest";
import { createReport } from "../../src/policy/report.js";
import { createRuleBudget, reportExceededBudget } from "../../src/policy/rule.js";

describe("the budget for the rules of a policy", () => {
  it("may be used up", () => {
    const report = createReport();
    reportExceededBudget(createRuleBudget(), report);
    reportExceededBudget({ comparisons: 0, places: 0 }, report);
    expect(report.findings).toEqual([]);
  });

  it.each([
    [{ comparisons: -1, places: 0 }, "accountTypes", /takes more than \d+ comparisons$/],
    [{ comparisons: 0, places: -1 }, "", /fill more than 250000 placeholders in total/],
  ])("%o is exceeded", (budget, path, message) => {
    const report = createReport();
    reportExceededBudget(budget, report);
    expect(report.findings).toEqual([
      { code: "too_large", path, message: expect.stringMatching(message) as string },
    ]);
  });
});
