import { readOwn } from "../../decision/access-token.js";
import type { LocalToken } from "../../resource-server/local-token.js";
import { credentialsOfAuthInfo } from "../shared/auth-info.js";
import { ASSUMED_VERSION } from "../shared/versions.js";

/** The caller of a handler and its request, as read from the context of either SDK. */
export interface Caller {
  readonly authorization: string | LocalToken | undefined;
  readonly protocolVersion: string | undefined;
  readonly sessionId: string | undefined;
  readonly requestId: string | undefined;
  /** The `_meta` of the request. */
  readonly meta: unknown;
}

/**
 * Reads the context of a handler: `ctx` of v2, `extra` of v1. The local token applies only if nothing in the context shows that
 * the call came over a network.
 */
export function readCaller(context: unknown, local: LocalToken | undefined): Caller {
  const http = readOwn(context, "http");
  const request = readOwn(context, "mcpReq");
  const requestInfo = readOwn(context, "requestInfo");
  const authInfo = readOwn(http, "authInfo") ?? readOwn(context, "authInfo");
  const sessionId = stringOrUndefined(readOwn(context, "sessionId"));
  const isRemote = [http, requestInfo, authInfo, sessionId].some((sign) => sign !== undefined);
  const envelope = readOwn(request, "envelope");
  const named =
    readOwn(envelope, "io.modelcontextprotocol/protocolVersion") ??
    versionHeader(readOwn(http, "req"), readOwn(requestInfo, "headers"));
  const id = readOwn(request, "id") ?? readOwn(context, "requestId");
  return {
    authorization: isRemote ? credentialsOfAuthInfo(authInfo) : local,
    protocolVersion: stringOrUndefined(named) ?? (isRemote ? ASSUMED_VERSION : undefined),
    sessionId,
    meta: readOwn(request, "_meta") ?? readOwn(context, "_meta"),
    requestId: typeof id === "string" || typeof id === "number" ? String(id) : undefined,
  };
}

const VERSION_HEADER = "mcp-protocol-version";

function versionHeader(request: unknown, fields: unknown): unknown {
  // the headers of a web request are not its own member
  const headers = (request as Partial<Request> | null | undefined)?.headers;
  return headers === undefined ? readOwn(fields, VERSION_HEADER) : headers.get(VERSION_HEADER);
}

function stringOrUndefined(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
