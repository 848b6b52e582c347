import { readOwn } from "../../decision/access-token.js";
import { entryOf } from "../../grammar/entry-of.js";
import { printedScope } from "../../grammar/scope-syntax.js";
import type { OperationDefinition } from "../../policy/definition.js";
import type {
  ReportNote,
  SourceContents,
  SourceOperation,
  UnplacedOperation,
} from "../source/source.js";
import { countOutcomes, definedTexts, sourceEntry } from "../source/source-entry.js";
import { UsageError } from "../terminal/io.js";
import { acceptPolicy } from "./accept-policy.js";
import { addImplied } from "./add-implied.js";
import { descriptorOf } from "./descriptor.js";
import type { JsonObject, OpenApiDocument } from "./document.js";
import { type DocumentScopes, documentScopes, MAX_DESCRIPTION } from "./document-scopes.js";
import { createDraft, type Draft, ruleOf } from "./draft.js";
import { hasExtension, readTopExtension, type TopExtension } from "./extension.js";
import { type DocumentOperation, readOperations } from "./read-operations.js";
import { type RuleContext, type RuleReading, readRule } from "./read-rule.js";
import { effectiveSecurity, readSchemes, type SchemeTable } from "./read-schemes.js";
import { noteDifferences } from "./security-differences.js";
import {
  leaveDeniedCatchAlls,
  leaveOverlaps,
  type Placed,
  placeByShape,
  settleSlashes,
} from "./settle-shapes.js";
import { documentName, firstParagraph, nameList, oneLine, placeOf } from "./texts.js";

/** Options of {@link readOpenApi}. */
export interface ImportOptions {
  /** What several scopes in one list mean. Required if some list has several. */
  readonly listMeans?: "and" | "or";
  /** Entries of scope lists that are not scopes. Default: none. */
  readonly noScopeWords?: readonly string[];
  /** The base path of every operation. Default: what `servers` or `basePath` contains. */
  readonly basePath?: string;
  /** Whether a scope such as `X` beside `X.read` in a list gets `implies`. Default: `false`. */
  readonly addImplies?: boolean;
  /** The name of the policy. Default: `info.title`. */
  readonly name?: string;
}

const MAX_TITLE = 120;
const MAX_VERSION = 64;

/**
 * Reads a document into a policy that `loadPolicy` accepts, and a report in which each operation counts once. What cannot be read as a
 * rule is denied or left out. `findings` of the result are what remains in the definition, if the extension at the top is invalid.
 *
 * @throws {@link UsageError} if some list has several scopes and `listMeans` is missing, or if `basePath` is not a path
 */
export function readOpenApi(document: OpenApiDocument, options: ImportOptions): SourceContents {
  const notes = documentNotes(document);
  const note = (one: ReportNote): void => void notes.push(one);
  const { root, source } = document;
  const name = documentName(source);
  const operations = readOperations(document, options.basePath, note);
  const schemes = readSchemes(document, note);
  const top = readTopExtension(root, note);
  const noScopeWords = new Set((options.noScopeWords ?? []).map(printedScope));
  noteNothingDeclared(operations, schemes, root, note);
  const reading: RuleContext = {
    schemes,
    listMeans: options.listMeans,
    noScopeWords,
    isRefused: () => false,
    isOwn: (scope) => top.scopes.has(scope),
  };
  const base = { ...top.members, ...identityOf(root, top, name, options.name) };
  const scopes = readScopes(operations, base, top, root, reading, note);
  const context = { ...reading, isRefused: scopes.isRefused };
  const rules = operations.map(({ operation }) =>
    readRule(effectiveSecurity(root, operation), context),
  );
  const drafts = operations.map((operation, index) =>
    createDraft(operation, name, rules[index] as RuleReading),
  );
  const lists = listsIn(operations, rules);
  checkLists(lists, options.listMeans, source);
  const entries = addImplied(scopes.entries, lists, options.addImplies === true, note);
  const placed = placeByShape(drafts, name);
  leaveDeniedCatchAlls(placed);
  leaveOverlaps(placed, name);
  settleSlashes(placed, name);
  const members = { ...base, scopes: Object.fromEntries(entries) };
  const { definition, findings } = acceptPolicy(members, placed, drafts, name, entryFor);
  noteDifferences(definition, placed, root, schemes, note);
  const unplaced = unplacedOperations(drafts, placed, root);
  return {
    operations: sourceOperations(placed, root),
    ...(unplaced.length > 0 && { unplaced }),
    definition,
    report: {
      source,
      counts: countOutcomes(drafts),
      notes: [...notes, ...drafts.flatMap(notesOf)],
    },
    ...(findings.length > 0 && { findings }),
  };
}

