import { type Line, styled } from "../terminal/output.js";
import {
  type CaseResult,
  coverageText,
  decidedText,
  expectedText,
  isEnough,
  missingParts,
  type PolicyCoverage,
  passedText,
  placeOf,
  type TestReport,
} from "./test-report.js";

/** Maximum number of parts that are listed for people. */
const MAX_LISTED = 50;

/** Returns a report for people: the cases that fail, then what no case exercises. */
export function reportLines(report: TestReport): readonly Line[] {
  const { results, coverage, min } = report;
  const failed = results.filter((result) => !result.isPassed);
  const policies = new Set(results.map(({ policy }) => policy));
  return [
    ...failed.flatMap((result) => [...failureLines(result, policies.size > 1), ""]),
    [styled("bold", styled(failed.length === 0 ? "green" : "red", passedText(report)))],
    ...coverage.flatMap((one) => ["", ...coverageLines(one, min)]),
  ];
}

function failureLines(result: CaseResult, namesPolicy: boolean): readonly Line[] {
  const { test, policy } = result;
  return [
    [styled("red", "FAIL"), "  ", styled("bold", placeOf(result)), `  ${test.name}`],
    ...(namesPolicy ? [`      policy    ${policy}`] : []),
    `      expected  ${expectedText(result)}`,
    `      decided   ${decidedText(result)}`,
  ];
}

function coverageLines(coverage: PolicyCoverage, min: number | undefined): readonly Line[] {
  const missing = missingParts(coverage);
  const more = missing.length - MAX_LISTED;
  return [
    [styled("bold", `Coverage of ${coverage.policy}`), `: ${coverageText(coverage)}`],
    ...(isEnough(coverage, min)
      ? []
      : [[styled("red", "error"), `: below the minimum of ${min} %`]]),
    ...missing.slice(0, MAX_LISTED).map(({ operation, text }) => `  ${operation}: ${text}`),
    ...(more > 0 ? [`  and ${more} more: --json lists all`] : []),
  ];
}
