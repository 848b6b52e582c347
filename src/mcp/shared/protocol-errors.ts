/** What may be wrong with a request, apart from its credentials and scopes. */
export type ProtocolFault =
  | "json"
  | "message"
  | "params"
  | "batch"
  | "fields"
  | "event_id"
  | "media_type"
  | "too_large"
  | "method"
  | "unknown_method"
  | "session"
  | "body_read"
  | "server";

/** The error object of a JSON-RPC response. */
export interface ProtocolError {
  readonly code: number;
  readonly message: string;
}

const FAULTS: Readonly<
  Record<ProtocolFault, readonly [status: number, code: number, message: string]>
> = {
  json: [400, -32_700, "the body is not JSON, or two parsers could read it differently"],
  message: [400, -32_600, "the body is not a JSON-RPC 2.0 message"],
  params: [400, -32_602, "the parameters do not match the method"],
  batch: [400, -32_600, "this batch is not accepted: send each message in its own request"],
  fields: [400, -32_020, "a header is missing, repeated, or differs from the body"],
  event_id: [400, -32_020, "`Last-Event-ID` is not accepted: this server does not resume streams"],
  media_type: [415, -32_000, "expected `Content-Type: application/json`"],
  too_large: [413, -32_000, "the body is too large"],
  method: [405, -32_000, "method not allowed"],
  unknown_method: [404, -32_601, "method not found: the policy does not name this method"],
  session: [404, -32_001, "session not found"],
  server: [500, -32_603, "internal server error"],
  body_read: [
    500,
    -32_603,
    "the body was read before the gate: mount the gate before any body parser, or set `acceptParsedBody: true`",
  ],
};

/** Returns the JSON-RPC error of a fault. */
export function errorOf(fault: ProtocolFault): ProtocolError {
  const [, code, message] = FAULTS[fault];
  return { code, message };
}

/** Returns the HTTP status of a fault. */
export function statusOf(fault: ProtocolFault): number {
  const [status] = FAULTS[fault];
  return status;
}
