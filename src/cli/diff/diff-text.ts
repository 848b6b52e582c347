import { wordAs } from "../describe-rule.js";
import { type Line, styled } from "../terminal/output.js";
import { prose } from "../terminal/visible.js";
import {
  countText,
  type DiffReport,
  type DiffRow,
  diffSections,
  remarksOn,
} from "./diff-report.js";

/** Returns a report as lines for people. */
export function diffLines(report: DiffReport): readonly Line[] {
  const { before, after } = report;
  return [
    [styled("bold", `${before.file} and ${after.file}`), `: ${countText(report)}`],
    ...diffSections(report).flatMap(({ title, rows }) => {
      const width = Math.max(...rows.map(({ state }) => state.length)) + 2;
      return ["", title, ...rows.map((row) => rowLine(row, width))];
    }),
    "",
    ...remarksOn(report).map(prose),
  ];
}

function rowLine({ state, name, detail }: DiffRow, width: number): Line {
  const words = detail.map((word) =>
    wordAs(
      word,
      (scope) => `\`${scope}\``,
      (text) => text,
    ),
  );
  return [`  ${state.padEnd(width)}`, styled("bold", prose(name)), `  ${prose(words.join(""))}`];
}
