import { readOwn } from "../../decision/access-token.js";
import { groupBy } from "../../grammar/entry-of.js";
import type { OperationOptions } from "../../policy/definition.js";
import { oneLine } from "../openapi/texts.js";
import type { ToolDescriptor } from "./list-tools.js";
import { readSecuritySchemes } from "./read-security-schemes.js";
import type { ListMeans } from "./scope-lists.js";
import type { Outcome, ReportNote, SourceContents } from "./source.js";
import { definedTexts } from "./source-entry.js";
import { suggestScopes } from "./suggest-scope.js";
import { type ReadTool, toolContents, toolNameFault } from "./tool-contents.js";

/** Options of {@link readMcp}. */
export interface McpOptions {
  /** The source, as the user wrote it. */
  readonly source: string;
  /** The name of the policy. */
  readonly name: string;
  /** Whether the list was read with a token. */
  readonly hasToken: boolean;
  /** What several scopes of one security scheme mean. Default: `"and"`. */
  readonly listMeans?: ListMeans | undefined;
}

/** Maximum number of characters of a title and of a description that a policy takes from a tool. */
const MAX_TEXT = { title: 100, description: 500 } as const;

/** The members of a tool that a model or a client reads, beside its name. */
const FINGERPRINTED = [
  "title",
  "description",
  "inputSchema",
  "outputSchema",
  "annotations",
] as const;

/**
 * Returns the contents of an MCP server from its list of tools. Where a tool has `securitySchemes` with scopes, those are its rule;
 * every other tool is denied with a reason that says that it is not assigned. So are all tools of a name that is listed several times.
 */
export function readMcp(tools: readonly ToolDescriptor[], options: McpOptions): SourceContents {
  const suggestions = suggestScopes(tools);
  const scopes: string[] = [];
  const groups = [...groupBy(tools, ({ name }) => name).values()];
  const listed = groups.flatMap((group) => group.map((tool) => ({ tool, count: group.length })));
  const read = listed.map(({ tool, count }): ReadTool => {
    const { name } = tool;
    const fault = nameFault(name, count);
    const schemes = readSecuritySchemes(tool, options.listMeans);
    const rule = fault === undefined ? schemes.rule : undefined;
    if (rule !== undefined) scopes.push(...schemes.scopes);
    const found = fault === undefined ? schemes.notes : [fault];
    const outcome = outcomeOf(rule, found.length);
    const notes =
      outcome === "left" && found.length === 0 ? [unassigned(suggestions.get(name))] : found;
    return {
      name,
      rule,
      ...(count === 1 ? textsOf(tool) : {}),
      descriptor: descriptorOf(tool),
      outcome,
      notes: notes.map((note) => ({ outcome, ...note })),
    };
  });
  const { source, name } = options;
  return toolContents(read, { source, name, scopes, notes: [seenBy(options)] });
}

type Note = Omit<ReportNote, "subject" | "outcome">;

function outcomeOf(rule: OperationOptions | undefined, notes: number): Outcome {
  if (rule === undefined) return "left";
  return notes === 0 ? "read" : "guessed";
}

/** Returns why a name of a tool has no rule; `undefined` if it can have one. */
function nameFault(name: string, count: number): Note | undefined {
  const message = toolNameFault(name);
  if (message !== undefined) return { code: "tool_name", message };
  if (count === 1) return undefined;
  return { code: "duplicate_tool", message: `the server lists ${count} tools of this name` };
}

function unassigned(suggestion: string | undefined): Note {
  const hint = suggestion === undefined ? "" : `; its name suggests \`${suggestion}\``;
  return { code: "not_assigned", message: `the server names no scopes for it${hint}` };
}

function seenBy({ source, hasToken }: McpOptions): ReportNote {
  return {
    subject: source,
    code: "listed_for_caller",
    message: hasToken
      ? "these are the tools that the server lists for this token"
      : "these are the tools that the server lists without a token; with --token it can list more",
  };
}

function textsOf(tool: ToolDescriptor): Pick<ReadTool, "title" | "description"> {
  const written = readOwn(tool, "title") ?? readOwn(readOwn(tool, "annotations"), "title");
  return definedTexts({
    title: oneLine(written, MAX_TEXT.title),
    description: oneLine(readOwn(tool, "description"), MAX_TEXT.description),
  });
}

function descriptorOf(tool: ToolDescriptor): Readonly<Record<string, unknown>> {
  const own = FINGERPRINTED.filter((member) => Object.hasOwn(tool, member));
  return Object.fromEntries(own.map((member) => [member, tool[member]]));
}
