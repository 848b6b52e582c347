import { readOwn } from "../../decision/access-token.js";
import { type Message, versionOf } from "../shared/message.js";
import { ASSUMED_VERSION, isDate, isModern } from "../shared/versions.js";
import type { McpHttpRequest } from "./http-types.js";

/** The protocol headers, each with its one value; `undefined` for a missing header. */
export interface ProtocolHeaders {
  readonly version: string | undefined;
  readonly method: string | undefined;
  readonly name: string | undefined;
  readonly session: string | undefined;
}

/** One short value, since an SDK repeats an unknown version in its response. A comma would show that two headers were joined. */
const VERSION = /^[\x21-\x2b\x2d-\x7e]{1,128}$/;
const MAX_VERSION_LENGTH = 128;

/**
 * Reads the protocol headers; `undefined` if one is repeated or the version is malformed. Unknown versions and drafts pass: the
 * SDK answers them with the versions that it supports.
 */
export function readProtocolHeaders(request: McpHttpRequest): ProtocolHeaders | undefined {
  const version = oneValue(request, "mcp-protocol-version");
  const method = oneValue(request, "mcp-method");
  const name = oneValue(request, "mcp-name");
  const session = oneValue(request, "mcp-session-id");
  if (version === null || method === null || name === null || session === null) return undefined;
  if (version !== undefined && !VERSION.test(version)) return undefined;
  return { version, method, name, session };
}

/** Returns the value of a header, without spaces around it; `undefined` if it is missing, `null` if it is repeated. */
function oneValue(request: McpHttpRequest, header: string): string | undefined | null {
  const values = request.field(header);
  if (values.length === 0) return undefined; // it has no item of its own: `Object.prototype` may have one
  return values.length > 1 ? null : values[0]?.replace(OUTER_SPACE, "");
}

const OUTER_SPACE = /^[ \t]+|(?<![ \t])[ \t]+$/g;

const JSON_TYPE = /^[ \t]*application\/json[ \t]*(?:;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?$/i;

/** Returns whether a body is declared as plain JSON in UTF-8. A body that the gate does not read must not reach the server. */
export function isPlainJson(request: McpHttpRequest): boolean {
  const [type = "", ...more] = request.field("content-type");
  const encodings = request.field("content-encoding");
  return more.length === 0 && encodings.length === 0 && JSON_TYPE.test(type);
}

/**
 * Returns the protocol version of a request: of its header, its envelope, its `initialize` message, or the assumed one, in this
 * order.
 */
export function protocolVersionOf(
  { version }: ProtocolHeaders,
  messages: readonly Message[],
): string {
  if (version !== undefined) return version;
  const [first] = messages;
  const params = first !== undefined && first.kind !== "response" ? first.params : undefined;
  for (const named of [versionOf(params), readOwn(params, "protocolVersion")]) {
    if (isDate(named)) return named;
  }
  return ASSUMED_VERSION;
}

/** The member of the parameters that `Mcp-Name` repeats, by method. */
const NAME_MEMBERS = new Map([
  ["tools/call", "name"],
  ["prompts/get", "name"],
  ["resources/read", "uri"],
  ["tasks/get", "taskId"],
  ["tasks/update", "taskId"],
  ["tasks/cancel", "taskId"],
]);

/**
 * Returns whether the protocol headers agree with the body. A proxy that routes by the headers must see the same call as the
 * gate; the decision itself uses only the body. Since 2026-07-28 a request must have these headers (MCP 2026-07-28,
 * basic/transports/streamable-http).
 */
export function headersMatchBody(fields: ProtocolHeaders, messages: readonly Message[]): boolean {
  const [message] = messages;
  if (messages.length !== 1) return fields.method === undefined && fields.name === undefined;
  if (message === undefined || message.kind === "response") return true;
  const claimed = versionOf(message.params);
  if (typeof claimed === "string" && claimed.length > MAX_VERSION_LENGTH) return false;
  if (claimed !== undefined && fields.version !== undefined && claimed !== fields.version) {
    return false;
  }
  if (fields.method !== undefined && fields.method !== message.method) return false;
  const member = NAME_MEMBERS.get(message.method);
  const meant = member === undefined ? undefined : readOwn(message.params, member);
  if (fields.name !== undefined && member !== undefined && decodeName(fields.name) !== meant) {
    return false;
  }
  const spoken = fields.version ?? claimed;
  if (!isModern(spoken) || message.kind !== "request") return true;
  const hasName = fields.name !== undefined || typeof meant !== "string";
  return fields.version !== undefined && fields.method !== undefined && hasName;
}

const ENCODED = /^=\?base64\?((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)\?=$/;

/** Decodes a name: one beyond ASCII is the Base64 of its UTF-8. Returns `undefined` for an invalid encoding. */
function decodeName(name: string): string | undefined {
  if (!name.startsWith("=?base64?") || !name.endsWith("?=")) return name;
  const encoded = ENCODED.exec(name)?.[1];
  if (encoded === undefined) return undefined;
  const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
