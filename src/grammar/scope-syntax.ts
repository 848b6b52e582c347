import { anyText } from "./any-value.js";
import {
  type IsPlaceholder,
  type NamesIn,
  type Printed,
  printPlaceholders,
  splitPlaceholders,
} from "./placeholder.js";
import { badCharReason, badScopeChar, type IsScopeToken } from "./scope-token.js";
import { isScopeVerb, type ScopeVerb } from "./verbs.js";

/**
 * The form of a scope, the first of these that matches: `uri` (contains `://` or starts with `urn:`), `path` (starts with
 * `/`), `colon` (contains `:`), `dot` (contains `.`), otherwise `flat`.
 */
export type ScopeForm = "uri" | "path" | "colon" | "dot" | "flat";

/** A parsed scope-token. */
export interface ScopeTokenSyntax {
  readonly form: ScopeForm;
  /** The scope as written, with every placeholder printed as `{name}`. */
  readonly text: string;
  /** Its segments, with placeholders printed as `{name}`. {@link formatScopeToken} joins them again. */
  readonly segments: readonly string[];
  /** The resource that the scope is about; `null` if its words do not name one. */
  readonly resource: string | null;
  /** The action that it permits, a word of {@link SCOPE_VERBS}; `null` if its words do not name one. */
  readonly action: ScopeVerb | null;
  /** The names of its placeholders in order, including repeated ones. */
  readonly params: readonly string[];
}

/** The result for a text that is not a scope-token. `index` is the UTF-16 unit at which it stops being one. */
export interface ScopeTokenFault {
  readonly ok: false;
  readonly index: number;
  readonly reason: string;
}

/** The result of {@link parseScopeToken} for a text that is known at run time only. */
export type ScopeTokenResult =
  | { readonly ok: true; readonly token: ScopeTokenSyntax }
  | ScopeTokenFault;

/** The separators of a form. */
interface Layout {
  /** The text before the first segment. */
  readonly lead: string;
  /** The separator between the first and the second segment. */
  readonly first: string;
  /** The separator between all other segments. */
  readonly rest: string;
  /** The separator between words. */
  readonly words: string;
}

/** The layout of each form; `uri` has two. No scope-token contains a space, so a flat one is a single segment. */
const LAYOUTS = {
  url: { lead: "", first: "://", rest: "/", words: "." },
  urn: { lead: "", first: ":", rest: ":", words: ":" },
  path: { lead: "/", first: "/", rest: "/", words: "." },
  colon: { lead: "", first: ":", rest: ":", words: ":" },
  dot: { lead: "", first: ".", rest: ".", words: "." },
  flat: { lead: "", first: " ", rest: " ", words: " " },
} as const satisfies Record<Exclude<ScopeForm, "uri"> | "url" | "urn", Layout>;

// `urn:` takes precedence over `://`: no text matches both rows, so segments can be joined without the original text.
function layoutOf(form: ScopeForm, isUrn: boolean): Layout {
  if (form !== "uri") return LAYOUTS[form];
  return isUrn ? LAYOUTS.urn : LAYOUTS.url;
}

/** Returns the form of a scope-token. For any other text the result is meaningless. */
export function scopeForm(text: string): ScopeForm {
  if (text.startsWith("urn:") || text.includes("://")) return "uri";
  if (text.startsWith("/")) return "path";
  if (text.includes(":")) return "colon";
  return text.includes(".") ? "dot" : "flat";
}

/** Returns the segments of a scope-token of a known form, as written: placeholders are not printed as `{name}`. */
export function splitSegments(form: ScopeForm, text: string): string[] {
  const { lead, first, rest } = layoutOf(form, text.startsWith("urn:"));
  const body = text.slice(lead.length);
  if (first === rest) return body.split(rest);
  const end = body.indexOf(first);
  return [body.slice(0, end), ...body.slice(end + first.length).split(rest)];
}

/** Joins segments with the separators of their form. */
export function joinSegments(form: ScopeForm, segments: readonly string[]): string {
  const { lead, first, rest } = layoutOf(form, segments[0] === "urn");
  if (first === rest) return lead + segments.join(rest);
  return [segments[0], segments.slice(1).join(rest)].join(first);
}

