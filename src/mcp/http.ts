/** A request as the gate reads it: what every host has. */
export interface McpHttpRequest {
  /** The method, as it came. */
  readonly method: string;
  /** The path with its query, as it came. */
  readonly target: string;
  /** Every value of a header field, by its name in lower case; a host that has joined them gives one. */
  field(name: string): readonly string[];
  /** Reads the raw body, up to a number of bytes. Asked once, and for POST alone. */
  read(most: number): Promise<BodyResult>;
}

/** A body, or why there is none: longer than allowed, broken off, or read by somebody before. */
export type BodyResult = Uint8Array | "too_large" | "unreadable" | "already_read";

/** An answer of the gate's own, as plain data: `body` is to be written as JSON. */
export interface McpHttpAnswer {
  /** The status. */
  readonly status: number;
  /** Header fields by name. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body; none for `undefined`. */
  readonly body: unknown;
}

/** What may be wrong with a request before anybody is asked for a token. */
export type Fault =
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

const FAULTS: Readonly<Record<Fault, readonly [status: number, code: number, message: string]>> = {
  json: [400, -32_700, "the body is no JSON that every reader would read alike"],
  message: [400, -32_600, "the body is no message of JSON-RPC 2.0"],
  params: [400, -32_602, "the parameters are not those of the method"],
  batch: [400, -32_600, "this batch is not taken: send each message by itself"],
  fields: [400, -32_020, "a header field is missing, doubled, or says other than the body"],
  event_id: [400, -32_020, "`Last-Event-ID` is not accepted: this server resumes no streams"],
  media_type: [415, -32_000, "expected `Content-Type: application/json`"],
  too_large: [413, -32_000, "the body is too large"],
  method: [405, -32_000, "method not allowed"],
  unknown_method: [404, -32_601, "method not found: the policy names no such method"],
  session: [404, -32_001, "session not found"],
  server: [500, -32_603, "the server failed"],
  body_read: [
    500,
    -32_603,
    "the body was read before the gate: mount the gate before any body parser",
  ],
};

/** What a message is called by in its answer; `null` for none. */
export type RequestId = string | number | null;

/** The code and the text of a fault. */
export function errorOf(fault: Fault): { readonly code: number; readonly message: string } {
  const [, code, message] = FAULTS[fault];
  return { code, message };
}

/** A fault as JSON-RPC says it. Nothing of the request is said back but its id. */
export function faultAnswer(fault: Fault, id: RequestId = null): McpHttpAnswer {
  const [status] = FAULTS[fault];
  return {
    status,
    headers: {
      "Content-Type": "application/json",
      "Cache-Control": "no-store",
      ...(fault === "method" && { Allow: "GET, POST, DELETE" }),
      ...(fault === "too_large" && { Connection: "close" }),
    },
    body: { jsonrpc: "2.0", id, error: errorOf(fault) },
  };
}

/** A method that is not there: since 2026-07-28 the status says it, too. */
export function noMethodAnswer(id: RequestId, isModern: boolean): McpHttpAnswer {
  const answer = faultAnswer("unknown_method", id);
  return isModern ? answer : { ...answer, status: 200 };
}

/** A result that the gate gives in the place of the server. */
export function resultAnswer(id: string | number, result: object): McpHttpAnswer {
  return {
    status: 200,
    headers: { "Content-Type": "application/json", "Cache-Control": "no-store" },
    body: { jsonrpc: "2.0", id, result },
  };
}
