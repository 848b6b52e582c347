import { type Line, styled } from "../terminal/output.js";
import { visible, widthOf } from "../terminal/visible.js";
import type { LoadResult, LocatedFinding } from "./load-policy-file.js";
import type { Range } from "./syntax-tree.js";

type LoadedWithFindings = Extract<LoadResult, { readonly ok: false }>;

/**
 * Returns the findings of a file as lines for people: `file:line:column  error  message  code`, the suggestion, and the
 * source line with a mark under the position.
 */
export function findingsLines(
  { file, source, findings }: LoadedWithFindings,
  columns: number,
): readonly Line[] {
  const lines = source.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  return findings.flatMap((finding, index) => [
    ...(index === 0 ? [] : [""]),
    ...findingLines(file, lines, finding, columns),
  ]);
}

function findingLines(
  file: string,
  lines: readonly string[],
  { range, message, code, suggestion, path }: LocatedFinding,
  columns: number,
): readonly Line[] {
  const { line, column } = range.start;
  return [
    [
      styled("bold", `${file}:${line}:${column}`),
      "  ",
      styled("red", "error"),
      `  ${message}  `,
      styled("dim", code),
    ],
    ...(path === "" ? [] : [["    ", styled("dim", "at"), ` ${path}`]]),
    ...(suggestion === undefined
      ? []
      : [["    did you mean ", styled("green", `\`${suggestion}\``), "?"]]),
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
export function findingsJson({ findings }: LoadedWithFindings): readonly object[] {
  return findings.map(({ range: { start, end }, ...finding }) => ({
    ...finding,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
  }));
}
