import stringWidth from "string-width";
import { holdsUnseen } from "../grammar/shown-text.js";

/**
 * Returns a text as one line in which every character can be seen: controls, line breaks, marks that change the direction
 * of text, and invisible characters become escapes such as `\u{202E}`. Every text that the command line prints for people
 * goes through this function.
 */
export function visible(text: string): string {
  if (!holdsUnseen(text)) return text;
  return [...text]
    .map((character) => (holdsUnseen(character) ? escaped(character) : character))
    .join("");
}

function escaped(character: string): string {
  const code = character.codePointAt(0) as number;
  return `\\u{${code.toString(16).toUpperCase()}}`;
}

const LINE_BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/gu;

/** Returns prose as one visible line: line breaks and tabs separate words, as a space does. */
export function prose(text: string): string {
  return visible(text.replaceAll(LINE_BREAKS, " "));
}

/** Returns JSON text with every invisible character as a `\u` escape, so that the parsed value stays the same. */
export function visibleJson(json: string): string {
  return json.replaceAll(UNSEEN_IN_JSON, (character) =>
    holdsUnseen(character) ? character.split("").map(codeUnit).join("") : character,
  );
}

// what is within ASCII and unseen is escaped by JSON already, except DEL
const UNSEEN_IN_JSON = /[\u007F-\u{10FFFF}]/gu;

function codeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Returns how many columns of a terminal a visible text takes: two for a wide letter or an emoji, none for a mark. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** Returns a visible text with spaces up to a width in columns. */
export function padTo(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}
