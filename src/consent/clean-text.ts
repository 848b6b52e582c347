import { holdsUnseen } from "../grammar/shown-text.js";

const LONGEST_NAME = 80;
const LONGEST_SHOWN = 200;

/** More marks on one letter than any script has: a pile of them is drawn over the lines around it. */
const MARKS_TOO_MANY = /([\p{Mn}\p{Me}]{4})[\p{Mn}\p{Me}]+/gu;

/** A text of somebody else as one line that shows what it says: NFKC, nothing unseen, one space between words, cut. `undefined` for nothing. */
export function cleanName(text: unknown, most = LONGEST_NAME): string | undefined {
  if (typeof text !== "string") return undefined;
  const clean = [...text.slice(0, 16 * most).normalize("NFKC")]
    .map((character) => (/\s/.test(character) ? " " : character))
    .filter((character) => !holdsUnseen(character))
    .join("")
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
  return [...shown.slice(0, LONGEST_SHOWN)]
    .map((character) =>
      holdsUnseen(character)
        ? `\\u{${(character.codePointAt(0) as number).toString(16)}}`
        : character,
    )
    .join("");
}