/** Returns the resource and the action that the words of a scope-token name. See {@link parseScopeToken}. */
function actionOf({ rest, words: separator }: Layout, segments: readonly string[]) {
  const inLast = rest !== separator;
  const source = inLast ? (segments.findLast(isWordSegment) ?? "").split(separator) : segments;
  const words = source.filter((word) => word !== "");
  const action = words.findLast(isScopeVerb);
  if (action === undefined || words.length < 2) return { resource: null, action: null };
  const others = words.toSpliced(words.lastIndexOf(action), 1);
  return { resource: others.join(separator), action };
}

function isWordSegment(segment: string): boolean {
  const { literals, names } = splitPlaceholders(segment);
  return segment !== "" && (names.length !== 1 || literals.join("") !== "");
}

function fault(index: number, reason: string): ScopeTokenFault {
  return { ok: false, index, reason };
}

/**
 * Parses one scope-token. For a literal argument, the type of the result has the same literals.
 *
 * A placeholder is `{name}` or `<name>`, anywhere in the scope-token. The name is a letter or `_`, followed by up to 63
 * letters, digits or `_`; `__proto__` is not a valid name. Other braces are text.
 *
 * `action` is the last word of the scope that is in {@link SCOPE_VERBS}, and `resource` is its other words, whatever their
 * order. The words are the segments. In a path and in a URI with `://`, they are the parts between the dots of the last
 * segment that is neither empty nor a placeholder. Empty words do not count. Without a verb, or with only one word, both
 * members are `null`.
 *
 * The result does not mean that a policy declares the scope. Never throws: a text that is not a scope-token, or a value that
 * is not a string, gives `ok: false` with the index of the first invalid UTF-16 unit.
 *
 * {@link https://www.rfc-editor.org/rfc/rfc6749.html#section-3.3 RFC 6749, section 3.3}
 *
 * @example
 * ```ts
 * import { parseScopeToken } from "scope-policy";
 *
 * parseScopeToken("courses:read").token.action; // "read", and of type "read"
 * parseScopeToken("/accounts/<accountID>/").token.params; // [ "accountID" ]
 * ```
 */
export function parseScopeToken<Text extends string>(text: Text): ParseScopeToken<Text>;
export function parseScopeToken(text: string): ScopeTokenResult {
  if (typeof text !== "string") return fault(0, "a scope-token must be a string");
  if (text === "") return fault(0, "a scope-token must have at least one character");
  const bad = badScopeChar(text);
  if (bad !== -1) return fault(bad, badCharReason(text, bad));
  const form = scopeForm(text);
  const printed = printPlaceholders(text);
  const segments = splitSegments(form, printed);
  const words = actionOf(layoutOf(form, text.startsWith("urn:")), segments);
  const { names: params } = splitPlaceholders(printed);
  return { ok: true, token: { form, text: printed, segments, ...words, params } };
}

/** Returns a scope with its placeholders printed as `{name}`, whatever their spelling; for any other value, its text. */
export function printedScope(value: unknown): string {
  if (typeof value === "string" && !value.includes("<")) return value;
  const text = anyText(value);
  const result: ScopeTokenResult = parseScopeToken<string>(text);
  return result.ok ? result.token.text : text;
}

/**
 * Returns the text of a parsed scope-token by joining its segments with the separators of its form. For a result of
 * {@link parseScopeToken}, this is its `text`.
 *
 * @example
 * ```ts
 * import { formatScopeToken, parseScopeToken } from "scope-policy";
 *
 * formatScopeToken(parseScopeToken("/accounts/<accountID>/").token); // "/accounts/{accountID}/"
 * ```
 */
export function formatScopeToken(token: Pick<ScopeTokenSyntax, "form" | "segments">): string {
  return joinSegments(token.form, token.segments);
}

// The same grammar as types: every step has its counterpart above, and a test compares the two.

/** `true` for a literal type, `false` for `string` and for a template literal type such as `` `a${string}` ``. */
export type IsLiteral<Text extends string> =
  Readonly<Record<never, 1>> extends Record<Text, 1> ? false : true;

