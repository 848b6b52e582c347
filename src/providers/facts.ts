import { type OptionCheck, optional } from "../policy/option-checks.js";

const HOST = /^(?=.{1,253}$)[a-z\d](?:[a-z\d.-]*[a-z\d])?(?::\d{1,5})?$/;

/** Checks for a host name, with or without a port: no scheme, no path, no placeholder. */
export const isHost: OptionCheck = (value) =>
  typeof value === "string" && HOST.test(value)
    ? undefined
    : "expected a host name in lower case such as `example.auth0.com`, without `https://` and without a path";

/** Creates the check for one segment of a path or of a host name, such as the name of a realm. */
export function isSegment(what: string, example: string): OptionCheck {
  return (value) =>
    typeof value === "string" && /^[\w.~-]+$/.test(value)
      ? undefined
      : `expected ${what} such as \`${example}\``;
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

/** Checks for a non-empty text, or a non-empty list of them. */
export const areTexts: OptionCheck = (value) =>
  isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText))
    ? undefined
    : "expected a non-empty string, or a non-empty list of them";

/** Checks for a fact that another one excludes. */
export function without(other: unknown, name: string, check: OptionCheck): OptionCheck {
  return (value) => {
    if (value !== undefined && other !== undefined) return `cannot be combined with \`${name}\``;
    return other === undefined ? check(value) : undefined;
  };
}

/** Checks for `true`, or for an absent fact. */
export const isFlag: OptionCheck = optional((value) =>
  typeof value === "boolean" ? undefined : "expected true or false",
);
