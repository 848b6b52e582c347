import type { Finding } from "../../errors.js";
import { type Line, styled } from "../terminal/output.js";
import { visible, widthOf } from "../terminal/visible.js";
import type { Range } from "./syntax-tree.js";

/** A finding of a policy, or of `lint`, with its position in the file. */
export interface ShownFinding extends Finding {
  readonly range: Range;
  /** What to do about a finding of `lint`. */
  readonly fix?: string;
  /** The section of the documentation about a finding of `lint`, which is a warning. Every other finding is an error. */
  readonly page?: string;
}

/**
 * Returns the findings of a file as lines for people: `file:line:column  error  message  code`, the suggestion or the fix, and
 * the source line with a mark under the position.
 */
export function findingsLines(
  { file, source }: { readonly file: string; readonly source: string },
  findings: readonly ShownFinding[],
  columns: number,
): readonly Line[] {
  const lines = source.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  return findings.flatMap((finding, index) => [
    ...(index === 0 ? [] : [""]),
    ...findingLines(file, lines, finding, columns),
  ]);
}

/** Returns a finding in one line: `file:line:column  error  message  code`. */
export function findingLine(file: string, { range, message, code, page }: ShownFinding): Line {
  const { line, column } = range.start;
  return [
    styled("bold", `${file}:${line}:${column}`),
    "  ",
    page === undefined ? styled("red", "error") : styled("bold", "warning"),
    `  ${message}  `,
    styled("dim", code),
  ];
}

function findingLines(
  file: string,
  lines: readonly string[],
  finding: ShownFinding,
  columns: number,
): readonly Line[] {
  const { range, suggestion, path, fix } = finding;
  return [
    findingLine(file, finding),
    ...(path === "" ? [] : [["    ", styled("dim", "at"), ` ${path}`]]),
    ...(suggestion === undefined
      ? []
      : [["    did you mean ", styled("green", `\`${suggestion}\``), "?"]]),
    ...(fix === undefined ? [] : [["    ", styled("green", "fix:"), ` ${fix}`]]),
    ...codeFrame(lines, range, columns),
  ];
}

const MIN_WIDTH = 20;

/** Returns the source line of a range with a mark under the range. Of a very long line, returns the part around the range. */
function codeFrame(
  lines: readonly string[],
  { start, end }: Range,
  columns: number,
): readonly Line[] {
  const text = lines[start.line - 1];
  if (text === undefined || text.trim() === "") return [];
  const number = String(start.line);
  const width = Math.max(columns - number.length - 8, MIN_WIDTH);
  const from = start.column - 1 < width ? 0 : start.column - 1 - Math.floor(width / 3);
  const shown = (first: number, last: number) =>
    visible(text.slice(first, last).replaceAll("\t", " "));
  const until = Math.min(from + width, text.length);
  const last = end.line === start.line ? end.column - 1 : text.length;
  const marked = shown(start.column - 1, Math.min(last, until));
  // only the first character of a multi-line object or list is marked: the rest of the line is not all of it
  const marks = end.line === start.line ? "^".repeat(Math.max(widthOf(marked), 1)) : "^";
  const gutter = " ".repeat(number.length);
  const indent = " ".repeat(widthOf(shown(from, start.column - 1)));
  return [
    ["    ", styled("dim", `${number} |`), ` ${shown(from, until)}`],
    ["    ", styled("dim", `${gutter} |`), ` ${indent}`, styled("red", marks)],
  ];
}

/** Returns the findings of a file as data. Lines and columns count from 1. */
export function findingsJson(findings: readonly ShownFinding[]): readonly object[] {
  return findings.map(({ range: { start, end }, ...finding }) => ({
    ...finding,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
  }));
}
