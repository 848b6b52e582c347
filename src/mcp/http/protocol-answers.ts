import type { RequestId } from "../shared/message.js";
import {
  errorOf,
  type ProtocolError,
  type ProtocolFault,
  statusOf,
} from "../shared/protocol-errors.js";
import type { McpHttpResponse } from "./http-types.js";

const HEADERS = { "Content-Type": "application/json", "Cache-Control": "no-store" };

/** Creates the JSON-RPC response to a fault. It repeats nothing of the request except the id. */
export function faultResponse(fault: ProtocolFault, id: RequestId = null): McpHttpResponse {
  return {
    status: statusOf(fault),
    headers: {
      ...HEADERS,
      ...(fault === "method" && { Allow: "GET, POST, DELETE" }),
      ...(fault === "too_large" && { Connection: "close" }),
    },
    body: { jsonrpc: "2.0", id, error: errorOf(fault) },
  };
}

/** Creates the response to an unknown method. Its status is 404 since MCP 2026-07-28, and 200 in earlier versions. */
export function noMethodResponse(id: RequestId, isModern: boolean): McpHttpResponse {
  const answer = faultResponse("unknown_method", id);
  return isModern ? answer : { ...answer, status: 200 };
}

/** Creates the response for errors that the gate returns instead of the server: one, or a list for a batch. */
export function errorResponse(
  ids: readonly (string | number)[],
  error: ProtocolError,
  isBatch: boolean,
): McpHttpResponse {
  const errors = ids.map((id) => ({ jsonrpc: "2.0", id, error }));
  return { status: 200, headers: { ...HEADERS }, body: isBatch ? errors : errors[0] };
}

/** Creates the response for a result that the gate returns instead of the server. */
export function resultResponse(id: string | number, result: object): McpHttpResponse {
  return { status: 200, headers: { ...HEADERS }, body: { jsonrpc: "2.0", id, result } };
}
