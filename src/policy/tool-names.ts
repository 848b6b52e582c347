import type { Path, Report } from "./report.js";

/** A tool name by the rules of MCP. */
const TOOL_NAME = /^[A-Za-z0-9_.-]{1,128}$/;
const PATTERN = /^[A-Za-z0-9_.*?-]{1,128}$/;
const MAX_STARS = 2;

/** Returns whether a text is a valid tool name. `.` and `..` are rejected, because they are path segments. */
export function isToolName(text: string): boolean {
  return TOOL_NAME.test(text) && text !== "." && text !== "..";
}

/** Returns whether a key of `tools` is a pattern. */
export function isPattern(key: string): boolean {
  return key.includes("*") || key.includes("?");
}

/** Returns what is wrong with a key of `tools`; `undefined` for a valid one. */
export function toolKeyError(key: string): string | undefined {
  if (!isPattern(key)) {
    return isToolName(key)
      ? undefined
      : "expected 1 to 128 characters of `A-Z a-z 0-9 _ . -`, except the names `.` and `..`";
  }
  if (!PATTERN.test(key)) {
    return "expected a pattern of 1 to 128 characters of `A-Z a-z 0-9 _ . -`, `*` and `?`: other glob syntax is not supported";
  }
  // two adjacent stars match the same as one; three or more stars cost time that grows with the cube of a name's length
  if (key.includes("**")) return "write `*` instead of `**`: both match the same names";
  return key.split("*").length - 1 > MAX_STARS
    ? `a pattern may have at most ${MAX_STARS} stars`
    : undefined;
}

const PARAM_NAME = /^[A-Za-z0-9_.-]{1,128}$/;

/** Returns whether a text is a valid parameter name of an operation. */
export function isParamName(text: string): boolean {
  return PARAM_NAME.test(text);
}

/** Reports a text that is not the name of a parameter. */
export function checkParamName(text: string, path: Path, report: Report): void {
  if (isParamName(text)) return;
  const expected = "expected 1 to 128 characters of `A-Z a-z 0-9 _ . -`";
  report.add("param_name", path, `invalid parameter name \`${text}\`: ${expected}`);
}