/** The result of {@link parseScopeToken} for a text: with literals for a literal type, the general result for `string`. */
export type ParseScopeToken<Text extends string> = Text extends unknown
  ? IsLiteral<Text> extends false
    ? ScopeTokenResult
    : IsScopeToken<Text> extends true
      ? { readonly ok: true; readonly token: TokenOf<Printed<Text>> }
      : ScopeTokenFault
  : never;

interface TokenOf<
  Text extends string,
  Row extends RowName = RowOf<Text>,
  Segments extends readonly string[] = SegmentsOf<Text, Row>,
> {
  readonly form: Row extends "url" | "urn" ? "uri" : Row;
  readonly text: Text;
  readonly segments: Segments;
  readonly resource: ActionOf<Text, Row, Segments>[0];
  readonly action: ActionOf<Text, Row, Segments>[1];
  readonly params: NamesIn<Text>;
}

type RowName = keyof typeof LAYOUTS;

type RowOf<Text extends string> = Text extends `urn:${string}`
  ? "urn"
  : Text extends `${string}://${string}`
    ? "url"
    : Text extends `/${string}`
      ? "path"
      : Text extends `${string}:${string}`
        ? "colon"
        : Text extends `${string}.${string}`
          ? "dot"
          : "flat";

type SegmentsOf<Text extends string, Row extends RowName> = Row extends "url"
  ? Text extends `${infer Scheme}://${infer Rest}`
    ? SplitSegments<Rest, "/", readonly [Scheme]>
    : never
  : Text extends `${(typeof LAYOUTS)[Row]["lead"]}${infer Body}`
    ? SplitSegments<Body, (typeof LAYOUTS)[Row]["rest"]>
    : never;

type SplitSegments<
  Text extends string,
  Separator extends string,
  Done extends readonly string[] = readonly [],
> = Text extends `${infer Head}${Separator}${infer Rest}`
  ? SplitSegments<Rest, Separator, readonly [...Done, Head]>
  : readonly [...Done, Text];

/**
 * The union of the placeholder names of a literal scope-token; `never` if it has none, and for `string`. Cheap for a text
 * without `{` and `<`.
 */
export type PlaceholdersOf<Text extends string> = Text extends
  | `${string}{${string}`
  | `${string}<${string}`
  ? NamesIn<Printed<Text>>[number]
  : never;

type ActionOf<Text extends string, Row extends RowName, Segments> = Row extends "url" | "path"
  ? ActionIn<`${LastWordSegment<Segments>}.`, ".">
  : ActionIn<`${Text}${WordSeparator[Row]}`, WordSeparator[Row]>;

type WordSeparator = { [Row in RowName]: (typeof LAYOUTS)[Row]["words"] };

type LastWordSegment<Segments> = Segments extends readonly [
  ...infer Others,
  infer Last extends string,
]
  ? Last extends ""
    ? LastWordSegment<Others>
    : IsPlaceholder<Last> extends true
      ? LastWordSegment<Others>
      : Last
  : "";

// Every word is followed by its separator. The last verb found so far is kept between the words before and after it.
type ActionIn<
  Text extends string,
  Separator extends string,
  Before extends string = "",
  Verb extends string = "",
  After extends string = "",
> = Text extends `${infer Word}${Separator}${infer Rest}`
  ? Word extends ScopeVerb
    ? ActionIn<
        Rest,
        Separator,
        JoinNonEmpty<Before, JoinNonEmpty<Verb, After, Separator>, Separator>,
        Word
      >
    : ActionIn<Rest, Separator, Before, Verb, JoinNonEmpty<After, Word, Separator>>
  : Verb extends ""
    ? readonly [null, null]
    : JoinNonEmpty<Before, After, Separator> extends infer Resource
      ? Resource extends ""
        ? readonly [null, null]
        : readonly [Resource, Verb]
      : never;

type JoinNonEmpty<
  One extends string,
  Other extends string,
  Separator extends string,
> = One extends "" ? Other : Other extends "" ? One : `${One}${Separator}${Other}`;
