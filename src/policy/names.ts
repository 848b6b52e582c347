/** What may stand where a policy names a tool, a parameter or a pattern of tools. */

/** A tool name, as MCP allows it. */
const TOOL_NAME = /^[A-Za-z0-9_.-]{1,128}$/;
const PATTERN = /^[A-Za-z0-9_.*?-]{1,128}$/;
const MOST_STARS = 2;

/** Whether a client may send this as the name of a tool. `.` and `..` would be paths. */
export function isToolName(text: string): boolean {
  return TOOL_NAME.test(text) && text !== "." && text !== "..";
}

/** Whether the key of a tool is a pattern. */
export function isPattern(key: string): boolean {
  return key.includes("*") || key.includes("?");
}

/** What is wrong with a key of `tools`, or `undefined`. */
export function toolKeyFault(key: string): string | undefined {
  if (!isPattern(key)) {
    return isToolName(key)
      ? undefined
      : "expected 1 to 128 of `A-Z a-z 0-9 _ . -`, not `.` or `..`";
  }
  if (!PATTERN.test(key)) {
    return "a pattern is 1 to 128 of `A-Z a-z 0-9 _ . -`, `*` and `?`: no other character means anything in it";
  }
  // two adjacent stars say no more than one; three or more stars cost time that grows with the cube of a name's length
  if (key.includes("**")) return "write one `*`: two of them side by side mean no more";
  return key.split("*").length - 1 > MOST_STARS
    ? `a pattern holds at most ${MOST_STARS} stars`
    : undefined;
}

const PARAM_NAME = /^[A-Za-z0-9_.-]{1,128}$/;

/** Whether this can name a parameter of an operation. */
export function isParamName(text: string): boolean {
  return PARAM_NAME.test(text);
}
