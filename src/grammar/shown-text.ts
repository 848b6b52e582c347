/**
 * A character that a person cannot see, or that changes how others are seen: the category `C` (controls, format characters such as
 * bidirectional and zero-width ones, lone surrogates, private and unassigned characters), line and paragraph separators, and
 * letters that are not drawn. Not the two variation selectors that make a sign an emoji or keep it from being one.
 */
export const INVISIBLE =
  /[\p{C}\u2028\u2029\u2800\p{Default_Ignorable_Code_Point}](?<![\ufe0e\ufe0f])/u;

/** The invisible characters that no format of text allows: controls and lone surrogates. */
export const CONTROL = /[\p{Cc}\p{Cs}]/u;

const EACH_INVISIBLE = new RegExp(INVISIBLE, "gu");

/** Line breaks and tabs: the controls from U+0009 to U+000D, and those beyond ASCII. */
const LINE_BREAKS = /[\t-\r\u0085\u2028\u2029]+/gu;

/** Returns whether a text contains an invisible character. */
export function hasInvisible(text: string): boolean {
  return INVISIBLE.test(text);
}

/** Returns a text with another in the place of each invisible character. */
export function replaceInvisible(text: string, replacement: string): string {
  return text.replaceAll(EACH_INVISIBLE, replacement);
}

/** Returns a text with each invisible character as an escape such as `\u{202e}`. */
export function escapeInvisible(text: string): string {
  return text.replaceAll(EACH_INVISIBLE, (character) => {
    const code = character.codePointAt(0) as number;
    return `\\u{${code.toString(16)}}`;
  });
}

/** Returns a text as one line, with a space, or another text, in the place of line breaks and tabs. */
export function joinLines(text: string, separator = " "): string {
  return text.replaceAll(LINE_BREAKS, separator);
}
