import { readOwn } from "../../decision/access-token.js";
import { isObject } from "../../grammar/is-object.js";
import type { ReportNote } from "../source/source.js";
import { type BasePath, createBasePathReader } from "./base-path.js";
import type { JsonObject, OpenApiDocument } from "./document.js";
import { resolved } from "./resolved.js";

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
  readonly pathItem: JsonObject;
}

/** The members of a path item that are operations. */
const METHOD_MEMBERS = [
  "get",
  "put",
  "post",
  "delete",
  "options",
  "head",
  "patch",
  "trace",
  "query",
] as const;

/**
 * Returns every operation of `paths`, in the order of the document. Each `note` is a remark on what is not an operation: webhooks,
 * callbacks, and members that cannot be read.
 *
 * @param basePath - replaces the base paths of the document
 */
export function readOperations(
  document: OpenApiDocument,
  basePath: string | undefined,
  note: (note: ReportNote) => void,
): readonly DocumentOperation[] {
  const { root } = document;
  const basePathOf = createBasePathReader(document, basePath, note);
  const paths = readOwn(root, "paths");
  const found: DocumentOperation[] = [];
  for (const [path, written] of membersOf(paths)) {
    const pathItem = readPathItem(root, written);
    if (pathItem === undefined) {
      note({
        subject: path,
        code: "unreadable_path",
        message:
          "the path item is not an object, or its `$ref` has no target: its operations are unknown",
      });
      continue;
    }
    for (const [method, operation] of operationsIn(pathItem)) {
      const label = `${method} ${path}`;
      if (isObject(operation)) {
        const base = basePathOf(pathItem, operation);
        found.push({ label, method, path, base, operation, pathItem });
      } else {
        note({ subject: label, code: "unreadable_operation", message: "not an object: ignored" });
      }
    }
  }
  noteOutOfScope(root, found, note);
  return found;
}

/** Returns the members of an object without extensions. */
function membersOf(value: unknown): readonly (readonly [name: string, value: unknown])[] {
  return isObject(value) ? Object.entries(value).filter(([name]) => !name.startsWith("x-")) : [];
}

/** Returns a path item with the members of the one that its `$ref` names; its own members take precedence. */
function readPathItem(root: JsonObject, written: unknown): JsonObject | undefined {
  const target = resolved(root, written);
  if (!isObject(target) || !isObject(written)) return undefined;
  return target === written ? target : { ...target, ...written };
}

function operationsIn(pathItem: JsonObject): readonly (readonly [string, unknown])[] {
  const additional = membersOf(readOwn(pathItem, "additionalOperations"));
  return [
    ...Object.entries(pathItem)
      .filter(([name]) => METHOD_MEMBERS.some((method) => method === name))
      .map(([name, operation]) => [name.toUpperCase(), operation] as const),
    ...additional,
  ];
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
