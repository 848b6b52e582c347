import { readOwn } from "../decision/access-token.js";
import type { McpHttpRequest } from "./http.js";
import { type Message, versionOf } from "./message.js";
import { ASSUMED_VERSION, isDate, isModern } from "./versions.js";

/** The fields of the protocol that stand once, with the value of each; `undefined` where one stands twice. */
export interface Fields {
  readonly version: string | undefined;
  readonly method: string | undefined;
  readonly name: string | undefined;
  readonly session: string | undefined;
}

/** One short value, since an SDK repeats one that it does not know; a comma would be the trace of two that were joined. */
const VERSION = /^[\x21-\x2b\x2d-\x7e]{1,128}$/;
const MAX_VERSION_LENGTH = 128;

/**
 * Reads the fields of the protocol; `undefined` for a doubled one. A version that nobody knows, a draft too, is let through: the
 * SDK answers it with those that it has.
 */
export function readFields(request: McpHttpRequest): Fields | undefined {
  const names = ["mcp-protocol-version", "mcp-method", "mcp-name", "mcp-session-id"] as const;
  const values = names.map((name) => request.field(name));
  if (values.some((list) => list.length > 1)) return undefined;
  const [version, method, name, session] = values.map(([value]) => value?.replace(OUTER_SPACE, ""));
  if (version !== undefined && !VERSION.test(version)) return undefined;
  return { version, method, name, session };
}

const OUTER_SPACE = /^[ \t]+|[ \t]+$/g;

const JSON_TYPE = /^[ \t]*application\/json[ \t]*(?:;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?$/i;

/** Whether a body is JSON in UTF-8 and nothing else: what is not read here must not be read behind. */
export function isPlainJson(request: McpHttpRequest): boolean {
  const [type = "", ...more] = request.field("content-type");
  const encodings = request.field("content-encoding");
  return more.length === 0 && encodings.length === 0 && JSON_TYPE.test(type);
}

/** The version that a request speaks: its field, its envelope, what it asks for in the handshake, else what is assumed. */
export function protocolVersionOf({ version }: Fields, messages: readonly Message[]): string {
  if (version !== undefined) return version;
  const [first] = messages;
  const params = first !== undefined && first.kind !== "response" ? first.params : undefined;
  for (const named of [versionOf(params), readOwn(params, "protocolVersion")]) {
    if (isDate(named)) return named;
  }
  return ASSUMED_VERSION;
}

/** The member of the parameters that `Mcp-Name` repeats. */
const NAMED_BY = new Map([
  ["tools/call", "name"],
  ["prompts/get", "name"],
  ["resources/read", "uri"],
  ["tasks/get", "taskId"],
  ["tasks/update", "taskId"],
  ["tasks/cancel", "taskId"],
]);

/**
 * Whether the fields say what the body says. Whoever routes by them must not be led elsewhere than whoever decides; the decision
 * itself never looks at them. From 2026-07-28 on a request must bear them (MCP 2026-07-28, basic/transports/streamable-http).
 */
export function doFieldsAgree(fields: Fields, messages: readonly Message[]): boolean {
  const [message] = messages;
  if (messages.length !== 1) return fields.method === undefined && fields.name === undefined;
  if (message === undefined || message.kind === "response") return true;
  const claimed = versionOf(message.params);
  if (typeof claimed === "string" && claimed.length > MAX_VERSION_LENGTH) return false;
  if (claimed !== undefined && fields.version !== undefined && claimed !== fields.version) {
    return false;
  }
  if (fields.method !== undefined && fields.method !== message.method) return false;
  const member = NAMED_BY.get(message.method);
  const meant = member === undefined ? undefined : readOwn(message.params, member);
  if (fields.name !== undefined && member !== undefined && decode(fields.name) !== meant) {
    return false;
  }
  const spoken = fields.version ?? claimed;
  if (!isModern(spoken) || message.kind !== "request") return true;
  const hasName = fields.name !== undefined || typeof meant !== "string";
  return fields.version !== undefined && fields.method !== undefined && hasName;
}

const ENCODED = /^=\?base64\?((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)\?=$/;

/** A name beyond ASCII is written as Base64 of its UTF-8; what only looks so is no name at all. */
function decode(name: string): string | undefined {
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
