import { anyText } from "./any-value.js";
import { type NameOf, type Printed, placeholderName } from "./placeholder.js";
import { badCharReason, badScopeChar, type IsScopeToken } from "./scope-token.js";
import { isScopeVerb, type ScopeVerb } from "./verbs.js";

/**
 * How a scope is written; the first that fits: `uri` (holds `://` or starts with `urn:`), `path` (starts
 * with `/`), `colon` (holds `:`), `dot` (holds `.`), else `flat`.
 */
export type ScopeForm = "uri" | "path" | "colon" | "dot" | "flat";

/** One scope-token taken apart. */
export interface ScopeTokenSyntax {
  readonly form: ScopeForm;
  /** The scope as it was written, but with every placeholder printed as `{name}`. */
  readonly text: string;
  /** Its parts, placeholders printed as `{name}`; {@link formatScopeToken} joins them again. */
  readonly segments: readonly string[];
  /** What the scope is about, or `null` where the words do not say. */
  readonly resource: string | null;
  /** What it lets one do, a word of {@link SCOPE_VERBS}, or `null` where the words do not say. */
  readonly action: ScopeVerb | null;
  /** The names of its placeholders in their order, repeated ones too. */
  readonly params: readonly string[];
}

/** A text that is no scope-token, and at which UTF-16 unit it stops to be one. */
export interface ScopeTokenFault {
  readonly ok: false;
  readonly index: number;
  readonly reason: string;
}

/** What {@link parseScopeToken} gives for a text that only the running program knows. */
export type ScopeTokenResult =
  | { readonly ok: true; readonly token: ScopeTokenSyntax }
  | ScopeTokenFault;

interface Layout {
  /** What stands before the first segment. */
  readonly lead: string;
  /** What stands between the first and the second, */
  readonly first: string;
  /** and between all others. */
  readonly rest: string;
  /** What stands between two words. */
  readonly words: string;
}

/** One row for each form, but two for `uri`. No scope-token holds a space, so a flat one is one segment. */
const LAYOUTS = {
  url: { lead: "", first: "://", rest: "/", words: "." },
  urn: { lead: "", first: ":", rest: ":", words: ":" },
  path: { lead: "/", first: "/", rest: "/", words: "." },
  colon: { lead: "", first: ":", rest: ":", words: ":" },
  dot: { lead: "", first: ".", rest: ".", words: "." },
  flat: { lead: "", first: " ", rest: " ", words: " " },
} as const satisfies Record<Exclude<ScopeForm, "uri"> | "url" | "urn", Layout>;

// `urn:` comes before `://`: the two rows share no text then, and segments can be joined without the text.
function layoutOf(form: ScopeForm, isUrn: boolean): Layout {
  if (form !== "uri") return LAYOUTS[form];
  return isUrn ? LAYOUTS.urn : LAYOUTS.url;
}

/** The form of a scope-token. The form of any other text means nothing. */
export function scopeForm(text: string): ScopeForm {
  if (text.startsWith("urn:") || text.includes("://")) return "uri";
  if (text.startsWith("/")) return "path";
  if (text.includes(":")) return "colon";
  return text.includes(".") ? "dot" : "flat";
}

/** The segments of a scope-token whose form is known, as they are written: placeholders are not printed anew. */
export function splitSegments(form: ScopeForm, text: string): string[] {
  const { lead, first, rest } = layoutOf(form, text.startsWith("urn:"));
  const body = text.slice(lead.length);
  if (first === rest) return body.split(rest);
  const end = body.indexOf(first);
  return [body.slice(0, end), ...body.slice(end + first.length).split(rest)];
}

/** Segments joined as their form is written. */
export function joinSegments(form: ScopeForm, segments: readonly string[]): string {
  const { lead, first, rest } = layoutOf(form, segments[0] === "urn");
  if (first === rest) return lead + segments.join(rest);
  return [segments[0], segments.slice(1).join(rest)].join(first);
}

/** Whether a scope-token has a placeholder: then it is a template, and grants nothing when it is held. */
export function holdsPlaceholder(text: string): boolean {
  if (!text.includes("{") && !text.includes("<")) return false;
  return splitSegments(scopeForm(text), text).some(
    (segment) => placeholderName(segment) !== undefined,
  );
}

