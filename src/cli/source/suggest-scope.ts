import { readOwn } from "../../decision/access-token.js";
import { isScopeVerb } from "../../grammar/verbs.js";
import type { ToolDescriptor } from "./list-tools.js";

/** The verbs of tools that only read, in addition to verbs of scopes. */
const READING: ReadonlySet<string> = new Set(
  "read view get list search find fetch show describe count listen subscribe download pull export".split(
    " ",
  ),
);

/** The parts of a tool's name, and what the tool does as far as its name and its hints tell. */
interface NamedAction {
  readonly noun: string;
  readonly action: "read" | "write" | undefined;
}

/**
 * Returns a scope for each tool whose name and hints suggest one: `courses:read` for `list_courses`. These are texts for people. They
 * grant nothing, because names and hints prove nothing about a tool.
 */
export function suggestScopes(tools: readonly ToolDescriptor[]): ReadonlyMap<string, string> {
  const actions = tools.map((tool) => [tool.name, actionOf(tool)] as const);
  const nouns = new Set(actions.map(([, { noun }]) => noun));
  return new Map(
    actions.flatMap(([name, { noun, action }]) => {
      if (action === undefined || noun === "") return [];
      // `get_course` beside `list_courses`
      const plural = nouns.has(`${noun}s`) ? `${noun}s` : noun;
      return [[name, `${plural}:${action}`] as const];
    }),
  );
}

function actionOf(tool: ToolDescriptor): NamedAction {
  const words = tool.name
    .split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])/)
    .map((word) => word.toLowerCase());
  const at = words.findIndex((word) => READING.has(word) || isScopeVerb(word));
  const verb = words[at];
  const after = words.slice(at + 1);
  const noun = (after.length > 0 ? after : words.slice(0, Math.max(at, 0))).join("_");
  if (readOwn(readOwn(tool, "annotations"), "readOnlyHint") === true)
    return { noun, action: "read" };
  if (verb === undefined) return { noun, action: undefined };
  return { noun, action: READING.has(verb) ? "read" : "write" };
}
