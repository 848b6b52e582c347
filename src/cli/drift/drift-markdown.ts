import { type Word, wordAs } from "../describe-rule.js";
import {
  cellCode,
  code,
  escaped,
  ruleCell,
  table,
  text,
  withinRoom,
} from "../terminal/markdown.js";
import {
  agreementText,
  countText,
  type DriftReport,
  type DriftRow,
  driftRows,
  remarksOn,
} from "./drift-report.js";

/** Maximum number of characters of all rows: a comment on GitHub has at most 65,536. */
const MAX_LENGTH = 50_000;

/** Returns a report as Markdown, for a comment on a pull request or the summary of a job. */
export function driftMarkdown(report: DriftReport): string {
  const { file, source, drift, isDrift } = report;
  const rows = driftRows(report).map(rowCells);
  const shown = withinRoom(rows, { left: MAX_LENGTH });
  const more = rows.length - shown.length;
  const parts = [
    `### ${isDrift ? "Policy drift" : "No policy drift"}: ${code(file)} and ${code(source)}`,
    text(countText(drift) || agreementText(report)),
    rows.length === 0 ? undefined : table(HEAD, shown),
    more > 0 ? `${more} more: ${code("--json")} lists all.` : undefined,
    ...remarksOn(report).map(remarkText),
  ];
  return `${parts.filter((part) => part !== undefined).join("\n\n")}\n`;
}

const HEAD = ["state", "operation", "difference"];

function rowCells({ state, name, detail }: DriftRow): readonly string[] {
  return [state, cellCode(name), ruleCell(detail.map(escaped))];
}

function remarkText(words: readonly Word[]): string {
  return words.map((word) => wordAs(escaped(word), code, (between) => between)).join("");
}
