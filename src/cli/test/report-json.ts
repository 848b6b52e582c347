import { whenText } from "../describe-rule.js";
import { groupsOf, isEnough, isPassed, percentOf, type TestReport } from "./test-report.js";

/** Returns a report as data. */
export function reportJson(report: TestReport): object {
  const { results, coverage, min } = report;
  return {
    ok: isPassed(report),
    cases: results.map(({ file, test, policy, decision, isPassed }) => ({
      ok: isPassed,
      file,
      line: test.line,
      name: test.name,
      policy,
      operation: test.operation,
      expected: {
        code: test.expect,
        ...(test.missing !== undefined && { missing: test.missing }),
        ...(test.enriched !== undefined && { enriched: test.enriched }),
      },
      decision,
    })),
    coverage: coverage.map((one) => ({
      policy: one.policy,
      ok: isEnough(one, min),
      percent: percentOf(one),
      ...groupsOf(one),
      missing: one.parts.flatMap(({ isExercised, when, ...part }) =>
        isExercised
          ? []
          : [{ ...part, ...(when !== undefined && { when: whenText(when) || "otherwise" }) }],
      ),
    })),
    ...(min !== undefined && { min }),
  };
}
