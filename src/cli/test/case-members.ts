import type { AccessToken } from "../../decision/access-token.js";
import { DECISION_CODES } from "../../decision/decision.js";
import { isObject } from "../../grammar/is-object.js";
import {
  isBoolean,
  isString,
  isStringList,
  type OptionCheck,
  optional,
  required,
} from "../../policy/option-checks.js";
import type { Path, Report } from "../../policy/report.js";
import { nearest } from "../../policy/suggest.js";

/** The members of an object in a file of cases, each with its check. */
type Members = Readonly<Record<string, OptionCheck>>;

const isText: OptionCheck = (value) =>
  typeof value === "string" && value !== "" ? undefined : "expected a text";

const isNumber: OptionCheck = (value) =>
  typeof value === "number" ? undefined : "expected a number";

const isMap: OptionCheck = (value) => (isObject(value) ? undefined : "expected a map");

/** Creates the check that a value is a list with at least one item. */
const isFilledList: OptionCheck = (value) => {
  if (!Array.isArray(value)) return "expected a list";
  return value.length > 0 ? undefined : "expected at least one item";
};

/** Creates the check that a value passes one of several checks. */
function either(expected: string, ...checks: readonly OptionCheck[]): OptionCheck {
  return (value) =>
    checks.some((check) => check(value) === undefined) ? undefined : `expected ${expected}`;
}

const isTextOrList = either("a text, or a list of texts", isString, isStringList);

/** The members of a file. */
export const FILE_MEMBERS = {
  policy: required(
    either("a file, or a list of files", isText, (value) =>
      Array.isArray(value) && value.length > 0 ? isStringList(value) : "",
    ),
  ),
  cases: required(isFilledList),
} satisfies Members;

const isCode: OptionCheck = (value) => {
  if ((DECISION_CODES as readonly unknown[]).includes(value)) return undefined;
  const meant = typeof value === "string" ? nearest(value, DECISION_CODES) : undefined;
  const hint = meant === undefined ? `expected one of ${DECISION_CODES.join(", ")}` : undefined;
  return hint ?? `unknown code \`${String(value)}\`; did you mean \`${String(meant)}\`?`;
};

/** The members of a case. */
export const CASE_MEMBERS = {
  name: optional(isText),
  token: optional(
    either("a scope or a map of claims; leave it out for a call without a token", isString, isMap),
  ),
  operation: required(isText),
  params: optional(isMap),
  expect: required(isCode),
  missing: optional(isTextOrList),
  enriched: optional(isBoolean),
} satisfies Members;

const isBoundaries: OptionCheck = (value) =>
  isObject(value) && Object.values(value).every((one) => isTextOrList(one) === undefined)
    ? undefined
    : "expected a map of boundaries, each with a text or a list of texts";

/** The claims of a token. `auth_age` is the number of seconds since the user authenticated, in place of `auth_time`. */
export const CLAIMS = {
  scope: (value) =>
    value === undefined
      ? 'is missing: write `scope: ""` for a token without scopes'
      : isTextOrList(value),
  sub: optional(isString),
  client_id: optional(isString),
  iss: optional(isString),
  jti: optional(isString),
  exp: optional(isNumber),
  iat: optional(isNumber),
  acr: optional(isString),
  auth_time: optional(isNumber),
  auth_age: optional(isNumber),
  tier: optional(isString),
  account_type: optional(isTextOrList),
  entitlements: optional(isStringList),
  boundaries: optional(isBoundaries),
  first_party: optional(isBoolean),
  approvedScopes: optional(isStringList),
  claims: optional(isMap),
} satisfies Readonly<Record<keyof AccessToken | "auth_age", OptionCheck>>;

/** Reports unknown and invalid members of an object. Returns the members; none for a value that is not an object. */
export function checkMembers(
  value: unknown,
  members: Members,
  path: Path,
  report: Report,
): Readonly<Record<string, unknown>> {
  if (!isObject(value)) {
    report.add("invalid_type", path, `expected a map with ${Object.keys(members).join(", ")}`);
    return {};
  }
  for (const key of Object.keys(value)) {
    if (Object.hasOwn(members, key)) continue;
    report.add("unknown_key", [...path, key], `unknown key \`${key}\``, (suggest) =>
      suggest(key, Object.keys(members)),
    );
  }
  for (const [key, check] of Object.entries(members)) {
    const isGiven = Object.hasOwn(value, key);
    const message = check(isGiven ? value[key] : undefined);
    if (message === undefined) continue;
    if (isGiven) report.add("invalid_value", [...path, key], `\`${key}\`: ${message}`);
    else report.add("missing_key", path, `\`${key}\` ${message}`);
  }
  return value;
}
