import { prose, widthOf } from "./visible.js";

/**
 * Returns a text as visible lines, broken between words at a width in columns. All lines after the first are indented.
 * A word that is longer than the width has its own line.
 */
export function wrap(text: string, width: number, indent: string): readonly string[] {
  const line = prose(text);
  const lines: string[] = [];
  const lead = /^ */.exec(line)?.[0] ?? "";
  let current = lead;
  for (const word of line.slice(lead.length).split(" ")) {
    const longer = current.trim() === "" ? current + word : `${current} ${word}`;
    if (widthOf(longer) > width && current.trim() !== "") {
      lines.push(current);
      current = indent + word;
    } else {
      current = longer;
    }
  }
  return [...lines, current];
}

/** Returns a text cut after a whole word, with `…` in place of the rest. */
export function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const cut = text.slice(0, longest);
  const end = cut.lastIndexOf(" ");
  return `${(end > 0 ? cut.slice(0, end) : cut).replace(/[\s,;:.]+$/, "")} …`;
}
