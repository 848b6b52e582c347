import { escapeInvisible } from "../../grammar/shown-text.js";
import { UsageError } from "../terminal/io.js";

/** Half of a surrogate pair, which no text of Cedar can contain. */
const HALF_PAIR = /\p{Cs}/u;

/**
 * Returns a text as a string literal of Cedar. Invisible characters become escapes.
 *
 * @throws `UsageError` for a text that is not valid Unicode
 */
export function quote(text: string): string {
  const escaped = escapeInvisible(text.replaceAll(/["\\]/g, (char) => `\\${char}`));
  if (!HALF_PAIR.test(text)) return `"${escaped}"`;
  throw new UsageError(
    `cannot export \`${escaped}\`: it has half of a surrogate pair, which a text of Cedar cannot contain`,
  );
}

/** Returns texts as a set literal of Cedar, in one line. */
export function quoteAll(texts: readonly string[]): string {
  return `[${texts.map(quote).join(", ")}]`;
}

/** Returns the condition that all conditions are met. */
export function allOf(conditions: readonly string[]): string {
  return conditions.join(" && ");
}

/** Number of conditions in one pair of parentheses. */
const WIDTH = 8;

/**
 * Returns the condition that one of some conditions is met, in parentheses. A long list is nested in halves: engines evaluate `||`
 * recursively, and the WebAssembly build of Cedar ends with a memory error at some 1,000 conditions in a row.
 */
export function anyOf(conditions: readonly string[]): string {
  if (conditions.length === 1) return conditions.join("");
  if (conditions.length <= WIDTH) return `(${conditions.join(" || ")})`;
  const middle = Math.ceil(conditions.length / 2);
  return `(${anyOf(conditions.slice(0, middle))} || ${anyOf(conditions.slice(middle))})`;
}
