import { type Finding, PolicyError } from "../errors.js";
import { urlParts } from "../grammar/url.js";
import { ownMembers } from "./own-members.js";
import { describeFindings, escapeControls } from "./report.js";
import { nearest } from "./suggest.js";

/** Checks the value of one option. Returns what is wrong with it; `undefined` for a valid value. */
export type OptionCheck = (value: unknown) => string | undefined;

/** Checks by option name. A check can read the other options, which may not be checked yet. */
export type OptionChecks = Readonly<
  Record<string, (value: unknown, options: Readonly<Record<string, unknown>>) => string | undefined>
>;

/** Creates the check of a required option. */
export function required(check: OptionCheck): OptionCheck {
  return (value) => (value === undefined ? "is missing" : check(value));
}

/** Creates the check of an optional option. */
export function optional(check: OptionCheck): OptionCheck {
  return (value) => (value === undefined ? undefined : check(value));
}

/** Checks that a value is a function. */
export const isFunction: OptionCheck = (value) =>
  typeof value === "function" ? undefined : "expected a function";

/** Checks that a value is `true` or `false`. */
export const isBoolean: OptionCheck = (value) =>
  typeof value === "boolean" ? undefined : "expected true or false";

/** Checks that a value is a string. It may be empty. */
export const isString: OptionCheck = (value) =>
  typeof value === "string" ? undefined : "expected a string";

/** Creates the check that a value is one of a list. */
export function oneOf(...values: readonly unknown[]): OptionCheck {
  const list = values.map((value) => `\`${String(value)}\``).join(", ");
  return (value) => (values.includes(value) ? undefined : `expected one of ${list}`);
}

/** Creates the check that a value is a number above 0 and at most `most`. */
export function positive(most: number): OptionCheck {
  return (value) =>
    typeof value === "number" && value > 0 && value <= most
      ? undefined
      : `expected a number above 0, up to ${most}`;
}

/** Checks that a value is a list of non-empty strings. */
export const isStringList: OptionCheck = (value) =>
  Array.isArray(value) && value.every((member) => typeof member === "string" && member !== "")
    ? undefined
    : "expected a list of non-empty strings";

/** Checks that a value is an absolute URL. */
export const isUrl: OptionCheck = (value) =>
  urlParts(value) === undefined ? "expected an absolute URL" : undefined;

const UNDEFINED = "expected a value, got `undefined`: leave the option out instead";

/**
 * Checks the options of a public function: unknown names, invalid values, and members that are `undefined`, which would
 * silently count as absent. Throws all findings at once.
 *
 * Returns a frozen copy of the own members without a prototype, so that no read from it is inherited.
 *
 * @param owner - what has the options, as a noun phrase for the message: `the authorizer`, `` `fetchGate` ``
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID` with all findings
 */
export function checkOptions<Options extends object>(
  owner: string,
  options: Options,
  checks: OptionChecks,
): Options {
  const given = ownMembers(options);
  const own = (given ?? {}) as Readonly<Record<string, unknown>>;
  const findings = [...optionFindings(own, checks)];
  if (given === undefined)
    findings.push(findingOf("option", "", "expected an object with options"));
  for (const name of Object.keys(own)) {
    if (Object.hasOwn(checks, name)) continue;
    const meant = nearest(name, Object.keys(checks));
    findings.push(findingOf("unknown_key", name, "unknown option", meant));
  }
  if (findings.length > 0) {
    const message = describeFindings(findings, `the options for ${owner}`);
    throw new PolicyError("ERR_OPTIONS_INVALID", message, findings);
  }
  return Object.freeze(own) as Options;
}

/**
 * Returns the findings of the options that have a check: invalid values, and members that are `undefined`. Ignores other
 * members and all that `own` inherits.
 */
export function optionFindings(
  own: Readonly<Record<string, unknown>>,
  checks: OptionChecks,
): readonly Finding[] {
  const findings: Finding[] = [];
  for (const name of Object.keys(checks)) {
    const isGiven = Object.hasOwn(own, name);
    const value = isGiven ? own[name] : undefined;
    const message = (checks[name] as OptionChecks[string])(value, own);
    if (message !== undefined) findings.push(findingOf("option", name, message));
    else if (isGiven && value === undefined) {
      findings.push(findingOf("undefined_value", name, UNDEFINED));
    }
  }
  return findings;
}

function findingOf(code: string, path: string, message: string, suggestion?: string): Finding {
  const finding = { code, path: escapeControls(path), message: escapeControls(message) };
  return suggestion === undefined ? finding : { ...finding, suggestion };
}
