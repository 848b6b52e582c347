import { joinLines, replaceInvisible } from "../../grammar/shown-text.js";
import { shorten } from "../terminal/wrap.js";

/** Maximum number of characters of a title and of a description that a policy takes from a source. */
export const MAX_TEXT = { title: 100, description: 500 } as const;

/**
 * Returns a text of a source as one line of at most `longest` characters without invisible ones; `undefined` for an empty text, and
 * for a value that is not a text.
 */
export function sourceText(value: unknown, longest: number): string | undefined {
  if (typeof value !== "string") return undefined;
  // cut before the slow steps, with room for what they remove
  const line = joinLines(value.slice(0, longest * 10));
  const text = shorten(replaceInvisible(line, "").replaceAll(/\s+/g, " ").trim(), longest);
  // the cut can halve a character of two units
  return replaceInvisible(text, "") || undefined;
}
