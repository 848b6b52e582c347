import type { ScopeForm } from "./scope-syntax.js";

/** The characters of a bound value. None of them is a separator of paths, an escape, a bracket or a wildcard. */
export const VALUE_CHARS = `${charsBetween("a", "z")}${charsBetween("A", "Z")}${charsBetween("0", "9")}._~!$&'()+,;=:@|-`;

/** {@link VALUE_CHARS} as messages name them. */
export const VALUE_CHARS_TEXT = "A-Z a-z 0-9 . _ ~ ! $ & ' ( ) + , ; = : @ | -";

/** Maximum number of characters of a value: the `{1,128}` of the patterns below. */
export const MAX_VALUE_LENGTH = 128;

const BOUND_VALUE = /^(?!\.\.?$)[A-Za-z0-9._~!$&'()+,;=:@|-]{1,128}$/;

/** Returns whether a value has the length and the characters of a bound value. The hole decides whether it is safe there. */
export function isBoundValue(value: unknown): value is string {
  return typeof value === "string" && BOUND_VALUE.test(value);
}

/** Characters with which a value would end its segment, or give the scope another form. */
const ENDS: Readonly<Record<ScopeForm, string>> = {
  uri: "",
  path: "",
  colon: ":",
  dot: ".:",
  flat: ".:",
};

/**
 * Bound values with one value for each reason for which a hole rejects some: each character, and each start or end that could make the
 * sign of a URI. Each comes with three other letters, because two holes exclude at most two of them.
 */
export const PROBE_VALUES: readonly string[] = [
  ...["u", "ur", "urn", "r", "rn", "n"],
  ...["a", "Z", "7"].flatMap((base) => [
    ...[...VALUE_CHARS].map((char) => `${base}${char}${base}`),
    ...["urn:", "rn:", "n:", ":"].map((start) => `${start}${base}`),
    `${base}:`,
    // values of several segments, which some matching rules accept
    `${base}/${base}`,
    `${base}:8/${base}`,
  ]),
];

/** The values that a hole of a template accepts. Holes that accept the same values share one object. */
export interface HoleValues {
  /** The characters of the values. */
  readonly chars: string;
  /** Matches a value. Its source is equal only for holes that accept the same values. */
  readonly pattern: RegExp;
  /** Whether it matches every text for which {@link isPlainValue} is true. */
  readonly takesPlain: boolean;
}

const PLAIN_CHAR = /[\w-]/;
/** By the code of a character: whether it is one of a plain value. */
const isPlainCode = Array.from({ length: 128 }, (_, code) =>
  PLAIN_CHAR.test(String.fromCharCode(code)),
);

/** Returns whether a value has 1 to 128 letters, digits, `_` and `-`, as most identifiers. Takes 15 ns for 10 characters, a pattern 70. */
export function isPlainValue(value: string): boolean {
  const { length } = value;
  if (length === 0 || length > MAX_VALUE_LENGTH) return false;
  for (let at = 0; at < length; at += 1) {
    if (isPlainCode[value.charCodeAt(at)] !== true) return false;
  }
  return true;
}

/** The text around a hole. */
interface HoleContext {
  readonly form: ScopeForm;
  /** Whether the template starts with `urn:`. */
  readonly isUrn: boolean;
  /** Whether `://` is before the hole. */
  readonly hasScheme: boolean;
  /** The text before the hole if it is the first one, otherwise `undefined`. */
  readonly start: string | undefined;
  /** The literal text after the hole, up to the next hole or the end. */
  readonly after: string;
}

/** By source: a few hundred at most, because the sources depend on forms and single characters only. */
const known = new Map<string, HoleValues>();

/**
 * Returns the values that a hole accepts: those for which the bound text has the form of the template and matches it with exactly
 * these values. They have 1 to 128 characters of `[A-Za-z0-9._~!$&'()+,;=:@|-]`, and are not `.` or `..`. The first character of the
 * literal text after the hole is excluded, so the hole ends where this character first occurs.
 */
export function holeValues(context: HoleContext): HoleValues {
  const { form, isUrn, hasScheme, after } = context;
  const ends = isUrn ? ":" : ENDS[form];
  const excluded = [...new Set(ends + after.charAt(0))].filter((char) =>
    VALUE_CHARS.includes(char),
  );
  const chars = [...VALUE_CHARS].filter((char) => !excluded.includes(char)).join("");
  const hasColon = chars.includes(":");
  // `/{x}//b` with `a:` would contain `://`, the sign of a URI
  const notLast = hasColon && after.startsWith("//") && !hasScheme ? "(?<!:)" : "";
  const notFirst = urnPattern(context, hasColon);
  const not = excluded.length === 0 ? "" : `(?![${excluded.sort().join("").replace("-", "\\-")}])`;
  const source = `^(?!\\.\\.?$)${notFirst}(?:${not}[A-Za-z0-9._~!$&'()+,;=:@|-]){1,128}${notLast}$`;
  const takesPlain = notFirst === "" && !excluded.some((char) => PLAIN_CHAR.test(char));
  const values = known.get(source) ?? { chars, pattern: new RegExp(source), takesPlain };
  known.set(source, values);
  return values;
}

/** Returns a pattern that rejects the values with which the text would start with `urn:`, so that it would be another URI. */
function urnPattern({ form, start: before, after }: HoleContext, hasColon: boolean): string {
  if (before === undefined || !"urn".startsWith(before)) return "";
  // in other forms the text has no colon, or starts with a slash
  if (form !== "colon" && form !== "uri") return "";
  const start = "urn:".slice(before.length);
  const lengths = Array.from({ length: start.length - 1 }, (_, index) => index + 1);
  const whole = lengths.flatMap((length) => {
    const rest = start.slice(length);
    // what the next hole adds is not known here: `u` in `{x}r{y}:a`. The last hole has a colon after it, or the form has none
    const isStart = after.startsWith(rest) || rest.startsWith(after);
    return isStart ? [`${start.slice(0, length)}$`] : [];
  });
  const all = [...whole, ...(hasColon ? [start] : [])];
  return all.length === 0 ? "" : `(?!${all.join("|")})`;
}

function charsBetween(first: string, last: string): string {
  const start = first.charCodeAt(0);
  const codes = Array.from({ length: last.charCodeAt(0) - start + 1 }, (_, index) => start + index);
  return String.fromCharCode(...codes);
}

/**
 * Returns the text of a bound value: that of a safe integer from 0 in decimal digits, every other value unchanged. `-0`, fractions
 * and numbers beyond 2^53 are not texts: they could be another number for the code that reads the value next.
 */
export function boundValueText(value: unknown): unknown {
  return Number.isSafeInteger(value) && ((value as number) > 0 || Object.is(value, 0))
    ? String(value)
    : value;
}
