import type { CharsOf } from "./scope-token.js";

const PLACEHOLDER = /^(?:\{([A-Za-z_]\w{0,63})\}|<([A-Za-z_]\w{0,63})>)$/;

/** Returns the name of a segment that is a placeholder, otherwise `undefined`. `__proto__` is not a valid name. */
export function placeholderName(segment: string): string | undefined {
  const match = PLACEHOLDER.exec(segment);
  const name = match?.[1] ?? match?.[2];
  return name === "__proto__" ? undefined : name;
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

/** The name of a segment that is a printed placeholder, otherwise `null`. */
export type NameOf<Segment extends string> = Segment extends `{${infer Name}}`
  ? IsName<Name> extends true
    ? Name
    : null
  : null;

/** A segment as it is printed: `{name}` if it is a placeholder, otherwise unchanged. */
export type PrintedSegment<Segment extends string> = Segment extends `<${infer Name}>`
  ? IsName<Name> extends true
    ? `{${Name}}`
    : Segment
  : Segment;
