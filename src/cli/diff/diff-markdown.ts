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
  countText,
  type DiffReport,
  type DiffRow,
  type DiffSection,
  diffSections,
  remarksOn,
} from "./diff-report.js";

/** Maximum number of characters of the rows of a section: a comment on GitHub has at most 65,536. */
const MAX_LENGTH = 18_000;

/** Returns a report as Markdown, for a comment on a pull request or the summary of a job. */
export function diffMarkdown(report: DiffReport): string {
  const { before, after } = report;
  const parts = [
    `### Policy change: ${code(before.file)} and ${code(after.file)}`,
    text(countText(report)),
    ...diffSections(report).flatMap(sectionParts),
    ...remarksOn(report).map(text),
  ];
  return `${parts.join("\n\n")}\n`;
}

function sectionParts({ title, head, rows }: DiffSection): readonly string[] {
  const cells = rows.map(rowCells);
  const shown = withinRoom(cells, { left: MAX_LENGTH });
  const more = cells.length - shown.length;
  return [
    `#### ${title}`,
    table(head, shown),
    ...(more > 0 ? [`${more} more: ${code("--json")} lists all.`] : []),
  ];
}

function rowCells({ state, name, detail }: DiffRow): readonly string[] {
  return [text(state), cellCode(name), ruleCell(detail.map(escaped))];
}