/** The index of the first `{`, `}`, `<` or `>` of a scope-token that belongs to no placeholder, or -1. */
export function strayBracket(text: string): number {
  if (!/[{}<>]/.test(text)) return -1;
  const form = scopeForm(text);
  const { lead, first, rest } = layoutOf(form, text.startsWith("urn:"));
  let start = lead.length;
  for (const [number, segment] of splitSegments(form, text).entries()) {
    const offset = placeholderName(segment) === undefined ? segment.search(/[{}<>]/) : -1;
    if (offset !== -1) return start + offset;
    start += segment.length + (number === 0 ? first : rest).length;
  }
  return -1;
}

function actionOf({ rest, words: separator }: Layout, segments: readonly string[]) {
  const inLast = rest !== separator;
  const source = inLast ? (segments.findLast(isSpeaking) ?? "").split(separator) : segments;
  const words = source.filter((word) => word !== "");
  const action = words.findLast(isScopeVerb);
  if (action === undefined || words.length < 2) return { resource: null, action: null };
  const others = words.toSpliced(words.lastIndexOf(action), 1);
  return { resource: others.join(separator), action };
}

function isSpeaking(segment: string): boolean {
  return segment !== "" && placeholderName(segment) === undefined;
}

function fault(index: number, reason: string): ScopeTokenFault {
  return { ok: false, index, reason };
}

/**
 * Takes one scope-token apart. For a literal argument the type of the result is the same literal tree.
 *
 * A placeholder is `{name}` or `<name>` as a whole segment, `name` being a letter or `_` and up to 63
 * more letters, digits or `_`, and not `__proto__`; other braces are text. `resource` and `action` follow
 * the words and not their order: the action is the last word of {@link SCOPE_VERBS}, the resource is the
 * other words. The words are the segments; of a path, or a uri with `://`, they are the parts between the
 * dots of its last segment that is neither empty nor a placeholder. Empty words do not count. Both are
 * `null` where there is no verb or only one word.
 *
 * It does not say that any policy knows the scope. Never throws: a text that is no scope-token, or a
 * value that is no string, gives `ok: false` with the UTF-16 unit at fault.
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
  if (typeof text !== "string") return fault(0, "a scope-token is a string");
  if (text === "") return fault(0, "a scope-token has at least one character");
  const bad = badScopeChar(text);
  if (bad !== -1) return fault(bad, badCharReason(text, bad));
  const form = scopeForm(text);
  const params: string[] = [];
  const segments = splitSegments(form, text).map((segment) => {
    const name = placeholderName(segment);
    if (name === undefined) return segment;
    params.push(name);
    return `{${name}}`;
  });
  const words = actionOf(layoutOf(form, text.startsWith("urn:")), segments);
  const token = { form, text: joinSegments(form, segments), segments, ...words, params };
  return { ok: true, token };
}

/** A scope as it is printed, in whichever spelling it is written; of any other value, its text. */
export function printedScope(value: unknown): string {
  if (typeof value === "string" && !value.includes("<")) return value;
  const text = anyText(value);
  const result: ScopeTokenResult = parseScopeToken<string>(text);
  return result.ok ? result.token.text : text;
}

/**
 * Joins the segments of a scope-token as its form is written: what {@link parseScopeToken} took apart is
 * its `text` again.
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

// The same grammar for the compiler: every step has its twin above, and a test compares the two.

/** `true` for a text whose every character the compiler knows, `false` for `string` and `` `a${string}` ``. */
export type IsLiteral<Text extends string> =
  Readonly<Record<never, 1>> extends Record<Text, 1> ? false : true;

/** What {@link parseScopeToken} gives for a text: its literal tree, or the general result for `string`. */
export type ParseScopeToken<Text extends string> = Text extends unknown
  ? IsLiteral<Text> extends false
    ? ScopeTokenResult
    : IsScopeToken<Text> extends true
      ? { readonly ok: true; readonly token: TokenOf<Text, RowOf<Text>, SegmentsOf<Text>> }
      : ScopeTokenFault
  : never;

