import type { Word } from "./rule-words.js";
import { prose } from "./visible.js";

/** Returns a text of the policy as Markdown that shows it: on one line, without markup, every character visible. */
export function text(value: string): string {
  return oneLine(value)
    .replaceAll(/[\\`*_[\]<>|~#&]/g, "\\$&")
    .replace(/^([-+=]|\d+(?=[.)]))/, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`));
}

/** A name as a code span, in a cell of a table: there a pipe is escaped, which it is not elsewhere. */
export function cellCode(value: string): string {
  return code(value).replaceAll("|", "\\|");
}

/** A name as a code span, outside tables. Nothing in a code span is escaped, so its fence is longer than any inside. */
export function code(value: string): string {
  const shown = oneLine(value);
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = shown.startsWith("`") || shown.endsWith("`") ? " " : "";
  return fence + pad + shown + pad + fence;
}

function oneLine(value: string): string {
  return prose(value).replaceAll(/\s+/g, " ").trim();
}

/** A rule for a cell of a table. */
export function ruleCell(words: readonly Word[]): string {
  return words.map((word) => ("scope" in word ? cellCode(word.scope) : word.text)).join("");
}

/** A table; its cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Names as code spans, in a sentence. */
export function codeList(names: readonly string[]): string {
  return names.map(code).join(", ");
}
