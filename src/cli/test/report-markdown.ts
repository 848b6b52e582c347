import { cellCode, code, table, text, withinRoom } from "../terminal/markdown.js";
import {
  checksOf,
  coverageText,
  isEnough,
  isPassed,
  missingParts,
  type PolicyCoverage,
  passedText,
  type TestReport,
} from "./test-report.js";

/** Maximum number of characters of all rows: a comment on GitHub has at most 65,536. */
const MAX_LENGTH = 50_000;

/** Returns a report as Markdown, for a comment on a pull request or the summary of a job. */
export function reportMarkdown(report: TestReport): string {
  const failed = checksOf(report).flatMap(({ place, title, policy, failure }) =>
    failure === undefined
      ? []
      : [
          [
            cellCode(place),
            text(title),
            cellCode(policy),
            text(failure.expected),
            text(failure.decided),
          ],
        ],
  );
  const room = { left: MAX_LENGTH };
  const rows = withinRoom(failed, room);
  const parts = [
    `### Policy tests ${isPassed(report) ? "pass" : "fail"}: ${passedText(report)}`,
    ...(rows.length === 0 ? [] : [table(["case", "name", "policy", "expected", "decided"], rows)]),
    ...moreText(failed.length - rows.length),
    ...report.coverage.flatMap((one) => coverageParts(one, report.min, room)),
  ];
  return `${parts.join("\n\n")}\n`;
}

function coverageParts(
  coverage: PolicyCoverage,
  min: number | undefined,
  room: { left: number },
): readonly string[] {
  const below = isEnough(coverage, min) ? "" : `, below the minimum of ${min} %`;
  const all = missingParts(coverage).map((part) => [cellCode(part.operation), text(part.text)]);
  const rows = withinRoom(all, room);
  return [
    `Coverage of ${code(coverage.policy)}: ${text(coverageText(coverage) + below)}`,
    ...(rows.length === 0 ? [] : [table(["operation", "not exercised"], rows)]),
    ...moreText(all.length - rows.length),
  ];
}

function moreText(count: number): readonly string[] {
  return count > 0 ? [`${count} more: ${code("--json")} lists all.`] : [];
}
