import { joinLines, replaceInvisible } from "../../grammar/shown-text.js";
import { shorten } from "../terminal/wrap.js";
import type { DocumentFinding } from "./document.js";

/** Number of characters of a text that are read at most. */
const MAX_READ = 20_000;

/**
 * Returns a text of a document as one line of at most `longest` characters without invisible ones; `undefined` for an empty text,
 * and for a value that is not a text.
 */
export function oneLine(value: unknown, longest: number): string | undefined {
  if (typeof value !== "string") return undefined;
  const line = joinLines(value.slice(0, MAX_READ)).replaceAll(/\s+/g, " ").trim();
  // after the cut, which may halve a character of two units
  const text = replaceInvisible(shorten(replaceInvisible(line, ""), longest), "").trim();
  return text === "" ? undefined : text;
}

/** Returns the first paragraph of a text of a document, as {@link oneLine} returns a text. */
export function firstParagraph(value: unknown, longest: number): string | undefined {
  if (typeof value !== "string") return undefined;
  const [first] = value
    .slice(0, MAX_READ)
    .trim()
    .split(/\r?\n[^\S\n]*\r?\n/);
  return oneLine(first, longest);
}

/** Maximum number of names that a message lists. */
const MAX_NAMED = 3;

/** Returns names as text for a message, the first of them if there are many: `` `a`, `b` and 4 more ``. */
export function nameList(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMED).map((name) => `\`${name}\``);
  const others = names.length - shown.length;
  const last = others > 0 ? [`${others} more`] : shown.splice(-1);
  return shown.length === 0 ? last.join() : `${shown.join(", ")} and ${last.join()}`;
}

/** Returns where a fault of a document is, as text: `file:line:column`, or the part of it that is known. */
export function placeOf({ file, line, column }: DocumentFinding): string {
  return [file, line, column].filter((part) => part !== undefined).join(":");
}

/** Returns the last part of the path or address of a document, for reasons that clients read. */
export function documentName(source: string): string {
  const path = source.slice(0, source.search(/[?#]|$/));
  return (
    oneLine(
      path.split(/[/\\]/).findLast((part) => part !== ""),
      100,
    ) ?? "the document"
  );
}
