import wrapAnsi from "wrap-ansi";
import { padTo, prose, widthOf } from "./visible.js";

/** Columns that the frame adds to a cell: a space on each side and a line. */
export const FRAME = 3;

/** The lines above the head, below it, and below the last row: left end, crossing, right end. */
const RULES = {
  top: ["┌", "┬", "┐"],
  middle: ["├", "┼", "┤"],
  bottom: ["└", "┴", "┘"],
} as const;

/**
 * Returns a table in a frame. A cell of the first column that is wider than `firstWidth` columns continues on the next line;
 * the other columns are as wide as their widest cell.
 */
export function grid(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  firstWidth: number,
): readonly string[] {
  const table = [head, ...rows].map((row) => row.map(prose));
  const widths = head.map((_, column) =>
    column === 0 ? firstWidth : Math.max(...table.map((row) => widthOf(row[column] ?? ""))),
  );
  const rule = ([left, crossing, right]: readonly [string, string, string]) =>
    left + widths.map((width) => "─".repeat(width + FRAME - 1)).join(crossing) + right;
  const [headLines = [], ...rowLines] = table.map(([first = "", ...cells]) =>
    wrapAnsi(first, firstWidth, { hard: true, wordWrap: false })
      .split("\n")
      .map((part, index) => lineOf([part, ...(index === 0 ? cells : [])], widths)),
  );
  return [
    rule(RULES.top),
    ...headLines,
    rule(RULES.middle),
    ...rowLines.flat(),
    rule(RULES.bottom),
  ];
}

function lineOf(cells: readonly string[], widths: readonly number[]): string {
  return `│${widths.map((width, column) => ` ${padTo(cells[column] ?? "", width)} `).join("│")}│`;
}
