import { issuerFault, resourceFault } from "../discovery/resource-identifier.js";
import { type Finding, PolicyError } from "../errors.js";
import { urlParts } from "../grammar/url.js";
import { describeFindings, nearest, oneLine } from "../policy/findings.js";

/** What is wrong with the value of one option; `undefined` for nothing. */
export type OptionCheck = (value: unknown) => string | undefined;

/** The checks of the options that a caller may give, by name. */
export type OptionChecks = Readonly<Record<string, OptionCheck>>;

/** A check of an option that must be there. */
export function required(check: OptionCheck): OptionCheck {
  return (value) => (value === undefined ? "is missing" : check(value));
}

/** A check of an option that may be left out. */
export function optional(check: OptionCheck): OptionCheck {
  return (value) => (value === undefined ? undefined : check(value));
}

/** A function. */
export const isFunction: OptionCheck = (value) =>
  typeof value === "function" ? undefined : "expected a function";

/** What `createAuthorizer` has made. */
export const isAuthorizer: OptionCheck = (value) =>
  typeof (value as { readonly admit?: unknown } | null)?.admit === "function"
    ? undefined
    : "expected an authorizer of `createAuthorizer`";

/** One of a list of values. */
export function oneOf(...values: readonly unknown[]): OptionCheck {
  const list = values.map((value) => `\`${String(value)}\``).join(", ");
  return (value) => (values.includes(value) ? undefined : `expected one of ${list}`);
}

/** A number above nought, up to `most`. */
export function positive(most: number): OptionCheck {
  return (value) =>
    typeof value === "number" && value > 0 && value <= most
      ? undefined
      : `expected a number above 0, up to ${most}`;
}

/** A list of texts that are not empty. */
export const isTextList: OptionCheck = (value) =>
  Array.isArray(value) && value.every((member) => typeof member === "string" && member !== "")
    ? undefined
    : "expected a list of texts";

/** An absolute URL. */
export const isUrl: OptionCheck = (value) =>
  urlParts(value) === undefined ? "expected an absolute URL" : undefined;

/** A resource identifier (RFC 9728, section 1.2). */
export const isResource: OptionCheck = resourceFault;

/** A list of issuers (RFC 8414, section 2). */
export const isIssuerList: OptionCheck = (value) =>
  Array.isArray(value)
    ? value.map(issuerFault).find((fault) => fault !== undefined)
    : "expected a list of issuers";

/**
 * Checks what a program was started with: every fault at once, a misspelt option among them.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID`
 */
export function checkOptions(what: string, options: unknown, checks: OptionChecks): void {
  const given = typeof options === "object" && options !== null ? options : {};
  const known = Object.keys(checks);
  const findings: Finding[] = [];
  for (const [name, check] of Object.entries(checks)) {
    const message = check((given as Record<string, unknown>)[name]);
    if (message !== undefined) findings.push({ code: "option", path: name, message });
  }
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const suggestion = nearest(name, known);
    findings.push({
      code: "unknown_key",
      path: oneLine(name),
      message: oneLine(`there is no option \`${name}\``),
      ...(suggestion !== undefined && { suggestion }),
    });
  }
  if (findings.length > 0) {
    throw new PolicyError("ERR_OPTIONS_INVALID", describeFindings(findings, what), findings);
  }
}
