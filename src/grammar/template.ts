import {
  boundValueText,
  type HoleValues,
  holeValues,
  isBoundValue,
  isPlainValue,
  VALUE_CHARS_TEXT,
} from "./bound-value.js";
import { hasPlaceholder, splitPlaceholders } from "./placeholder.js";
import {
  type IsLiteral,
  type PlaceholdersOf,
  parseScopeToken,
  type ScopeForm,
  type ScopeTokenResult,
  type ScopeTokenSyntax,
  scopeForm,
} from "./scope-syntax.js";
import { isScopeToken } from "./scope-token.js";

/** The values that a template needs: exactly its placeholders if the template is a literal type. */
export type BindParams<Text extends string> =
  IsLiteral<Text> extends true
    ? Readonly<Record<PlaceholdersOf<Text>, string>>
    : Readonly<Record<string, unknown>>;

/** The values that {@link matchScope} finds: one for each placeholder of the template. */
export type MatchParams<Text extends string> = Text extends unknown
  ? IsLiteral<Text> extends true
    ? Readonly<Record<PlaceholdersOf<Text>, string>>
    : Readonly<Record<string, string>>
  : never;

/** The result of {@link bindScope}: the scope, or the invalid parameter (`""` if the template is invalid) and the reason. */
export type BindResult =
  | { readonly ok: true; readonly scope: string }
  | { readonly ok: false; readonly param: string; readonly reason: string };

/** How the granted values of a template with one placeholder cover others. */
export interface Coverage {
  /** The value that covers every value. It exists in grants only: no call has it. `undefined` if there is none. */
  readonly every: string | undefined;
  /** Whether a value can have several segments. */
  readonly severalSegments: boolean;
  /** Returns the values that cover a value: itself, then the others. */
  covering(value: string): readonly string[];
}

/** A compiled scope-token. One without placeholders is a template without holes. */
export interface Template {
  readonly form: ScopeForm;
  /** The names of the placeholders in order, each once. */
  readonly names: readonly string[];
  /** The text before, between and after the holes: one more than there are holes. */
  readonly literals: readonly string[];
  /** For each hole: the index of its name. */
  readonly holes: readonly number[];
  /** For each name: the values that its holes accept. */
  readonly accepted: readonly (readonly HoleValues[])[];
  /** For each segment: the text before, between and after its holes. One text is a literal segment. */
  readonly segments: readonly (readonly string[])[];
  /** How values cover others; `undefined` if each covers itself alone. */
  readonly coverage: Coverage | undefined;
}

/** Returns whether a value is accepted in a grant: as in a call, or as the one that covers every value. */
export function acceptsGranted(template: Template, index: number, value: unknown): value is string {
  if (acceptsValue(template, index, value)) return true;
  return template.coverage !== undefined && value === template.coverage.every;
}

/** Returns whether a value is accepted for the name at `index`. */
export function acceptsValue(template: Template, index: number, value: unknown): value is string {
  if (typeof value !== "string") return false;
  const accepted = template.accepted[index] as readonly HoleValues[];
  // a loop by index: every call with parameters runs it, and nearly every list has one item
  for (let at = 0; at < accepted.length; at += 1) {
    const { takesPlain, pattern } = accepted[at] as HoleValues;
    if (!(takesPlain && isPlainValue(value)) && !pattern.test(value)) return false;
  }
  return true;
}

/** Returns whether each value for which `isPlainValue` is true is accepted for the name at `index`. */
export function acceptsPlainValues({ accepted }: Template, index: number): boolean {
  return (accepted[index] as readonly HoleValues[]).every(({ takesPlain }) => takesPlain);
}

/**
 * Returns a key that is equal only for placeholders for which {@link acceptsValue} accepts the same values, so that a value
 * is not checked for each of a thousand templates.
 */
export function acceptanceKey({ accepted }: Template, index: number): string {
  return (accepted[index] as readonly HoleValues[]).map(({ pattern }) => pattern.source).join("");
}

const NONE: readonly never[] = Object.freeze([]);

/** Compiles a parsed scope-token into a template. */
export function compileTemplate({ form, text, segments, params }: CompiledToken): Template {
  if (params.length === 0) {
    // most names of a policy: saves 600 of 1,000 bytes, and with 10,000 names the time to collect them
    return {
      form,
      names: NONE,
      literals: [text],
      holes: NONE,
      accepted: NONE,
      segments: segments.map((segment) => [segment]),
      coverage: undefined,
    };
  }
  const names = [...new Set(params)];
  // maps and sets, because the text of `bindScope` can have any number of placeholders
  const places = new Map(names.map((name, index) => [name, index]));
  const { literals } = splitPlaceholders(text);
  const holes = params.map((name) => places.get(name) as number);
  const accepted = names.map(() => new Set<HoleValues>());
  const isUrn = text.startsWith("urn:");
  let hasScheme = false;
  for (const [at, hole] of holes.entries()) {
    const before = literals[at] as string;
    const after = literals[at + 1] as string;
    hasScheme ||= before.includes("://");
    const start = at === 0 ? before : undefined;
    accepted[hole]?.add(holeValues({ form, isUrn, hasScheme, start, after }));
  }
  const split = segments.map((segment) => splitPlaceholders(segment).literals);
  const lists = accepted.map((values) => [...values]);
  return { form, names, literals, holes, accepted: lists, segments: split, coverage: undefined };
}

type CompiledToken = Pick<ScopeTokenSyntax, "form" | "text" | "segments" | "params">;

