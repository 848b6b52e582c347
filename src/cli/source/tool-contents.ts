import type { OperationDefinition, OperationOptions } from "../../policy/definition.js";
import { isPattern, toolKeyError } from "../../policy/tool-names.js";
import { notAssigned } from "./not-assigned.js";
import type { Outcome, ReportNote, SourceContents, SourceOperation } from "./source.js";
import { countOutcomes, definedTexts, sourceEntry } from "./source-entry.js";

/** A tool of a source, with what became of it. */
export interface ReadTool extends Omit<SourceOperation, "kind" | "rule"> {
  readonly rule: OperationOptions | undefined;
  readonly outcome: Outcome;
  readonly notes: readonly Omit<ReportNote, "subject">[];
}

/** What the tools of a source belong to. */
export interface ToolSource {
  /** The source, as the user wrote it. */
  readonly source: string;
  /** The name of the policy. */
  readonly name: string;
  /** The scopes that the policy declares, in addition to those that the rules of tools name. */
  readonly scopes: Iterable<string>;
  /** Remarks on the whole source. */
  readonly notes: readonly ReportNote[];
}

/** Returns why a tool cannot be in a policy under its name; `undefined` if it can. */
export function toolNameFault(name: string): string | undefined {
  if (name === "__proto__") return "no policy accepts the name `__proto__`";
  const fault = isPattern(name) ? "`*` and `?` would make it a pattern" : toolKeyError(name);
  return fault && `no policy accepts this name of a tool: ${fault}`;
}

/** Returns the contents of a source with tools. A tool without a rule is denied, and one whose name no policy accepts is left out. */
export function toolContents(tools: readonly ReadTool[], from: ToolSource): SourceContents {
  const { source, name, scopes, notes } = from;
  const inPolicy = tools.filter((tool) => toolNameFault(tool.name) === undefined);
  const unplaced = tools.filter((tool) => toolNameFault(tool.name) !== undefined);
  return {
    operations: inPolicy.map(operationOf),
    ...(unplaced.length > 0 && {
      unplaced: unplaced.map((tool) => ({ name: tool.name, descriptor: tool.descriptor })),
    }),
    definition: {
      name,
      version: "1",
      // `fromEntries` makes `__proto__` a name like any other
      scopes: Object.fromEntries([...new Set(scopes)].map((scope) => [scope, ""])),
      tools: Object.fromEntries(inPolicy.map((tool) => [tool.name, entryOf(tool)])),
    },
    report: {
      source,
      counts: countOutcomes(tools),
      notes: [
        ...notes,
        ...tools.flatMap((tool) => tool.notes.map((note) => ({ subject: tool.name, ...note }))),
      ],
    },
  };
}

function operationOf({ name, rule, title, description, descriptor }: ReadTool): SourceOperation {
  return { kind: "tool", name, rule, ...definedTexts({ title, description }), descriptor };
}

/** Returns the entry of a tool in the policy. */
function entryOf({ name, rule, title, description }: ReadTool): OperationDefinition {
  return sourceEntry(rule ?? { deny: notAssigned(`choose the scopes of \`${name}\``) }, {
    title,
    description,
  });
}
