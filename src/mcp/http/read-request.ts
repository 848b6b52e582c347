import { readStrictJson, strictScan } from "../../grammar/strict-json.js";
import { idOf, type Message, type RequestId, readMessage } from "../shared/message.js";
import type { ProtocolFault } from "../shared/protocol-errors.js";
import { hasBatches } from "../shared/versions.js";
import {
  headersMatchBody,
  isPlainJson,
  type ProtocolHeaders,
  protocolVersionOf,
  readProtocolHeaders,
} from "./header-fields.js";
import type { McpHttpRequest } from "./http-types.js";

/** A request with its parsed messages. */
export interface ReadableRequest {
  readonly kind: "read";
  readonly fields: ProtocolHeaders;
  readonly messages: readonly Message[];
  readonly body: Uint8Array | undefined;
  readonly parsedBody: unknown;
  /** The id of the one request; `null` for a notification, and for several messages. */
  readonly id: RequestId;
}

/** A request that cannot be read, with its id if that is known. */
export interface UnreadableRequest {
  readonly kind: "unread";
  readonly fault: ProtocolFault;
  readonly id: RequestId;
  /** Whether the gate would have read more of the body of a caller with a valid token. */
  readonly isCutShort: boolean;
}

/** Returns the response to a caller without valid credentials; `undefined` for a caller with a valid token. */
export type DenyUnauthenticated = () => Promise<object | undefined>;

/** Methods that carry no message: a caller without a valid token gets 401, and the server responds to any other caller. */
const METHODS_WITHOUT_BODY: ReadonlySet<string> = new Set(["GET", "HEAD", "DELETE"]);

/** Limits for reading a request. */
export interface ReadLimits {
  readonly maxBodySize: number;
  readonly maxBatch: number;
  readonly eventIdsAreUnguessable: boolean;
}

/** Maximum number of bytes of a body that the gate reads before it has verified the token. */
const MAX_UNAUTHENTICATED_BODY = 65_536;

/** Levels of a body. No message of the protocol is deeper, and the host may read it by recursion. */
export const MAX_DEPTH = 128;

/** How a body is read. The host may assign its members one by one, which a key `__proto__` would turn into a prototype. */
export const BODY_JSON = strictScan({ maxDepth: MAX_DEPTH, reservedKeys: ["__proto__"] });

/** Creates the result for a request that cannot be read. */
export function createUnreadable(
  fault: ProtocolFault,
  id: RequestId = null,
  isCutShort = false,
): UnreadableRequest {
  return { kind: "unread", fault, id, isCutShort };
}

/** Reads the headers and the body of a request, up to what the limits allow. Never rejects. */
export async function readRequest(
  request: McpHttpRequest,
  limits: ReadLimits,
  denyUnauthenticated: DenyUnauthenticated,
): Promise<ReadableRequest | UnreadableRequest> {
  const { maxBodySize, maxBatch } = limits;
  const fields = readHeaders(request, limits);
  if (METHODS_WITHOUT_BODY.has(request.method)) {
    const nothing = { messages: [], body: undefined, parsedBody: undefined, id: null };
    return typeof fields === "string"
      ? createUnreadable(fields)
      : { kind: "read", fields, ...nothing };
  }
  if (request.method !== "POST") return createUnreadable("method");
  if (!isPlainJson(request)) return createUnreadable("media_type");
  const isShort = Number(request.field("content-length")[0]) <= MAX_UNAUTHENTICATED_BODY;
  const isAuthenticated =
    maxBodySize <= MAX_UNAUTHENTICATED_BODY ||
    (!isShort && (await denyUnauthenticated()) === undefined);
  const maxBytes = isAuthenticated ? maxBodySize : MAX_UNAUTHENTICATED_BODY;
  const body = await request.read(maxBytes);
  if (body === "too_large") return createUnreadable("too_large", null, !isAuthenticated);
  if (body === "already_read") return createUnreadable("body_read");
  if (body === "unreadable") return createUnreadable("json");
  const parsedBody = readStrictJson(body, BODY_JSON);
  if (parsedBody === undefined) return createUnreadable("json");
  const isBatch = Array.isArray(parsedBody);
  const list: readonly unknown[] = Array.isArray(parsedBody) ? parsedBody : [parsedBody];
  if (list.length === 0) return createUnreadable("message");
  if (isBatch && list.length > maxBatch) return createUnreadable("batch");
  const messages: Message[] = [];
  for (const value of list) {
    const message = readMessage(value);
    if (message === undefined) return createUnreadable("message");
    messages.push(message);
  }
  const id = isBatch ? null : idOf(messages[0]);
  if (typeof fields === "string") return createUnreadable(fields, id);
  if (isBatch && !hasBatches(protocolVersionOf(fields, messages))) return createUnreadable("batch");
  const headersMatch = isBatch
    ? fields.method === undefined && fields.name === undefined
    : headersMatchBody(fields, messages);
  if (!headersMatch) return createUnreadable("fields", id);
  return { kind: "read", fields, messages, body, parsedBody, id };
}

/**
 * Reads the headers, or returns what is wrong with them. An event id resumes any stream of its event store, and neither SDK
 * checks the owner of the stream. So event ids are accepted only if the host declares them unguessable.
 */
function readHeaders(
  request: McpHttpRequest,
  { eventIdsAreUnguessable }: ReadLimits,
): ProtocolHeaders | "fields" | "event_id" {
  const eventIds = request.field("last-event-id");
  if (eventIds.length > 0 && !eventIdsAreUnguessable) return "event_id";
  return (eventIds.length > 1 ? undefined : readProtocolHeaders(request)) ?? "fields";
}
