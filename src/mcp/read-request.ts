import type { JsonScan } from "../grammar/json-scan.js";
import { readStrictJson } from "../grammar/strict-json.js";
import {
  doFieldsAgree,
  type Fields,
  isPlainJson,
  protocolVersionOf,
  readFields,
} from "./fields.js";
import type { McpHttpRequest } from "./http.js";
import { idOf, type Message, type RequestId, readMessage } from "./message.js";
import type { Fault } from "./protocol-errors.js";
import { hasBatches } from "./versions.js";

/** A request with its parsed messages. */
export interface Read {
  readonly kind: "read";
  readonly fields: Fields;
  readonly messages: readonly Message[];
  readonly body: Uint8Array | undefined;
  readonly parsedBody: unknown;
  /** The id of the one request; `null` for a notification, and for several messages. */
  readonly id: RequestId;
}

/** A request that cannot be read, with its id if that is known. */
export interface Unread {
  readonly kind: "unread";
  readonly fault: Fault;
  readonly id: RequestId;
  /** Whether the gate would have read more of the body of a caller with a valid token. */
  readonly isCutShort: boolean;
}

/** Returns the response to a caller without valid credentials; `undefined` for a caller with a valid token. */
export type AskStranger = () => Promise<object | undefined>;

/** Limits for reading a request. */
export interface ReadLimits {
  readonly maxBodySize: number;
  readonly maxBatch: number;
  readonly eventIdsAreUnguessable: boolean;
}

/** Maximum number of bytes of a body that the gate reads before it has verified the token. */
const STRANGERS_BODY = 65_536;

/** Levels of a body. No message of the protocol is deeper, and the host may read it by recursion. */
const MAX_DEPTH = 128;

/** How a body is read. The host may assign its members one by one, which a key `__proto__` would turn into a prototype. */
export const BODY_JSON = {
  maxDepth: MAX_DEPTH,
  reservedKeys: ["__proto__"],
} satisfies JsonScan;

/** Creates the result for a request that cannot be read. */
export function unread(fault: Fault, id: RequestId = null, isCutShort = false): Unread {
  return { kind: "unread", fault, id, isCutShort };
}

/** Reads the headers and the body of a request, up to what the limits allow. Never rejects. */
export async function readRequest(
  request: McpHttpRequest,
  limits: ReadLimits,
  askStranger: AskStranger,
): Promise<Read | Unread> {
  const { maxBodySize, maxBatch } = limits;
  const fields = readHeaders(request, limits);
  if (request.method === "GET" || request.method === "DELETE") {
    const nothing = { messages: [], body: undefined, parsedBody: undefined, id: null };
    return typeof fields === "string" ? unread(fields) : { kind: "read", fields, ...nothing };
  }
  if (request.method !== "POST") return unread("method");
  if (!isPlainJson(request)) return unread("media_type");
  const isShort = Number(request.field("content-length")[0]) <= STRANGERS_BODY;
  const isKnown =
    maxBodySize <= STRANGERS_BODY || (!isShort && (await askStranger()) === undefined);
  const most = isKnown ? maxBodySize : STRANGERS_BODY;
  const body = await request.read(most);
  if (body === "too_large") return unread("too_large", null, !isKnown);
  if (body === "already_read") return unread("body_read");
  if (body === "unreadable") return unread("json");
  const parsedBody = readStrictJson(body, BODY_JSON);
  if (parsedBody === undefined) return unread("json");
  const isBatch = Array.isArray(parsedBody);
  const list: readonly unknown[] = Array.isArray(parsedBody) ? parsedBody : [parsedBody];
  if (list.length === 0) return unread("message");
  if (isBatch && list.length > maxBatch) return unread("batch");
  const messages: Message[] = [];
  for (const value of list) {
    const message = readMessage(value);
    if (message === undefined) return unread("message");
    messages.push(message);
  }
  const id = isBatch ? null : idOf(messages[0]);
  if (typeof fields === "string") return unread(fields, id);
  if (isBatch && !hasBatches(protocolVersionOf(fields, messages))) return unread("batch");
  const doAgree = isBatch
    ? fields.method === undefined && fields.name === undefined
    : doFieldsAgree(fields, messages);
  if (!doAgree) return unread("fields", id);
  return { kind: "read", fields, messages, body, parsedBody, id };
}

/**
 * Reads the headers, or returns what is wrong with them. An event id resumes any stream of its event store, and neither SDK
 * checks the owner of the stream. So event ids are accepted only if the host declares them unguessable.
 */
function readHeaders(
  request: McpHttpRequest,
  { eventIdsAreUnguessable }: ReadLimits,
): Fields | "fields" | "event_id" {
  const eventIds = request.field("last-event-id");
  if (eventIds.length > 0 && !eventIdsAreUnguessable) return "event_id";
  return (eventIds.length > 1 ? undefined : readFields(request)) ?? "fields";
}
