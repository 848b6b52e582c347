import type { CharsOf } from "./scope-token.js";

/** A placeholder in either spelling. `__proto__` is not a valid name. */
const PLACEHOLDER = /\{((?!__proto__\})[A-Za-z_]\w{0,63})\}|<((?!__proto__>)[A-Za-z_]\w{0,63})>/g;

/** A text around its placeholders. */
export interface PlaceholderSplit {
  /** The text before, between and after the placeholders: one more than there are names. */
  readonly literals: readonly string[];
  /** The names of the placeholders in order, including repeated ones. */
  readonly names: readonly string[];
}

/** Splits a text at its placeholders. Other braces are text. */
export function splitPlaceholders(text: string): PlaceholderSplit {
  if (!hasBracket(text)) return { literals: [text], names: [] };
  const literals: string[] = [];
  const names: string[] = [];
  let end = 0;
  for (const { 0: whole, 1: inBraces, 2: inAngles, index } of text.matchAll(PLACEHOLDER)) {
    literals.push(text.slice(end, index));
    names.push((inBraces ?? inAngles) as string);
    end = index + whole.length;
  }
  literals.push(text.slice(end));
  return { literals, names };
}

/** Returns a text with every placeholder printed as `{name}`. */
export function printPlaceholders(text: string): string {
  return text.includes("<")
    ? text.replace(
        PLACEHOLDER,
        (_, inBraces?: string, inAngles?: string) => `{${inBraces ?? inAngles}}`,
      )
    : text;
}

/** Returns whether a text has a placeholder. A scope-token that has one is a template: in an access token it grants nothing. */
export function hasPlaceholder(text: string): boolean {
  return hasBracket(text) && text.search(PLACEHOLDER) !== -1;
}

/** Returns whether a text has a character that can begin a placeholder. Most scopes have none, and then nothing is searched. */
function hasBracket(text: string): boolean {
  return text.includes("{") || text.includes("<");
}

/** Returns the index of the first `{`, `}`, `<` or `>` of a text that is not part of a placeholder, or -1. */
export function strayBracket(text: string): number {
  const others = hasBracket(text)
    ? text.replace(PLACEHOLDER, (whole) => " ".repeat(whole.length))
    : text;
  return others.search(/[{}<>]/);
}

// The same grammar as types.

type NameStart = CharsOf<"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_">;
type NameChar = NameStart | CharsOf<"0123456789">;

// A letter or `_`, then up to 63 letters, digits or `_`.
type IsName<Text extends string> = Text extends "__proto__"
  ? false
  : Text extends `${infer Start}${infer Rest}`
    ? Start extends NameStart
      ? EveryNameChar<Rest>
      : false
    : false;

type EveryNameChar<Text extends string, Count extends readonly 0[] = []> = Text extends ""
  ? true
  : Count["length"] extends 63
    ? false
    : Text extends `${infer Char}${infer Rest}`
      ? Char extends NameChar
        ? EveryNameChar<Rest, [...Count, 0]>
        : false
      : false;

/** The names of the printed placeholders of a text in order, including repeated ones. */
export type NamesIn<
  Text extends string,
  Done extends readonly string[] = readonly [],
> = Text extends `${string}{${infer Rest}`
  ? Rest extends `${infer Name}}${infer After}`
    ? IsName<Name> extends true
      ? NamesIn<After, readonly [...Done, Name]>
      : NamesIn<Rest, Done>
    : Done
  : Done;

/** A text with every placeholder printed as `{name}`. */
export type Printed<
  Text extends string,
  Done extends string = "",
> = Text extends `${infer Before}<${infer Rest}`
  ? Rest extends `${infer Name}>${infer After}`
    ? IsName<Name> extends true
      ? Printed<After, `${Done}${Before}{${Name}}`>
      : Printed<Rest, `${Done}${Before}<`>
    : `${Done}${Text}`
  : `${Done}${Text}`;

/** `true` for a printed segment that is one placeholder, otherwise `false`. */
export type IsPlaceholder<Segment extends string> = Segment extends `{${infer Name}}`
  ? IsName<Name>
  : false;
