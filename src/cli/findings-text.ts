import { type Colours, coloursOf, type Io } from "./io.js";
import type { Loaded, PlacedFinding } from "./load.js";
import type { Range } from "./syntax-tree.js";

type Refused = Extract<Loaded, { readonly ok: false }>;

/**
 * The findings of a file as an editor shows them: `file:line:column  error  message  code`, what was probably meant,
 * and the line with a mark under the place.
 */
export function findingsText({ file, source, findings }: Refused, io: Io): string {
  const colours = coloursOf(io);
  const lines = source.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  return findings.map((finding) => findingText(file, lines, finding, io, colours)).join("\n\n");
}

function findingText(
  file: string,
  lines: readonly string[],
  { range, message, code, suggestion, path }: PlacedFinding,
  io: Io,
  colours: Colours,
): string {
  const { line, column } = range.start;
  const place = `${file}:${line}:${column}`;
  const head = `${colours.bold(place)}  ${colours.red("error")}  ${message}  ${colours.dim(code)}`;
  const below = [
    ...(path === "" ? [] : [`    ${colours.dim("at")} ${path}`]),
    ...(suggestion === undefined
      ? []
      : [`    did you mean ${colours.green(`\`${suggestion}\``)}?`]),
    ...codeFrame(lines, range, io.columns, colours),
  ];
  return [head, ...below].join("\n");
}

const LEAST_WIDTH = 20;

/** The line of a place with a mark under it; of a very long line, the part around the place. */
function codeFrame(
  lines: readonly string[],
  { start, end }: Range,
  columns: number,
  colours: Colours,
): readonly string[] {
  const text = lines[start.line - 1];
  if (text === undefined || text.trim() === "") return [];
  const number = String(start.line);
  const width = Math.max(columns - number.length - 8, LEAST_WIDTH);
  const from = start.column - 1 < width ? 0 : start.column - 1 - Math.floor(width / 3);
  const shown = text.slice(from, from + width).replaceAll("\t", " ");
  const last = end.line === start.line ? end.column - 1 : text.length;
  const length = Math.max(Math.min(last, from + shown.length) - (start.column - 1), 1);
  // a whole object or list is named by its first character: what follows on the line is not all of it
  const marks = end.line === start.line ? "^".repeat(length) : "^";
  const gutter = " ".repeat(number.length);
  return [
    `    ${colours.dim(`${number} |`)} ${shown}`,
    `    ${colours.dim(`${gutter} |`)} ${" ".repeat(start.column - 1 - from)}${colours.red(marks)}`,
  ];
}

/** The findings of a file as data: lines and columns count from 1. */
export function findingsJson({ findings }: Refused): readonly object[] {
  return findings.map(({ range: { start, end }, ...finding }) => ({
    ...finding,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
  }));
}
