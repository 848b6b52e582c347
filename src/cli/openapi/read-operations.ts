import { readOwn } from "../../decision/access-token.js";
import { isObject } from "../../grammar/is-object.js";
import type { ReportNote } from "../source/source.js";
import { UsageError } from "../terminal/io.js";
import { type BasePath, createBasePathReader } from "./base-path.js";
import type { JsonObject, OpenApiDocument } from "./document.js";
import type { Remark } from "./endpoint-key-of.js";
import { EXTENSION } from "./extension-name.js";
import { levelsOf } from "./levels.js";
import { type PathItemMembers, readPathItem, type WrittenOperation } from "./path-item.js";

/** One operation of a document. */
export interface DocumentOperation {
  /** The method and the path as the document writes them: `GET /courses/{id}`. */
  readonly label: string;
  /** The method: in upper case, or as `additionalOperations` names it. */
  readonly method: string;
  /** The path as the document writes it. */
  readonly path: string;
  readonly base: BasePath;
  readonly operation: JsonObject;
  /** What the operations of the path share: servers and parameters. */
  readonly pathItem: JsonObject;
  /** Why no rule can be taken from it, as the end of a sentence about the document. */
  readonly fault?: Remark;
}

/** Maximum number of operations, and of members that are none. References can multiply the ones that are written. */
const MAX_OPERATIONS = 50_000;

/**
 * Returns every operation of `paths`, in the order of the document. An operation that is written on both sides of a `$ref` is there
 * twice. Each `note` is a remark on what is not an operation: webhooks, callbacks, and members that cannot be read.
 *
 * @param basePath - replaces the base paths of the document
 * @throws {@link UsageError} if there are too many
 */
export function readOperations(
  document: OpenApiDocument,
  basePath: string | undefined,
  note: (note: ReportNote) => void,
): readonly DocumentOperation[] {
  const { root, source } = document;
  const baseOf = createBasePathReader(document, basePath, note);
  const found: DocumentOperation[] = [];
  const known = new Map<JsonObject, PathItemMembers>();
  let count = 0;
  for (const [path, levels] of pathsOf(root, note)) {
    const pathItem = sharedOf(levels);
    for (const level of levels) {
      const members = known.get(level) ?? readPathItem(level);
      known.set(level, members);
      count += members.operations.length + members.unknown.length;
      if (count > MAX_OPERATIONS)
        throw new UsageError(`\`${source}\` has more than ${MAX_OPERATIONS} operations`);
      for (const name of members.unknown) noteUnknown(path, name, note);
      if (readOwn(level, EXTENSION) !== undefined)
        note({ subject: path, code: "extension_syntax", message: EXTENSION_OF_PATH });
      for (const written of members.operations) {
        for (const { operation, fault } of contentsOf(root, written)) {
          const { method, label } = written;
          const base = baseOf(pathItem, operation);
          const rest = { path, base, operation, pathItem, ...(fault && { fault }) };
          found.push({ label: `${label} ${path}`, method, ...rest });
        }
      }
    }
  }
  noteOutOfScope(root, found, note);
  return found;
}

/** Returns each path with the levels of its path item. */
function* pathsOf(root: JsonObject, note: (note: ReportNote) => void) {
  const all = readOwn(root, "paths");
  const levels = levelsOf(root, all);
  if (all !== undefined && levels === undefined)
    note({ subject: "paths", code: "unreadable_path", message: UNREADABLE_PATHS });
  for (const paths of levels ?? []) {
    for (const [path, written] of membersOf(paths)) {
      if (path === "$ref") continue;
      const levels = levelsOf(root, written);
      if (levels !== undefined) yield [path, levels] as const;
      else note({ subject: path, code: "unreadable_path", message: UNREADABLE_PATH });
    }
  }
}

const EXTENSION_OF_PATH =
  "`x-scope-policy` of a path is ignored: the extension of each operation has its rule";
const UNREADABLE_PATHS =
  "not an object, or its `$ref` has no target: the document has no operation";
const UNREADABLE_PATH =
  "the path item is not an object, or its `$ref` has no target: its operations are unknown";

/** Returns the members of an object without extensions. */
function membersOf(value: unknown): readonly (readonly [name: string, value: unknown])[] {
  return isObject(value) ? Object.entries(value).filter(([name]) => !name.startsWith("x-")) : [];
}

/** Returns what all operations of a path share: the servers of all levels, and the parameters of the first level that has any. */
function sharedOf(levels: readonly JsonObject[]): JsonObject {
  const [only, ...others] = levels;
  if (only !== undefined && others.length === 0) return only;
  const listsOf = (name: string) =>
    levels.map((level) => readOwn(level, name)).filter((list) => Array.isArray(list));
  const servers = [...new Set(listsOf("servers"))] as readonly (readonly unknown[])[];
  const [parameters] = listsOf("parameters");
  const [first = [], ...more] = servers;
  const all = more.length === 0 ? first : servers.flat().slice(0, MAX_JOINED);
  return { servers: all, ...(parameters !== undefined && { parameters }) };
}

/** Maximum number of servers that are joined from both sides of a `$ref`. */
const MAX_JOINED = 20;

type Contents = Pick<DocumentOperation, "operation" | "fault">;

/** Returns the contents of an operation on each side of its `$ref`. */
function contentsOf(root: JsonObject, { value, fault }: WrittenOperation): readonly Contents[] {
  const levels = levelsOf(root, value);
  if (levels === undefined) return [{ operation: {}, fault: UNREADABLE_OPERATION }];
  return levels.map((operation) => ({ operation, ...(fault && { fault }) }));
}

const UNREADABLE_OPERATION: Remark = {
  code: "unreadable_operation",
  message: "has no readable object for this operation",
};

function noteUnknown(subject: string, name: string, note: (note: ReportNote) => void): void {
  const message = `\`${name}\` is neither a method nor another member of a path item: ignored`;
  note({ subject, code: "unknown_member", message });
}

function noteOutOfScope(
  root: JsonObject,
  operations: readonly DocumentOperation[],
  note: (note: ReportNote) => void,
): void {
  const webhooks = [
    ...membersOf(readOwn(root, "webhooks")),
    ...membersOf(readOwn(root, "x-webhooks")),
  ];
  for (const [subject] of webhooks) {
    note({
      subject,
      code: "webhook",
      message: "a webhook is a request that the API sends: out of scope",
    });
  }
  for (const { label, operation } of operations) {
    if (membersOf(readOwn(operation, "callbacks")).length === 0) continue;
    const message = "its callbacks are requests that the API sends: out of scope";
    note({ subject: label, code: "callbacks", message });
  }
}
