import { cellCode, code, table, text, withinRoom } from "../terminal/markdown.js";
import type { LocatedLint } from "./located-lint.js";

/** Maximum number of characters of all rows: a comment on GitHub has at most 65,536. */
const MAX_LENGTH = 50_000;

/** Returns findings as Markdown, for a comment on a pull request or the summary of a job. */
export function lintMarkdown(file: string, findings: readonly LocatedLint[]): string {
  const rows = findings.map(({ code: name, path, message, fix, range }) => [
    String(range.start.line),
    cellCode(name),
    path === "" ? "" : cellCode(path),
    text(fix === undefined ? message : `${message}. Fix: ${fix}`),
  ]);
  const shown = withinRoom(rows, { left: MAX_LENGTH });
  const count = findings.length === 1 ? "1 finding" : `${findings.length} findings`;
  const parts = [
    `### Lint: ${findings.length === 0 ? "no findings" : count} in ${code(file)}`,
    ...(rows.length === 0 ? [] : [table(["line", "code", "place", "finding"], shown)]),
    ...(rows.length > shown.length
      ? [`${rows.length - shown.length} more: ${code("--json")} lists all.`]
      : []),
  ];
  return `${parts.join("\n\n")}\n`;
}
