/** Control, format (bidi and zero-width characters among them), private and unassigned characters, and lone surrogates. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029]/u;

/** Whether a text holds a character that a person cannot see, or that changes how others are seen. */
export function holdsUnseen(text: string): boolean {
  return UNSEEN.test(text);
}