interface TokenOf<Text extends string, Row extends RowName, Segments extends readonly string[]> {
  readonly form: Row extends "url" | "urn" ? "uri" : Row;
  readonly text: PrintedText<Text, Row, Segments>;
  readonly segments: Segments;
  readonly resource: ActionOf<Text, Row, Segments>[0];
  readonly action: ActionOf<Text, Row, Segments>[1];
  readonly params: ParamsOf<Text, Segments>;
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

type SegmentsOf<Text extends string, Row extends RowName = RowOf<Text>> = Row extends "url"
  ? Text extends `${infer Scheme}://${infer Rest}`
    ? Split<Rest, "/", readonly [Printed<Scheme>]>
    : never
  : Text extends `${(typeof LAYOUTS)[Row]["lead"]}${infer Body}`
    ? Split<Body, (typeof LAYOUTS)[Row]["rest"]>
    : never;

type Split<
  Text extends string,
  Separator extends string,
  Done extends readonly string[] = readonly [],
> = Text extends `${infer Head}${Separator}${infer Rest}`
  ? Split<Rest, Separator, readonly [...Done, Printed<Head>]>
  : readonly [...Done, Printed<Text>];

/**
 * The names of the placeholders of a literal scope-token as a union, `never` where there are none (and
 * for `string`). Costs next to nothing for a text without `{` and `<`.
 */
export type PlaceholdersOf<Text extends string> = Text extends
  | `${string}{${string}`
  | `${string}<${string}`
  ? ParamsOf<Text>[number]
  : never;

type ParamsOf<Text extends string, Segments = SegmentsOf<Text>> = Text extends
  | `${string}{${string}`
  | `${string}<${string}`
  ? NamesIn<Segments>
  : readonly [];

type NamesIn<Segments, Done extends readonly string[] = readonly []> = Segments extends readonly [
  infer Head extends string,
  ...infer Rest,
]
  ? NamesIn<Rest, NameOf<Head> extends infer Name extends string ? readonly [...Done, Name] : Done>
  : Done;

type PrintedText<
  Text extends string,
  Row extends RowName,
  Segments,
> = Text extends `${string}<${string}`
  ? Segments extends readonly [infer Head extends string, ...infer Others]
    ? Join<
        Others,
        (typeof LAYOUTS)[Row]["rest"],
        Row extends "url" ? `${Head}:/` : `${(typeof LAYOUTS)[Row]["lead"]}${Head}`
      >
    : never
  : Text;

type Join<Segments, Separator extends string, Done extends string> = Segments extends readonly [
  infer Head extends string,
  ...infer Rest,
]
  ? Join<Rest, Separator, `${Done}${Separator}${Head}`>
  : Done;

type ActionOf<Text extends string, Row extends RowName, Segments> = Row extends "url" | "path"
  ? ActionIn<`${LastSpeaking<Segments>}.`, ".">
  : ActionIn<`${PrintedText<Text, Row, Segments>}${WordSeparator[Row]}`, WordSeparator[Row]>;

type WordSeparator = { [Row in RowName]: (typeof LAYOUTS)[Row]["words"] };

type LastSpeaking<Segments> = Segments extends readonly [...infer Others, infer Last extends string]
  ? Last extends ""
    ? LastSpeaking<Others>
    : NameOf<Last> extends null
      ? Last
      : LastSpeaking<Others>
  : "";

// Every word has its separator behind it. The verb that was last found stands between its neighbours.
type ActionIn<
  Text extends string,
  Separator extends string,
  Before extends string = "",
  Verb extends string = "",
  After extends string = "",
> = Text extends `${infer Word}${Separator}${infer Rest}`
  ? Word extends ScopeVerb
    ? ActionIn<Rest, Separator, Both<Before, Both<Verb, After, Separator>, Separator>, Word>
    : ActionIn<Rest, Separator, Before, Verb, Both<After, Word, Separator>>
  : Verb extends ""
    ? readonly [null, null]
    : Both<Before, After, Separator> extends infer Resource
      ? Resource extends ""
        ? readonly [null, null]
        : readonly [Resource, Verb]
      : never;

type Both<One extends string, Other extends string, Separator extends string> = One extends ""
  ? Other
  : Other extends ""
    ? One
    : `${One}${Separator}${Other}`;
