import { groupBy } from "../../grammar/entry-of.js";
import { type Line, styled } from "../terminal/output.js";
import { prose } from "../terminal/visible.js";
import { shorten, wrap } from "../terminal/wrap.js";
import type { Outcome, ReportNote, SourceReport } from "./source.js";

/** Number of notes of one code that the text shows. */
const MAX_EXAMPLES = 3;
/** Maximum number of characters of a subject or a message in the text. */
const MAX_TEXT = 400;

/**
 * Returns a report as lines for people: the counts, then the notes by code, with some examples of each. `--json` has all of them.
 */
export function reportLines(
  { source, counts, notes }: SourceReport,
  columns: number,
): readonly Line[] {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const parts = OUTCOMES.map((outcome) => `${counts[outcome]} ${outcome}`).join(", ");
  const noun = total === 1 ? "operation" : "operations";
  const groups = [...groupBy(notes, ({ code }) => code)];
  return [
    [styled("bold", prose(source)), `: ${total} ${noun}: ${parts}`],
    ...groups.flatMap(([code, group]) => groupLines(code, group, columns)),
  ];
}

const OUTCOMES: readonly Outcome[] = ["read", "merged", "guessed", "left"];

function groupLines(code: string, notes: readonly ReportNote[], columns: number): readonly Line[] {
  const count = notes.length === 1 ? "" : `  ${notes.length} times`;
  const others = notes.length - MAX_EXAMPLES;
  return [
    "",
    [styled("bold", code), styled("dim", count)],
    ...notes.slice(0, MAX_EXAMPLES).flatMap((note) => wrap(noteText(note), columns, "      ")),
    ...(others > 0 ? [`  and ${others} more: \`--json\` lists them`] : []),
  ];
}

function noteText({ subject, outcome, message }: ReportNote): string {
  const became = outcome === undefined ? "" : ` (${outcome})`;
  return `  ${shorten(prose(subject), MAX_TEXT)}${became}: ${shorten(prose(message), MAX_TEXT)}`;
}
