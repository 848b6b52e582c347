import wrapAnsi from "wrap-ansi";
import { prose } from "./visible.js";

/**
 * Returns a text as visible lines, broken between words at a width in columns. All lines after the first are indented.
 * A word that is longer than the width has its own line.
 */
export function wrap(text: string, width: number, indent: string): readonly string[] {
  // the library normalizes what it returns
  const line = prose(text).normalize();
  const body = line.trimStart();
  const lead = line.slice(0, line.length - body.length);
  const [first = ""] = wrapAnsi(body, width - lead.length).split("\n");
  const rest = body.slice(first.length).trim();
  if (rest === "") return [lead + first];
  const more = wrapAnsi(rest, width - indent.length).split("\n");
  return [lead + first, ...more.map((one) => indent + one)];
}

/** Returns a text cut after a whole word, with `…` in place of the rest. */
export function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const cut = text.slice(0, longest);
  const end = cut.lastIndexOf(" ");
  return `${(end > 0 ? cut.slice(0, end) : cut).replace(/(?<![\s,;:.])[\s,;:.]+$/, "")} …`;
}
