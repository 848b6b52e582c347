import { type Word, wordAs } from "../describe-rule.js";
import { prose } from "./visible.js";

/** Matches the sign of a name that GitHub and GitLab would notify, as `@name` outside code spans. An e-mail address has none. */
const MENTION = /(?<![a-z0-9])@(?=[a-z0-9])/gi;

/** Returns a text of the policy escaped for Markdown: one line, no markup, no mention of a person, every character visible. */
export function text(value: string): string {
  return (
    cellLine(value)
      .replaceAll(/[\\`*_[\]<>|~#&]/g, "\\$&")
      // a backslash has no effect on mentions, which are searched in the rendered text
      .replaceAll(MENTION, "@&#8203;")
      .replace(/^([-+=]|\d+(?=[.)]))/, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`))
  );
}

/** Returns a name as a code span for a table cell. Only there is a pipe escaped. */
export function cellCode(value: string): string {
  return code(value).replaceAll("|", "\\|");
}

/** Returns a name as a code span outside tables. Escapes do not work in a code span, so the fence is longer than any run of backticks inside. */
export function code(value: string): string {
  const shown = cellLine(value);
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = shown.startsWith("`") || shown.endsWith("`") ? " " : "";
  return fence + pad + shown + pad + fence;
}

function cellLine(value: string): string {
  return prose(value).replaceAll(/\s+/g, " ").trim();
}

/** Returns a requirement for a table cell. */
export function ruleCell(words: readonly Word[]): string {
  return words.map((word) => ("scope" in word ? cellCode(word.scope) : word.text)).join("");
}

/** Returns a word whose text is Markdown. The spaces around it separate it from names. */
export function escaped(word: Word): Word {
  return wordAs<Word>(
    word,
    () => word,
    (between) => ({ text: between.replace(/\S.*\S|\S/s, text) }),
  );
}

/** Returns a table. The cells must be Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Returns names as a comma-separated list of code spans. */
export function codeList(names: readonly string[]): string {
  return names.map(code).join(", ");
}

/** Returns the first rows of a table that have room, and takes the room. The cells must be Markdown already. */
export function withinRoom(
  rows: readonly (readonly string[])[],
  room: { left: number },
): readonly (readonly string[])[] {
  return rows.filter((cells) => {
    room.left -= cells.join(" | ").length;
    return room.left >= 0;
  });
}
