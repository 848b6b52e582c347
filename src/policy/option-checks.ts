import { type Finding, PolicyError } from "../errors.js";
import { urlParts } from "../grammar/url.js";
import { describeFindings, nearest, oneLine } from "./findings.js";

/** Checks the value of one option: returns what is wrong with it, `undefined` for a good value. */
export type OptionCheck = (value: unknown) => string | undefined;

/** The checks of the options that a caller may give, by name. A check may read the other options, which are not checked yet. */
export type OptionChecks = Readonly<
  Record<string, (value: unknown, options: Readonly<Record<string, unknown>>) => string | undefined>
>;

/** Makes a check of an option that must be given. */
export function required(check: OptionCheck): OptionCheck {
  return (value) => (value === undefined ? "is missing" : check(value));
}

/** Makes a check of an option that may be left out. */
export function optional(check: OptionCheck): OptionCheck {
  return (value) => (value === undefined ? undefined : check(value));
}

/** Checks for a function. */
export const isFunction: OptionCheck = (value) =>
  typeof value === "function" ? undefined : "expected a function";

/** Checks for `true` or `false`. */
export const isBoolean: OptionCheck = (value) =>
  typeof value === "boolean" ? undefined : "expected true or false";

/** Checks for a text, which may be empty. */
export const isText: OptionCheck = (value) =>
  typeof value === "string" ? undefined : "expected a text";

/** Makes a check for one of a list of values. */
export function oneOf(...values: readonly unknown[]): OptionCheck {
  const list = values.map((value) => `\`${String(value)}\``).join(", ");
  return (value) => (values.includes(value) ? undefined : `expected one of ${list}`);
}

/** Makes a check for a number above 0, up to `most`. */
export function positive(most: number): OptionCheck {
  return (value) =>
    typeof value === "number" && value > 0 && value <= most
      ? undefined
      : `expected a number above 0, up to ${most}`;
}

/** Checks for a list of texts that are not empty. */
export const isTextList: OptionCheck = (value) =>
  Array.isArray(value) && value.every((member) => typeof member === "string" && member !== "")
    ? undefined
    : "expected a list of texts";

/** Checks for an absolute URL. */
export const isUrl: OptionCheck = (value) =>
  urlParts(value) === undefined ? "expected an absolute URL" : undefined;

/**
 * Checks the options of a public function: unknown names, wrong values, and members that are `undefined`, which would
 * silently count as left out. Reports all of them at once.
 *
 * Returns a frozen copy of the own members without a prototype, so that nothing that is read from it is inherited.
 *
 * @param what - the subject of the message: `the authorizer`
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID`
 */
export function checkOptions<Options extends object>(
  what: string,
  options: Options,
  checks: OptionChecks,
): Options {
  const findings: Finding[] = [];
  const add = (code: string, path: string, message: string, suggestion?: string) =>
    findings.push({
      code,
      path: oneLine(path),
      message: oneLine(message),
      ...(suggestion !== undefined && { suggestion }),
    });
  const given = ownMembers(options);
  const own = given ?? {};
  const known = Object.keys(checks);
  for (const [name, check] of Object.entries(checks)) {
    const message = check(own[name], own);
    if (message !== undefined) add("option", name, message);
    else if (Object.hasOwn(own, name) && own[name] === undefined)
      add("undefined_value", name, "is `undefined`: leave the option out instead");
  }
  if (given === undefined) add("option", "", "expected an object with options");
  for (const name of Object.keys(own)) {
    if (known.includes(name)) continue;
    add("unknown_key", name, `there is no option \`${name}\``, nearest(name, known));
  }
  if (findings.length > 0) {
    throw new PolicyError("ERR_OPTIONS_INVALID", describeFindings(findings, what), findings);
  }
  return Object.freeze(own) as Options;
}

/** Copies own enumerable members into an object without a prototype; `undefined` for a value that has none to read. */
function ownMembers(options: unknown): Record<string, unknown> | undefined {
  if (typeof options !== "object" || options === null || Array.isArray(options)) return undefined;
  const own = Object.create(null) as Record<string, unknown>;
  for (const name of Object.keys(options)) own[name] = (options as Record<string, unknown>)[name];
  return own;
}
