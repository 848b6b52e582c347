import { decodeUtf8, foldCase } from "./endpoint-key.js";

/** A segment of a request's path, which a literal or a parameter can match. */
export interface PathSegment {
  /** The text as written in the path. */
  readonly text: string;
  /** The decoded text: the value of a parameter. */
  readonly value: string;
  /** The value without letter case and without what follows a plain `;`, for the lookup of literals. */
  readonly folded: string;
  /** The whole value without letter case. */
  readonly wholeFolded: string;
}

const PLAIN_VALUE = /^[A-Za-z0-9._~!$&'()+,;=:@|-]*$/;
const ESCAPED_VALUE = /^(?:[A-Za-z0-9._~!$&'()+,;=:@|-]|%[0-9A-Fa-f]{2})*$/;
/** Escapes of unreserved characters (RFC 3986, section 2.3). No encoder writes them, and some routers decode them before they match. */
const NEEDLESS = /%(?:2[DE]|3\d|4[1-9A-F]|5[\dAF]|6[1-9A-F]|7[\dAE])/i;
const VALUE = /^(?! )[A-Za-z0-9._~!$&'()+,;=:@| \p{L}\p{M}\p{Nd}-]*(?<! )$/u;
/**
 * An empty or a dot segment, also for a reader for which a plain `;` starts a matrix parameter (RFC 3986, section 3.3): `..;x` is
 * `..` for some servers.
 */
const NO_VALUE = /^\.{0,2}(?:;|$)/;

/**
 * Decodes a segment of a request's path, once. Returns `undefined` if it is not the value of a parameter: it has another character
 * than those of a bound value, letters, marks and digits beyond ASCII in the form NFKC, and inner spaces, or an escape of an
 * unreserved character. Every literal of a policy is such a value.
 */
export function readSegment(text: string): PathSegment | undefined {
  if (NO_VALUE.test(text)) return undefined;
  const value = PLAIN_VALUE.test(text) ? text : decodeValue(text);
  if (value === undefined) return undefined;
  const semicolon = text.indexOf(";");
  const name = semicolon < 0 ? value : decodeURIComponent(text.slice(0, semicolon));
  const folded = foldCase(name);
  return { text, value, folded, wholeFolded: semicolon < 0 ? folded : foldCase(value) };
}

function decodeValue(text: string): string | undefined {
  // characters beyond ASCII need an escape: without one, servers read the bytes in different encodings
  if (!ESCAPED_VALUE.test(text) || NEEDLESS.test(text)) return undefined;
  const value = decodeUtf8(text);
  const isValue = value !== undefined && VALUE.test(value) && value.normalize("NFKC") === value;
  return isValue ? value : undefined;
}

/** The places of values in a text: start and end. */
type Spans = readonly (readonly [start: number, end: number])[];

/**
 * Returns the places of the values between literal texts, each as early as possible; `undefined` if the text does not begin and end
 * with the outer literals, with the inner ones in order between them.
 *
 * @param least - the minimum length of a value
 */
export function spansOf(
  text: string,
  literals: readonly string[],
  least: 0 | 1,
): Spans | undefined {
  const [first, ...others] = literals as readonly [string, ...string[]];
  if (!text.startsWith(first)) return undefined;
  const spans: (readonly [number, number])[] = [];
  let start = first.length;
  for (const [index, literal] of others.entries()) {
    const isLast = index === others.length - 1;
    const end = isLast ? text.length - literal.length : text.indexOf(literal, start + least);
    if (end < start + least || !text.startsWith(literal, end)) return undefined;
    spans.push([start, end]);
    start = end + literal.length;
  }
  return spans;
}

/** As {@link spansOf} for values that are not empty; `undefined` also for a text that has other values if they end as late as possible. */
export function onlySpans(text: string, literals: readonly string[]): Spans | undefined {
  const spans = spansOf(text, literals, 1);
  if (spans === undefined || spans.length < 2) return spans;
  const late = spansOf(reversed(text), literals.map(reversed).reverse(), 1)?.toReversed();
  const isOnly = late?.every(([end], index) => text.length - end === spans[index]?.[1]) === true;
  return isOnly ? spans : undefined;
}

function reversed(text: string): string {
  return text.split("").reverse().join("");
}
