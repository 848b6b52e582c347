import { placeholderName } from "./placeholder.js";
import {
  type IsLiteral,
  joinSegments,
  type PlaceholdersOf,
  parseScopeToken,
  type ScopeForm,
  type ScopeTokenResult,
  type ScopeTokenSyntax,
  scopeForm,
  splitSegments,
} from "./scope-syntax.js";
import { isScopeToken } from "./scope-token.js";

/** The values that a template needs: exactly its placeholders, where the compiler knows the template. */
export type BindParams<Text extends string> =
  IsLiteral<Text> extends true
    ? Readonly<Record<PlaceholdersOf<Text>, string>>
    : Readonly<Record<string, unknown>>;

/** The values that {@link matchScope} found: one for each placeholder of the template. */
export type MatchParams<Text extends string> = Text extends unknown
  ? IsLiteral<Text> extends true
    ? Readonly<Record<PlaceholdersOf<Text>, string>>
    : Readonly<Record<string, string>>
  : never;

/** What {@link bindScope} gives: the scope, or the parameter at fault (`""` where the template is) and why. */
export type BindResult =
  | { readonly ok: true; readonly scope: string }
  | { readonly ok: false; readonly param: string; readonly reason: string };

/** A scope-token made ready for many bindings; one without placeholders is a template without holes. */
export interface Template {
  readonly form: ScopeForm;
  /** The names of the placeholders, each once, in their order. */
  readonly names: readonly string[];
  /** A text stands for itself, a number is a hole: an index into `names`. */
  readonly segments: readonly (string | number)[];
}

/** What tells where the holes of a template are: held scopes of the same form and length may fit it. */
export interface Shape {
  readonly form: ScopeForm;
  readonly length: number;
  readonly holes: readonly number[];
}

// Where a dot would end the segment, or make another form of it.
const DOTLESS: ReadonlySet<ScopeForm> = new Set(["dot", "flat"]);
const SAFE_VALUE = /^[A-Za-z0-9_.~-]{1,128}$/;
/**
 * Whether a value may stand in a template of a form: 1 to 128 of `[A-Za-z0-9_.~-]`, not `.` or `..`, and
 * without `.` in dot and flat scopes. {@link acceptsValue} asks the same for one hole.
 */
export function isSafeValue(form: ScopeForm, value: unknown): value is string {
  if (typeof value !== "string" || !SAFE_VALUE.test(value)) return false;
  return DOTLESS.has(form) ? !value.includes(".") : value !== "." && value !== "..";
}

/** Whether a value may stand for the name at `index`: a safe one that leaves the template its form. */
export function acceptsValue(template: Template, index: number, value: unknown): value is string {
  return isSafeValue(template.form, value) && !turnsIntoUrn(template, index, value);
}

// The one value that could change the form: `{x}:read` and `{x}://host` would start with `urn:`.
function turnsIntoUrn({ form, segments }: Template, index: number, value: string): boolean {
  return value === "urn" && segments[0] === index && (form === "colon" || form === "uri");
}

/**
 * Returns a text that is equal only for placeholders that {@link acceptsValue} takes the same values for, so that a value
 * need not be checked for each of a thousand templates.
 */
export function acceptanceKey({ form, segments }: Template, index: number): string {
  return `${form} ${segments[0] === index}`;
}

/** Makes a template of a parsed scope-token. */
export function compileTemplate(token: ScopeTokenSyntax): Template {
  const names = [...new Set(token.params)];
  const segments = token.segments.map((segment) => {
    const name = placeholderName(segment);
    return name === undefined ? segment : names.indexOf(name);
  });
  return { form: token.form, names, segments };
}

/** The scope of a template for values that {@link acceptsValue} took, in the order of `names`; it asks no more. */
export function bindTemplate(template: Template, values: readonly string[]): string {
  const { form, segments } = template;
  return joinSegments(
    form,
    segments.map((segment) =>
      typeof segment === "number" ? (values[segment] as string) : segment,
    ),
  );
}

/**
 * The values, in the order of `names`, for which a template is the scope of this form and these segments;
 * `undefined` where there are none. A held text with a placeholder of its own fits no template.
 */
export function matchTemplate(
  template: Template,
  form: ScopeForm,
  segments: readonly string[],
): readonly string[] | undefined {
  if (form !== template.form || segments.length !== template.segments.length) return undefined;
  const values: string[] = [];
  for (const [at, segment] of segments.entries()) {
    const expected = template.segments[at];
    if (typeof expected === "number") {
      if (!acceptsValue(template, expected, segment)) return undefined;
      values[expected] ??= segment;
      if (values[expected] !== segment) return undefined;
    } else if (segment !== expected) return undefined;
  }
  return values;
}

/** The shape of a template. */
export function shapeOf({ form, segments }: Template): Shape {
  const holes = [...segments.keys()].filter((at) => typeof segments[at] === "number");
  return { form, length: segments.length, holes };
}

/**
 * The segments as a key, with what stands in the holes left out: templates and the scopes that may fit
 * them, of one shape, have the same key. A hit is a candidate, {@link matchTemplate} decides.
 */
