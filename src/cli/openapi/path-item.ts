import { readOwn } from "../../decision/access-token.js";
import { isObject } from "../../grammar/is-object.js";
import type { JsonObject } from "./document.js";
import type { Remark } from "./endpoint-key-of.js";

/** A member of a path item that is an operation. */
export interface WrittenOperation {
  /** The method in upper case, or as `additionalOperations` names it. */
  readonly method: string;
  /** The method for labels: in upper case, or as the document writes it where that is a fault. */
  readonly label: string;
  readonly value: unknown;
  /** Why no rule can be taken from it, as the end of a sentence about the document. */
  readonly fault?: Remark;
}

/** The members of a path item. */
export interface PathItemMembers {
  readonly operations: readonly WrittenOperation[];
  /** The names of members that no version of OpenAPI has. */
  readonly unknown: readonly string[];
}

const METHOD_MEMBERS: ReadonlySet<string> = new Set([
  "get",
  "put",
  "post",
  "delete",
  "options",
  "head",
  "patch",
  "trace",
  "query",
]);

const OTHER_MEMBERS: ReadonlySet<string> = new Set([
  "$ref",
  "summary",
  "description",
  "servers",
  "parameters",
]);

const ADDITIONAL = "additionalOperations";

/** Returns the operations of a path item, without those to which its `$ref` leads. */
export function readPathItem(pathItem: JsonObject): PathItemMembers {
  const operations: WrittenOperation[] = [];
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(pathItem)) {
    if (OTHER_MEMBERS.has(name) || name.startsWith("x-")) continue;
    if (name === ADDITIONAL && isObject(value)) continue;
    const method = name.toUpperCase();
    if (METHOD_MEMBERS.has(name)) operations.push({ method, label: method, value });
    else if (METHOD_MEMBERS.has(name.toLowerCase()))
      operations.push({ method, label: name, value, fault: spelling(name, name.toLowerCase()) });
    else unknown.push(name);
  }
  const additional = readOwn(pathItem, ADDITIONAL);
  for (const [name, value] of isObject(additional) ? Object.entries(additional) : []) {
    const method = name.toUpperCase();
    operations.push(
      METHOD_MEMBERS.has(name.toLowerCase()) && name !== method
        ? { method, label: name, value, fault: spelling(name, method) }
        : { method: name, label: name, value },
    );
  }
  return { operations, unknown };
}

function spelling(name: string, meant: string): Remark {
  const message = `writes the method of this operation as \`${name}\`: expected \`${meant}\``;
  return { code: "method_spelling", message };
}
