import { readOwn } from "../../decision/access-token.js";
import { isObject } from "../../grammar/is-object.js";
import { printedScope } from "../../grammar/scope-syntax.js";
import type { OperationDefinition, ScopeOptions } from "../../policy/definition.js";
import { isEndpoint, parseEndpoint } from "../../policy/endpoint-key.js";
import type { ReportNote } from "../source/source.js";
import { shorten } from "../terminal/wrap.js";
import type { JsonObject } from "./document.js";
import { endpointPath } from "./endpoint-path.js";
import { EXTENSION } from "./extension-name.js";
import type { DocumentOperation } from "./read-operations.js";

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
  noteMembers(members, isObject(scopes) ? scopes : {}, note);
  return { members, scopes: new Map(entries) };
}

/** Notes what the extension at the top adds to the policy that no operation of the document shows. */
function noteMembers(
  members: JsonObject,
  scopes: JsonObject,
  note: (note: ReportNote) => void,
): void {
  const add = (subject: string, what: string) =>
    note({ subject, code: "extension_member", message: `\`${EXTENSION}\` at the top ${what}` });
  const { tools, ...others } = members;
  for (const [name, value] of Object.entries(others))
    add(name, `has it for the policy: ${valueText(value)}`);
  for (const [name, rule] of isObject(tools) ? Object.entries(tools) : [])
    add(name, `adds this tool with the rule ${valueText(rule)}`);
  for (const [name, entry] of Object.entries(scopes)) {
    const widening = WIDENING.flatMap(([member, what]) => {
      const value = readOwn(entry, member);
      // not cut, so that no part of it is hidden
      return value === undefined ? [] : [`${what} \`${JSON.stringify(value)}\``];
    });
    for (const what of widening) add(name, what);
    if (widening.length === 0) add(name, "declares this scope");
  }
}

/** The members of a scope by which a token opens more, and what each does. */
const WIDENING = [
  ["implies", "lets it imply"],
  ["replaces", "lets these older names grant it:"],
  ["match", "lets it cover other scopes by the rule"],
] as const;

/** Returns a value of a document for a message. */
function valueText(value: unknown): string {
  return `\`${shorten(JSON.stringify(value), MAX_VALUE)}\``;
}

const MAX_VALUE = 200;

/** The extension of an operation. */
export interface OperationExtension {
  /** The rule; `undefined` if the extension cannot be read. */
  readonly rule: OperationDefinition | undefined;
  /** The path in its `endpoint`, without a base path. */
  readonly renamed: string | undefined;
}

/**
 * Returns the extension of an operation; `undefined` if it has none. Its `endpoint` may rename the parameters of the path: any other
 * one would move the rule to another path.
 *
 * @param key - the key of the path without its base path; `undefined` if a policy cannot hold it
 */
export function readExtension(
  { operation }: DocumentOperation,
  key: string | undefined,
): OperationExtension | undefined {
  if (!hasExtension(operation)) return undefined;
  const written = readOwn(operation, EXTENSION);
  const [rule, endpoint] = [readOwn(written, "rule"), readOwn(written, "endpoint")];
  const isRule = typeof rule === "string" || isObject(rule);
  if (!isRule || (endpoint !== undefined && !isSameShape(endpoint, key)))
    return { rule: undefined, renamed: undefined };
  return { rule: rule as OperationDefinition, renamed: endpoint?.slice(endpoint.indexOf(" ") + 1) };
}

/** Returns whether a value is a key that differs from another one in parameter names alone. */
function isSameShape(value: unknown, key: string | undefined): value is string {
  if (typeof value !== "string" || key === undefined) return false;
  return isEndpoint(parseEndpoint(value)) && shapeOf(value) === shapeOf(key);
}

/** Returns whether an operation has an extension, which decides its rule. */
export function hasExtension(operation: JsonObject): boolean {
  return readOwn(operation, EXTENSION) !== undefined;
}

/** Returns a key without parameter names. */
function shapeOf(key: string): string {
  const { method, shape } = endpointPath(key);
  return `${method} ${shape}`;
}
