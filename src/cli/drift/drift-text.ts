import { type Word, wordAs } from "../describe-rule.js";
import { type Line, styled } from "../terminal/output.js";
import { prose } from "../terminal/visible.js";
import {
  agreementText,
  countText,
  type DriftReport,
  type DriftRow,
  driftRows,
  remarksOn,
} from "./drift-report.js";

/** Columns of the longest state, and two spaces. */
const STATE_WIDTH = 10;

/** Returns a report as lines for people. */
export function driftLines(report: DriftReport): readonly Line[] {
  const { file, source, drift, isDrift } = report;
  return [
    [
      isDrift ? styled("red", "drift") : styled("green", "ok"),
      "  ",
      styled("bold", file),
      ` and ${source}: ${countText(drift) || agreementText(report)}`,
    ],
    ...driftRows(report).map(rowLine),
    ...remarksOn(report).map((words) => prose(words.map(wordText).join(""))),
  ];
}

function rowLine({ state, name, detail }: DriftRow): Line {
  const words = detail.map(wordText).join("");
  return [`  ${state.padEnd(STATE_WIDTH)}`, styled("bold", prose(name)), `  ${prose(words)}`];
}

function wordText(word: Word): string {
  return wordAs(
    word,
    (name) => `\`${name}\``,
    (text) => text,
  );
}
