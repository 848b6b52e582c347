import { readOwn } from "../../decision/access-token.js";
import { isObject } from "../../grammar/is-object.js";
import { printedScope } from "../../grammar/scope-syntax.js";
import type { OperationDefinition, ScopeOptions } from "../../policy/definition.js";
import { isEndpoint, parseEndpoint } from "../../policy/endpoint-key.js";
import type { ReportNote } from "../source/source.js";
import type { JsonObject } from "./document.js";
import type { DocumentOperation } from "./read-operations.js";

/** The member that holds what security requirements cannot express. */
export const EXTENSION = "x-scope-policy";

/** The members of a policy that the extension at the top of a document contains. */
export interface TopExtension {
  /** Every member without `scopes` and `endpoints`. */
  readonly members: Readonly<Record<string, unknown>>;
  readonly scopes: ReadonlyMap<string, string | ScopeOptions>;
}

/** Returns what the extension at the top of a document contains; without one, nothing. */
export function readTopExtension(root: JsonObject, note: (note: ReportNote) => void): TopExtension {
  const written = readOwn(root, EXTENSION);
  if (written !== undefined && !isObject(written)) {
    note({ subject: EXTENSION, code: "extension_syntax", message: "not an object: ignored" });
  }
  const { scopes, endpoints, ...members } = isObject(written) ? written : {};
  if (endpoints !== undefined) {
    const message = "`endpoints` at the top is ignored: the extension of an operation has its rule";
    note({ subject: EXTENSION, code: "extension_syntax", message });
  }
  // what is not a scope entry has a finding when the policy is loaded
  const entries = Object.entries(isObject(scopes) ? scopes : {}).map(
    ([name, entry]) => [printedScope(name), entry as string | ScopeOptions] as const,
  );
  return { members, scopes: new Map(entries) };
}

/** The extension of an operation. */
export interface OperationExtension {
  /** The rule; `undefined` if the extension cannot be read. */
  readonly rule: OperationDefinition | undefined;
  /** The key of `endpoints`, where it differs from the path. */
  readonly key: string | undefined;
}

/** Returns the extension of an operation; `undefined` if it has none. */
export function readExtension({
  operation,
  method,
}: DocumentOperation): OperationExtension | undefined {
  const written = readOwn(operation, EXTENSION);
  if (written === undefined) return undefined;
  const rule = readOwn(written, "rule");
  const key = readOwn(written, "endpoint");
  const endpoint = typeof key === "string" ? parseEndpoint(key) : undefined;
  const isKey = endpoint !== undefined && isEndpoint(endpoint) && endpoint.method === method;
  const isRule = typeof rule === "string" || isObject(rule);
  if (!isRule || (key !== undefined && !isKey)) return { rule: undefined, key: undefined };
  return { rule: rule as OperationDefinition, key: isKey ? (key as string) : undefined };
}
