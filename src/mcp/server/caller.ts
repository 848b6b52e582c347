import { readOwn } from "../../decision/access-token.js";
import type { LocalToken } from "../../resource-server/local-token.js";
import { credentialsOfAuthInfo } from "../shared/auth-info.js";
import { ASSUMED_VERSION } from "../shared/versions.js";

/** The caller of a handler and its request, as read from the context of either SDK. */
export interface Caller {
  readonly authorization: string | LocalToken | undefined;
  /** Returns the claims that the server has verified already; see {@link AuthorizationCall.authenticate}. */
  readonly authenticate: (() => unknown) | undefined;
  readonly protocolVersion: string | undefined;
  readonly sessionId: string | undefined;
  readonly requestId: string | undefined;
  /** The `_meta` of the request. */
  readonly meta: unknown;
}

/** The context of a handler, reduced to the members that show who calls: `ctx` of v2, `extra` of v1. */
export interface McpHandlerContext {
  /** v2: the HTTP request of the call, and what a middleware has verified. */
  readonly http?:
    | { readonly authInfo?: SdkAuthInfo | undefined; readonly req?: Request | undefined }
    | undefined;
  /** v1: what a middleware has verified. */
  readonly authInfo?: SdkAuthInfo | undefined;
  /** v1: the headers of the HTTP request of the call. */
  readonly requestInfo?:
    | { readonly headers: Readonly<Record<string, string | string[] | undefined>> }
    | undefined;
  /** The session of the older protocol. */
  readonly sessionId?: string | undefined;
}

/** The SDKs' own `AuthInfo`, for example of `requireBearerAuth`. */
export interface SdkAuthInfo {
  /** The raw token. */
  readonly token: string;
  /** The client ID. */
  readonly clientId: string;
  /** The scope tokens. */
  readonly scopes: string[];
  /** Expiry in seconds since 1970. */
  readonly expiresAt?: number | undefined;
  /** Anything else. */
  readonly extra?: Record<string, unknown> | undefined;
}

/**
 * Reads the context of a handler: `ctx` of v2, `extra` of v1. The local token applies only if nothing in the context shows that
 * the call came over a network, and then it alone applies.
 */
export function readCaller(
  context: unknown,
  local: LocalToken | undefined,
  authenticate?: (context: McpHandlerContext) => unknown,
): Caller {
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
  const isLocal = !isRemote && local !== undefined;
  return {
    authorization: isRemote ? credentialsOfAuthInfo(authInfo) : local,
    authenticate:
      authenticate === undefined || isLocal
        ? undefined
        : once(() => authenticate(context as McpHandlerContext)),
    protocolVersion: stringOrUndefined(named) ?? (isRemote ? ASSUMED_VERSION : undefined),
    sessionId,
    meta: readOwn(request, "_meta") ?? readOwn(context, "_meta"),
    requestId: typeof id === "string" || typeof id === "number" ? String(id) : undefined,
  };
}

/** Returns whether a call arrived over HTTP. */
export function isOverHttp(context: unknown): boolean {
  const request = readOwn(readOwn(context, "http"), "req") ?? readOwn(context, "requestInfo");
  return request !== undefined;
}

/** Returns a function that calls `ask` once, and returns the same value from then on. */
function once(ask: () => unknown): () => unknown {
  let asked: { readonly value: unknown } | undefined;
  return () => {
    asked ??= { value: ask() };
    return asked.value;
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
