import stringWidth from "string-width";
import { escapeInvisible, INVISIBLE, joinLines } from "../../grammar/shown-text.js";

/**
 * Returns a text as one line in which every character is visible: controls, line breaks, marks that change the direction
 * of text, and invisible characters become escapes such as `\u{202e}`. Every text that the command line prints for people
 * goes through this function.
 */
export function visible(text: string): string {
  return escapeInvisible(text);
}

/** Returns prose as one visible line: line breaks and tabs become spaces. */
export function prose(text: string): string {
  return visible(joinLines(text));
}

/** Returns JSON text with every invisible character as a `\u` escape, so that the parsed value stays the same. */
export function visibleJson(json: string): string {
  return json.replaceAll(INVISIBLE_IN_JSON, (character) =>
    character.split("").map(codeUnit).join(""),
  );
}

/** Narrower than what a person cannot see: JSON has escaped the controls up to DEL, but for the line breaks of its layout. */
const INVISIBLE_IN_JSON = new RegExp(`(?![\\0-~])${INVISIBLE.source}`, "gu");

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
