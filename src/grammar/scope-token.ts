declare const brand: unique symbol;

/**
 * A text that is one scope-token. Only {@link isScopeToken} and {@link parseScope} make it, so a value of
 * this type holds no space, no quote and no control character, and can stand in a header as it is.
 */
export type ScopeToken = string & { readonly [brand]: true };

/** The characters of a text, as a union. */
export type CharsOf<
  Text extends string,
  Found extends string = never,
> = Text extends `${infer Char}${infer Rest}` ? CharsOf<Rest, Found | Char> : Found;

/** NQCHAR = %x21 / %x23-5B / %x5D-7E, as a type. */
type ScopeChar =
  | CharsOf<"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789">
  | CharsOf<"!#$%&'()*+,-./:;<=>?@[]^_`{|}~">;

/** `true` for a literal text that is one scope-token, else `false`: the twin of {@link isScopeToken}. */
export type IsScopeToken<Text extends string> = Text extends "" ? false : EveryScopeChar<Text>;

// Eight characters a step: a tenth of the instantiations, and room for texts of some 8,000 characters.
type EveryScopeChar<Text extends string> =
  Text extends `${infer A}${infer B}${infer C}${infer D}${infer E}${infer F}${infer G}${infer H}${infer Rest}`
    ? [A | B | C | D | E | F | G | H] extends [ScopeChar]
      ? EveryScopeChar<Rest>
      : false
    : Text extends `${infer A}${infer Rest}`
      ? A extends ScopeChar
        ? EveryScopeChar<Rest>
        : false
      : true;

/** Whether a UTF-16 unit is an NQCHAR: %x21 / %x23-5B / %x5D-7E. */
export function isScopeChar(unit: number): boolean {
  return unit > 0x20 && unit < 0x7f && unit !== 0x22 && unit !== 0x5c;
}

/** The index of the first UTF-16 unit outside NQCHAR, or -1. The empty text has none, and is no scope-token. */
export function badScopeChar(text: string): number {
  for (let index = 0; index < text.length; index += 1) {
    if (!isScopeChar(text.charCodeAt(index))) return index;
  }
  return -1;
}

/** Why a scope-token cannot hold the character at an index; one that does not print is shown by its number. */
export function badCharReason(text: string, index: number): string {
  const unit = text.charCodeAt(index);
  if (unit === 0x20) return "a space stands in no scope-token";
  const shown =
    unit > 0x20 && unit < 0x7f
      ? text.charAt(index)
      : `U+${unit.toString(16).toUpperCase().padStart(4, "0")}`;
  return `\`${shown}\` stands in no scope-token`;
}

/**
 * Tells whether a value is one scope-token: a string of one or more characters of ASCII that print,
 * without space, `"` and `\`. Case is kept and matters; no limit of length; never throws.
 *
 * It does not say that any policy knows the scope.
 *
 * {@link https://www.rfc-editor.org/rfc/rfc6749.html#section-3.3 RFC 6749, section 3.3}
 *
 * @example
 * ```ts
 * import { isScopeToken } from "scope-policy";
 *
 * isScopeToken("courses:read"); // true
 * isScopeToken("courses:read courses:write"); // false: two of them
 * ```
 */
export function isScopeToken(value: unknown): value is ScopeToken {
  return typeof value === "string" && value !== "" && badScopeChar(value) === -1;
}
