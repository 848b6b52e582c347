import { readOwn } from "../../decision/access-token.js";
import { isObject } from "../../grammar/is-object.js";

/** A JSON-RPC message, reduced to the parts that a decision needs. */
export type Message =
  | {
      readonly kind: "request";
      readonly id: string | number;
      readonly method: string;
      readonly params: Params;
    }
  | { readonly kind: "notification"; readonly method: string; readonly params: Params }
  | { readonly kind: "response" };

/** A request or a notification. Only a message without an `id` is a notification. */
export type RequestOrNotification = Pick<
  Exclude<Message, { kind: "response" }>,
  "kind" | "method" | "params"
>;

/** The parameters of a message by name. MCP has no positional parameters. */
export type Params = Readonly<Record<string, unknown>> | undefined;

/** Reads one JSON-RPC 2.0 message as MCP allows it; `undefined` for any other value. Keys are case-sensitive. */
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

/** The id in a response; `null` for a response to something other than one request. */
export type RequestId = string | number | null;

/** Returns the id that the response to a message repeats; `null` for a notification, a response, and an unreadable message. */
export function idOf(message: Message | undefined): RequestId {
  return message?.kind === "request" ? message.id : null;
}

function isResponse(value: object, id: unknown): boolean {
  const hasResult = isObject(readOwn(value, "result"));
  const hasError = isObject(readOwn(value, "error"));
  return hasResult !== hasError && (isId(id) || (hasError && id === undefined));
}

/** Maximum number of characters of an id, which every response repeats. JSON-RPC itself sets no limit. */
const MAX_ID_LENGTH = 1_024;

function isId(id: unknown): id is string | number {
  return typeof id === "string" ? id.length <= MAX_ID_LENGTH : Number.isSafeInteger(id);
}

const VERSION_META = "io.modelcontextprotocol/protocolVersion";

/** Returns the protocol version that a message of 2026-07-28 or later names in its envelope. */
export function versionOf(params: Params): unknown {
  return readOwn(readOwn(params, "_meta"), VERSION_META);
}

/** Returns the task ID in parameters or in a part of them. */
export function taskIdIn(params: unknown): unknown {
  return readOwn(params, "taskId");
}
