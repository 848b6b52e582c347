import { escapeUnseen, replaceUnseen } from "../grammar/shown-text.js";

const LONGEST_NAME = 80;
const LONGEST_SHOWN = 200;

/** More marks on one letter than any script has: a pile of them is drawn over the lines around it. */
const MARKS_TOO_MANY = /([\p{Mn}\p{Me}]{4})[\p{Mn}\p{Me}]+/gu;

/** A text of somebody else as one line that shows what it says: NFKC, nothing unseen, one space between words, cut. `undefined` for nothing. */
export function cleanName(text: unknown, most = LONGEST_NAME): string | undefined {
  if (typeof text !== "string") return undefined;
  const line = text
    .slice(0, 16 * most)
    .normalize("NFKC")
    .replaceAll(/\s/g, " ");
  const clean = replaceUnseen(line, "")
    .replaceAll(MARKS_TOO_MANY, "$1")
    .replaceAll(/ {2,}/g, " ")
    .trim();
  if (clean === "") return undefined;
  const letters = [...clean];
  return letters.length > most
    ? `${letters
        .slice(0, most - 1)
        .join("")
        .trimEnd()}…`
    : clean;
}

/** A text for a log: one line, with what is unseen written as escapes, cut. */
export function forLog(text: unknown): string {
  const shown = typeof text === "string" ? text : `(${typeof text})`;
  return escapeUnseen(shown.slice(0, LONGEST_SHOWN));
}