/** Returns the harmless faults of a document, each with its place as the subject. */
function documentNotes({ notes = [] }: OpenApiDocument): ReportNote[] {
  return notes.map((note) => ({ subject: placeOf(note), code: note.code, message: note.message }));
}

/** Returns the name and the version of the policy: those of the extension, else those of the document. */
function identityOf(root: JsonObject, { members }: TopExtension, document: string, name?: string) {
  const info = readOwn(root, "info");
  const version = readOwn(info, "version");
  return {
    name: name ?? members["name"] ?? oneLine(readOwn(info, "title"), MAX_TITLE) ?? document,
    version:
      members["version"] ??
      oneLine(typeof version === "number" ? String(version) : version, MAX_VERSION) ??
      "0",
  };
}

function noteNothingDeclared(
  operations: readonly DocumentOperation[],
  { declared }: SchemeTable,
  root: JsonObject,
  note: (note: ReportNote) => void,
): void {
  const isSecured = operations.some(
    ({ operation }) => effectiveSecurity(root, operation) !== undefined,
  );
  if (declared.size > 0 || isSecured) return;
  const message =
    "the document declares no security scheme and names no security: every operation without an extension is denied";
  note({ subject: "security", code: "nothing_declared", message });
}

/** Returns the scopes of a policy for the operations of a document. */
function readScopes(
  operations: readonly DocumentOperation[],
  base: Readonly<Record<string, unknown>>,
  top: TopExtension,
  root: JsonObject,
  reading: RuleContext,
  note: (note: ReportNote) => void,
): DocumentScopes {
  const users = new Map<string, string[]>();
  for (const { label, operation } of operations) {
    const { used } = readRule(effectiveSecurity(root, operation), reading);
    for (const scope of used) entryOf(users, scope, (): string[] => []).push(label);
  }
  return documentScopes(base, top.scopes, reading.schemes, users, reading.noScopeWords, note);
}

interface ListsOf {
  readonly label: string;
  readonly lists: readonly (readonly string[])[];
}

/** Returns the lists with several scopes of each operation that its extension does not decide. */
function listsIn(
  operations: readonly DocumentOperation[],
  rules: readonly RuleReading[],
): readonly ListsOf[] {
  return operations.flatMap(({ label, operation }, index) => {
    const { lists } = rules[index] as RuleReading;
    return hasExtension(operation) || lists.length === 0 ? [] : [{ label, lists }];
  });
}

/** @throws {@link UsageError} if lists have several scopes and their meaning was not chosen */
function checkLists(
  operations: readonly ListsOf[],
  listMeans: ImportOptions["listMeans"],
  source: string,
): void {
  if (operations.length === 0 || listMeans !== undefined) return;
  const labels = nameList(operations.map(({ label }) => label));
  throw new UsageError(
    `\`${source}\` has several scopes in one list of ${labels}: choose their meaning with \`--list-means and\` (all are required) or \`--list-means or\` (one is enough)`,
  );
}

/** Returns the entry of an operation: its rule with the texts of the document. */
function entryFor({ assigned, isExtended, source }: Draft): OperationDefinition {
  // only an operation that is denied has no rule
  const rule = assigned as OperationDefinition;
  if (isExtended) return rule;
  return sourceEntry(rule as Exclude<OperationDefinition, string>, textsOf(source));
}

function textsOf({ operation }: DocumentOperation) {
  return {
    title: oneLine(readOwn(operation, "summary"), MAX_TITLE),
    description: firstParagraph(readOwn(operation, "description"), MAX_DESCRIPTION),
  };
}

function sourceOperations(placed: Placed, root: JsonObject): readonly SourceOperation[] {
  return [...placed].map(([name, draft]) => ({
    kind: "endpoint",
    name,
    rule: ruleOf(draft),
    ...definedTexts(textsOf(draft.source)),
    // computed when it is read: a large document has large descriptors
    get descriptor() {
      const own = descriptorOf(root, draft.source);
      if (draft.merged.length === 0) return own;
      return { ...own, merged: draft.merged.map((one) => descriptorOf(root, one.source)) };
    },
  }));
}

/** Returns the operations that have no endpoint of their own and share none. */
function unplacedOperations(
  drafts: readonly Draft[],
  placed: Placed,
  root: JsonObject,
): readonly UnplacedOperation[] {
  const decided = new Set([...placed.values()].flatMap((draft) => [draft, ...draft.merged]));
  return drafts
    .filter((draft) => !decided.has(draft))
    .map(({ source, key }) => ({
      name: source.label,
      ...(key !== undefined && { key }),
      get descriptor() {
        return descriptorOf(root, source);
      },
    }));
}

function notesOf({ source, outcome, remarks }: Draft): readonly ReportNote[] {
  return remarks.map((remark) => ({ outcome, subject: source.label, ...remark }));
}
