import { isObject } from "../../grammar/is-object.js";
import { readJson } from "../../policy/json-text.js";
import { createReport, formatPath, type Path } from "../../policy/report.js";
import { isToolName } from "../../policy/tool-names.js";
import { listed } from "../../verify/shown-value.js";
import { UsageError } from "../terminal/io.js";
import { isScope, type ListMeans, ruleOfList } from "./scope-lists.js";
import type { ReportNote, SourceContents } from "./source.js";
import { type ReadTool, toolContents, toolNameFault } from "./tool-contents.js";

/** What the keys of a table are. */
export type TableKeys = "tools" | "scopes";

/** Options of {@link readTable}. */
export interface TableOptions {
  /** The file, as the user wrote it. */
  readonly source: string;
  /** The name of the policy. */
  readonly name: string;
  /** What the keys are. Default: what the names of the table allow, if they allow only one. */
  readonly keys?: TableKeys | undefined;
  /** What several scopes of one tool mean. Required if a tool has several. */
  readonly listMeans?: ListMeans | undefined;
}

/** A row of a table: a key, and the names that it lists. */
type Row = readonly [key: string, names: readonly string[]];

/**
 * Returns the contents of a table as JSON text: tools with their scopes, or scopes with the tools that they open. `null`, `[]` and
 * `""` list nothing, and a tool without scopes is denied with a reason that says that it is not assigned.
 *
 * @throws {@link UsageError} for a text that is not such a table, with the path of the member, and where an option is missing
 */
export function readTable(text: string, options: TableOptions): SourceContents {
  const { source, name, listMeans } = options;
  const rows = rowsOf(dataOf(text, source), source);
  const { keys, because } =
    options.keys === undefined ? keysOf(rows, source) : { keys: options.keys, because: undefined };
  const byTool = keys === "tools" ? new Map(rows) : transposed(rows);
  checkScopes(rows, keys, source);
  const several = [...byTool].filter(([, scopes]) => scopes.length > 1).map(([tool]) => tool);
  if (several.length > 0 && listMeans === undefined) {
    throw new UsageError(
      `\`${source}\`: several scopes are listed for ${listed(several, "and")}: give --list-means and, if all are required, or --list-means or, if one is enough`,
    );
  }
  const tools = [...byTool].map(([tool, scopes]) => readRow(tool, scopes, listMeans ?? "and"));
  return toolContents(tools, {
    source,
    name,
    scopes: keys === "tools" ? rows.flatMap(([, scopes]) => scopes) : rows.map(([scope]) => scope),
    notes: because === undefined ? [] : [directionNote({ keys, because }, source)],
  });
}

function dataOf(text: string, source: string): Readonly<Record<string, unknown>> {
  const report = createReport();
  const data = readJson(text, report);
  const [finding] = report.findings;
  if (finding !== undefined) {
    const at = finding.path === "" ? "" : ` at ${finding.path}`;
    throw new UsageError(`\`${source}\`${at}: ${finding.message}`);
  }
  if (isObject(data)) return data;
  throw new UsageError(
    `\`${source}\`: expected an object of tools with their scopes, or of scopes with their tools`,
  );
}

function rowsOf(data: Readonly<Record<string, unknown>>, source: string): readonly Row[] {
  return Object.entries(data).map(([key, value]): Row => {
    if (value === null) return [key, []];
    // as a token writes its scope: names separated by spaces
    if (typeof value === "string") return [key, [...new Set(value.split(" "))].filter(Boolean)];
    if (!Array.isArray(value)) throw unexpected([key], "a list of names, a name or null", source);
    const wrong = value.findIndex((name) => typeof name !== "string" || name === "");
    if (wrong !== -1) throw unexpected([key, wrong], "a name", source);
    return [key, [...new Set(value as readonly string[])]];
  });
}

function unexpected(path: Path, expected: string, source: string): UsageError {
  return new UsageError(`\`${source}\` at ${formatPath(path)}: expected ${expected}`);
}

/** What the keys of a table are, and the name that shows it. */
interface SeenKeys {
  readonly keys: TableKeys;
  readonly because: string;
}

/** Returns what the keys of a table are, by the side on which names are that no tool can have. */
function keysOf(rows: readonly Row[], source: string): SeenKeys {
  const isOnlyScope = (name: string) => !isToolName(name);
  const key = rows.map(([name]) => name).find(isOnlyScope);
  const name = rows.flatMap(([, names]) => names).find(isOnlyScope);
  if (key !== undefined && name === undefined) return { keys: "scopes", because: key };
  if (name !== undefined && key === undefined) return { keys: "tools", because: name };
  throw new UsageError(
    `\`${source}\`: it is not clear which names are tools: give --table tools for tools with their scopes, or --table scopes for scopes with their tools`,
  );
}

const DIRECTIONS: Readonly<Record<TableKeys, string>> = {
  tools: "its keys count as tools and its lists as their scopes",
  scopes: "its keys count as scopes and its lists as the tools that they open",
};

function directionNote({ keys, because }: SeenKeys, subject: string): ReportNote {
  const other = keys === "tools" ? "scopes" : "tools";
  const message = `${DIRECTIONS[keys]}, because no tool can have the name \`${because}\`: --table ${other} reads it the other way round`;
  return { subject, code: "table_direction", message };
}

/** Returns the scopes of each tool from the tools of each scope. */
function transposed(rows: readonly Row[]): ReadonlyMap<string, readonly string[]> {
  const byTool = new Map<string, readonly string[]>();
  for (const [scope, tools] of rows) {
    for (const tool of tools) byTool.set(tool, [...(byTool.get(tool) ?? []), scope]);
  }
  return byTool;
}

function checkScopes(rows: readonly Row[], keys: TableKeys, source: string): void {
  for (const [key, names] of rows) {
    if (keys === "scopes" && !isScope(key)) throw unexpected([key], "a scope as the key", source);
    const wrong = keys === "tools" ? names.findIndex((name) => !isScope(name)) : -1;
    if (wrong !== -1) throw unexpected([key, wrong], "a scope", source);
  }
}

function readRow(name: string, scopes: readonly string[], means: ListMeans): ReadTool {
  const fault = toolNameFault(name);
  const rule = scopes.length > 0 && fault === undefined ? ruleOfList(scopes, means) : undefined;
  const outcome = rule === undefined ? "left" : "read";
  const note =
    fault === undefined
      ? { code: "not_assigned", message: "the table lists no scopes for it" }
      : { code: "tool_name", message: fault };
  return {
    name,
    rule,
    descriptor: {},
    outcome,
    notes: rule === undefined ? [{ outcome, ...note }] : [],
  };
}
