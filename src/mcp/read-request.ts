import type { JsonScan } from "../grammar/json-scan.js";
import { readStrictJson } from "../grammar/strict-json.js";
import {
  doFieldsAgree,
  type Fields,
  isPlainJson,
  protocolVersionOf,
  readFields,
} from "./fields.js";
import type { Fault, McpHttpRequest, RequestId } from "./http.js";
import { idOf, type Message, readMessage } from "./message.js";
import { hasBatches } from "./versions.js";

/** A request whose messages have been read. */
export interface Read {
  readonly kind: "read";
  readonly fields: Fields;
  readonly messages: readonly Message[];
  readonly body: Uint8Array | undefined;
  readonly parsedBody: unknown;
  /** The id of the one request; `null` for a notification, and for several messages. */
  readonly id: RequestId;
}

/** A request that cannot be read, with its id as far as it is known. */
export interface Unread {
  readonly kind: "unread";
  readonly fault: Fault;
  readonly id: RequestId;
  /** Whether the body would have been read further for a caller with a good token. */
  readonly isCutShort: boolean;
}

/** The answer to a caller without good credentials; `undefined` for one with a good token. */
export type AskStranger = () => Promise<object | undefined>;

/** What bounds the reading. */
export interface ReadLimits {
  readonly maxBodySize: number;
  readonly maxBatch: number;
  readonly eventIdsAreUnguessable: boolean;
}

/** Bytes of a body that are read before its caller is known to have a good token. */
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
 * Reads the headers, or returns what is wrong with them. An event id resumes any stream of the event store that it belongs to,
 * and neither SDK checks whose stream that is. Where ids can be guessed or seen, they are not accepted.
 */
function readHeaders(
  request: McpHttpRequest,
  { eventIdsAreUnguessable }: ReadLimits,
): Fields | "fields" | "event_id" {
  const eventIds = request.field("last-event-id");
  if (eventIds.length > 0 && !eventIdsAreUnguessable) return "event_id";
  return (eventIds.length > 1 ? undefined : readFields(request)) ?? "fields";
}
