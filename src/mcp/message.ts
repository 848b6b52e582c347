import { readOwn } from "../decision/access-token.js";
import { isObject } from "../grammar/is-object.js";

/** A message of the protocol as it is decided on. */
export type Message =
  | {
      readonly kind: "request";
      readonly id: string | number;
      readonly method: string;
      readonly params: Params;
    }
  | { readonly kind: "notification"; readonly method: string; readonly params: Params }
  | { readonly kind: "response" };

/** A message that asks the server for something, or tells it something: only one without an `id` is a notification. */
export type Question = Pick<Exclude<Message, { kind: "response" }>, "kind" | "method" | "params">;

/** The parameters of a message, by name; positional ones are none of the protocol's. */
export type Params = Readonly<Record<string, unknown>> | undefined;

/** Reads one message of JSON-RPC 2.0 as MCP allows it; `undefined` for anything else. Keys are case-sensitive. */
export function readMessage(value: unknown): Message | undefined {
  if (!isObject(value) || readOwn(value, "jsonrpc") !== "2.0") return undefined;
  const method = readOwn(value, "method");
  const id = readOwn(value, "id");
  const params = readOwn(value, "params");
  if (method === undefined) return isResponse(value, id) ? { kind: "response" } : undefined;
  if (typeof method !== "string" || (params !== undefined && !isObject(params))) return undefined;
  if (!Object.hasOwn(value, "id")) return { kind: "notification", method, params };
  return isId(id) ? { kind: "request", id, method, params } : undefined;
}

/** What the answer to a message repeats; `null` where it asks for none, and where it is none. */
export function idOf(message: Message | undefined): string | number | null {
  return message?.kind === "request" ? message.id : null;
}

function isResponse(value: object, id: unknown): boolean {
  const hasResult = isObject(readOwn(value, "result"));
  const hasError = isObject(readOwn(value, "error"));
  return hasResult !== hasError && (isId(id) || (hasError && id === undefined));
}

/** Characters of an id, which every answer repeats: JSON-RPC has no limit of its own. */
const MAX_ID_LENGTH = 1_024;

function isId(id: unknown): id is string | number {
  return typeof id === "string" ? id.length <= MAX_ID_LENGTH : Number.isSafeInteger(id);
}

const VERSION_META = "io.modelcontextprotocol/protocolVersion";

/** The version that a message of 2026-07-28 or later names in its own envelope. */
export function versionOf(params: Params): unknown {
  return readOwn(readOwn(params, "_meta"), VERSION_META);
}

/** The task that parameters, or a part of them, name. */
export function taskIdIn(params: unknown): unknown {
  return readOwn(params, "taskId");
}