/** Returns the scope of a template for values in the order of `names`. Does not check them: see {@link acceptsValue}. */
export function bindTemplate({ literals, holes }: Template, values: readonly string[]): string {
  let text = literals[0] as string;
  for (const [at, hole] of holes.entries()) {
    text += (values[hole] as string) + (literals[at + 1] as string);
  }
  return text;
}

/**
 * Returns the values, in the order of `names`, for which a template is this scope; `undefined` if there are none. A granted scope
 * that has a placeholder itself does not match any template.
 */
export function matchTemplate(template: Template, scope: string): readonly string[] | undefined {
  const { literals, holes } = template;
  const found = matchLiterals(literals, scope);
  if (found === undefined || scopeForm(scope) !== template.form) return undefined;
  const values: string[] = [];
  for (const [at, value] of found.entries()) {
    const name = holes[at] as number;
    if (!acceptsValue(template, name, value)) return undefined;
    values[name] ??= value;
    if (values[name] !== value) return undefined;
  }
  return values;
}

/**
 * Returns the texts in the holes between literals; `undefined` if there are none. A hole ends where the first character of the
 * literal after it first occurs.
 */
export function matchLiterals(
  literals: readonly string[],
  text: string,
): readonly string[] | undefined {
  const [first = "", ...others] = literals;
  if (!text.startsWith(first)) return undefined;
  const values: string[] = [];
  let start = first.length;
  for (const literal of others) {
    const end = literal === "" ? text.length : text.indexOf(literal.charAt(0), start);
    if (end <= start || !text.startsWith(literal, end)) return undefined;
    values.push(text.slice(start, end));
    start = end + literal.length;
  }
  return start === text.length ? values : undefined;
}

/** Returns a key that is equal for templates that differ in the names of their placeholders alone. */
export function shapeKey({ literals }: Template): string {
  // no literal contains a space
  return literals.join(" ");
}

/** Returns whether two placeholders of a template have no literal character between them. Such a template has no scopes. */
function hasAdjacentHoles({ literals }: Template): boolean {
  return literals.slice(1, -1).includes("");
}

const ADJACENT = "two placeholders need at least one literal character between them";

/**
 * Returns the scope of a template with values for its placeholders. Different values give different scopes. A value is a
 * string of 1 to 128 characters of `[A-Za-z0-9._~!$&'()+,;=:@|-]`, not `.` or `..`. In JSON, it can also be a safe integer from 0,
 * which is its decimal text. The scope must have the form of the template and match it with exactly these values: a value in a dot scope has no `.`, a
 * value in a colon scope no `:`, and no value has the first character of the literal text after it. Only own properties of
 * `params` count, other keys are ignored. Values are checked, not escaped. The result does not mean that a policy declares the
 * scope.
 *
 * Never throws, whatever `params` is. An error names the first placeholder without a safe value; its `param` is `""` if the
 * template is not a scope-token, or has two placeholders without a literal character between them.
 *
 * @example
 * ```ts
 * import { bindScope } from "scope-policy";
 *
 * bindScope("/accounts/{accountID}/", { accountID: "a" }); // { ok: true, scope: "/accounts/a/" }
 * bindScope("user/{Type}.read", { Type: "Patient" }); // { ok: true, scope: "user/Patient.read" }
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

/** As {@link bindScope}, for a compiled template. */
export function bindCompiled(template: Template, params: unknown): BindResult {
  if (hasAdjacentHoles(template)) return { ok: false, param: "", reason: ADJACENT };
  const values: string[] = [];
  for (const [index, name] of template.names.entries()) {
    const value = boundValueText(ownValue(params, name));
    if (!acceptsValue(template, index, value)) {
      return { ok: false, param: name, reason: `\`${name}\` is ${valueFault(value, template)}` };
    }
    values.push(value);
  }
  const scope = bindTemplate(template, values);
  // braces that are text can become a placeholder: `{{x}}` with the value `a`
  if (!hasPlaceholder(scope)) return { ok: true, scope };
  const [param = ""] = template.names;
  return {
    ok: false,
    param,
    reason: `\`${param}\` is not a safe value: it would make another placeholder`,
  };
}

/**
 * Returns what is wrong with a value that is not accepted. The text does not contain the value: audit events can contain the text.
 *
 * @param template - the template that does not accept the value, if one takes it
 */
export function valueFault(value: unknown, template?: Template): string {
  return value === undefined ? "missing" : `not a safe value: ${unsafeReason(value, template)}`;
}

/** Returns why a value is not safe. */
export function unsafeReason(value: unknown, template?: Template): string {
  if (isBoundValue(value)) return "the scope would be read with another form or other values";
  const parts = template?.coverage?.severalSegments === true ? "segments, joined by `/`, of " : "";
  return `expected ${parts}1 to 128 characters of \`${VALUE_CHARS_TEXT}\`, and not \`.\` or \`..\``;
}

/** Returns an own property; `undefined` if the value does not have it, or if reading it throws. */
function ownValue(params: unknown, name: string): unknown {
  if (typeof params !== "object" || params === null) return undefined;
  try {
    return Object.hasOwn(params, name) ? Reflect.get(params, name) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns the values for which a template is this scope: the inverse of {@link bindScope}. Returns `{}` if the template has no
 * placeholders and is the same text, `undefined` if it does not match.
 *
 * Compares whole tokens, case-sensitively; a placeholder matches text of one segment. A scope that has a placeholder itself does
 * not match any template. Never throws.
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
  if (!result.ok || !isScopeToken(scope) || hasPlaceholder(scope)) return undefined;
  const compiled = compileTemplate(result.token);
  const values = hasAdjacentHoles(compiled) ? undefined : matchTemplate(compiled, scope);
  return (
    values &&
    Object.fromEntries(compiled.names.map((name, index) => [name, values[index] as string]))
  );
}
