import { type Finding, PolicyError } from "../errors.js";
import { urlParts } from "../grammar/url.js";
import { ownMembers } from "./own-members.js";
import { describeFindings, oneLine } from "./report.js";
import { nearest } from "./suggest.js";

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
  const given = ownMembers(options);
  const own = (given ?? {}) as Readonly<Record<string, unknown>>;
  const known = Object.keys(checks);
  const findings = [
    ...optionFindings(own, checks),
    ...(given === undefined ? [findingOf("option", "", "expected an object with options")] : []),
    ...Object.keys(own)
      .filter((name) => !known.includes(name))
      .map((name) => {
        const meant = nearest(name, known);
        return findingOf("unknown_key", name, `there is no option \`${name}\``, meant);
      }),
  ];
  if (findings.length > 0) {
    throw new PolicyError("ERR_OPTIONS_INVALID", describeFindings(findings, what), findings);
  }
  return Object.freeze(own) as Options;
}

/**
 * Returns what is wrong with the options that have a check: wrong values, and members that are `undefined`. Other members
 * are not looked at, and nor is what `own` inherits.
 */
export function optionFindings(
  own: Readonly<Record<string, unknown>>,
  checks: OptionChecks,
): readonly Finding[] {
  return Object.entries(checks).flatMap(([name, check]) => {
    const isGiven = Object.hasOwn(own, name);
    const value = isGiven ? own[name] : undefined;
    const message = check(value, own);
    if (message !== undefined) return [findingOf("option", name, message)];
    if (!isGiven || value !== undefined) return [];
    return [findingOf("undefined_value", name, "is `undefined`: leave the option out instead")];
  });
}

function findingOf(code: string, path: string, message: string, suggestion?: string): Finding {
  const finding = { code, path: oneLine(path), message: oneLine(message) };
  return suggestion === undefined ? finding : { ...finding, suggestion };
}
