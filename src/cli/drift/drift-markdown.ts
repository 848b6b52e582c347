import type { Word } from "../describe-rule.js";
import { cellCode, code, ruleCell, table, text } from "../terminal/markdown.js";
import {
  agreementText,
  countText,
  type DriftReport,
  driftRows,
  remarksOn,
} from "./drift-report.js";

/** Maximum number of rows: a comment on GitHub has at most 65,536 characters. */
const MAX_ROWS = 100;

/** Returns a report as Markdown, for a comment on a pull request or the summary of a job. */
export function driftMarkdown(report: DriftReport): string {
  const { file, source, drift, isDrift } = report;
  const rows = driftRows(report);
  const more = rows.length - MAX_ROWS;
  const parts = [
    `### ${isDrift ? "Policy drift" : "No policy drift"}: ${code(file)} and ${code(source)}`,
    text(countText(drift) || agreementText(report)),
    rows.length === 0 ? undefined : rowTable(rows.slice(0, MAX_ROWS)),
    more > 0 ? `${more} more: ${code("--json")} lists all.` : undefined,
    ...remarksOn(report).map(text),
  ];
  return `${parts.filter((part) => part !== undefined).join("\n\n")}\n`;
}

function rowTable(rows: ReturnType<typeof driftRows>): string {
  return table(
    ["state", "operation", "difference"],
    rows.map(({ state, name, detail }) => [state, cellCode(name), ruleCell(detail.map(escaped))]),
  );
}

/** Returns a word whose text is Markdown. The spaces around it separate it from names. */
function escaped(word: Word): Word {
  return "text" in word ? { text: word.text.replace(/\S.*\S|\S/s, text) } : word;
}