export function skeleton(segments: readonly (string | number)[], holes: readonly number[]): string {
  const parts = [...segments];
  // Neither a quote nor a space can stand in a segment: other holes or segments, another key.
  for (const hole of holes) parts[hole] = '"';
  return parts.join(" ");
}

/** Whether some scope is an instance of both templates. */
export function templatesOverlap(one: Template, other: Template): boolean {
  if (one.form !== other.form || one.segments.length !== other.segments.length) return false;
  const pairs = one.segments.map((left, at) => [left, other.segments[at]] as const);
  const lefts = new Map<number, string>();
  const rights = new Map<number, string>();
  // What is known of a hole is handed to the hole that faces it, until nothing is new. Holes that stay
  // unknown can all take one and the same value.
  let known = -1;
  while (known < lefts.size + rights.size) {
    known = lefts.size + rights.size;
    for (const [left, right] of pairs) {
      const a = typeof left === "number" ? lefts.get(left) : left;
      const b = typeof right === "number" ? rights.get(right) : right;
      if (a !== undefined && b !== undefined && a !== b) return false;
      if (typeof left === "number" && b !== undefined) {
        if (!acceptsValue(one, left, b)) return false;
        lefts.set(left, b);
      }
      if (typeof right === "number" && a !== undefined) {
        if (!acceptsValue(other, right, a)) return false;
        rights.set(right, a);
      }
    }
  }
  return true;
}

/**
 * Puts values into the placeholders of a scope. Different values give different scopes: a value is a
 * string of 1 to 128 of `[A-Za-z0-9_.~-]`, not `.` or `..`, without `.` in dot and flat scopes, and never
 * one that gives the scope another form. Only own string properties of `params` count, other keys are
 * ignored. Values are checked, not escaped; nothing says that a policy knows the scope.
 *
 * Never throws, whatever `params` is. The fault names the first placeholder that lacks a safe value; its
 * `param` is `""` where the template itself is no scope-token.
 *
 * @example
 * ```ts
 * import { bindScope } from "scope-policy";
 *
 * bindScope("/accounts/{accountID}/", { accountID: "a" }); // { ok: true, scope: "/accounts/a/" }
 * bindScope("/accounts/{accountID}/", { accountID: "../b" }); // { ok: false, param: "accountID", reason: "…" }
 * ```
 */
export function bindScope<Text extends string>(
  template: Text,
  params: BindParams<NoInfer<Text>>,
): BindResult {
  const result: ScopeTokenResult = parseScopeToken<string>(template);
  if (!result.ok) return { ok: false, param: "", reason: result.reason };
  return bindCompiled(compileTemplate(result.token), params);
}

/** As {@link bindScope}, for a template that is compiled already. */
export function bindCompiled(template: Template, params: unknown): BindResult {
  const values: string[] = [];
  for (const [index, name] of template.names.entries()) {
    const value = ownValue(params, name);
    if (!acceptsValue(template, index, value)) {
      return { ok: false, param: name, reason: `\`${name}\` ${valueFault(template.form, value)}` };
    }
    values.push(value);
  }
  return { ok: true, scope: bindTemplate(template, values) };
}

function valueFault(form: ScopeForm, value: unknown): string {
  if (value === undefined) return "is missing";
  if (isSafeValue(form, value))
    return `must not be \`${value}\` here, which would make another uri of it`;
  return DOTLESS.has(form)
    ? "must be 1 to 128 characters of `A-Z a-z 0-9 _ ~ -`"
    : "must be 1 to 128 characters of `A-Z a-z 0-9 _ . ~ -`, and not `.` or `..`";
}

function ownValue(params: unknown, name: string): unknown {
  if (typeof params !== "object" || params === null) return undefined;
  try {
    return Object.hasOwn(params, name) ? Reflect.get(params, name) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The values for which a template is this scope: the inverse of {@link bindScope}. `{}` where the
 * template has no placeholders and is the same text, `undefined` where nothing fits.
 *
 * Whole tokens, case-sensitive, one segment for one placeholder. A scope that still holds a placeholder
 * fits no template. Never throws.
 *
 * @example
 * ```ts
 * import { matchScope } from "scope-policy";
 *
 * matchScope("/accounts/{accountID}/", "/accounts/a/"); // { accountID: "a" }
 * matchScope("/accounts/{accountID}/", "/accounts/a/profile.write"); // undefined
 * ```
 */
export function matchScope<Text extends string>(
  template: Text,
  scope: string,
): MatchParams<Text> | undefined;
export function matchScope(
  template: string,
  scope: string,
): Readonly<Record<string, string>> | undefined {
  const result: ScopeTokenResult = parseScopeToken<string>(template);
  if (!result.ok || !isScopeToken(scope)) return undefined;
  const compiled = compileTemplate(result.token);
  const form = scopeForm(scope);
  const values = matchTemplate(compiled, form, splitSegments(form, scope));
  return (
    values &&
    Object.fromEntries(compiled.names.map((name, index) => [name, values[index] as string]))
  );
}
