/** Control, format (bidi and zero-width characters among them), private and unassigned characters, and lone surrogates. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029]/u;

/** Letters that are drawn as nothing, but for what makes a sign an emoji or keeps it from being one. */
const BLANK = /(?![\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}|\u2800/u;

/** Whether a text holds a character that a person cannot see, or that changes how others are seen. */
export function holdsUnseen(text: string): boolean {
  return UNSEEN.test(text) || BLANK.test(text);
}
