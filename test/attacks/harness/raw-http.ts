// HTTP written to a socket unchanged: `fetch` and `http.request` normalize paths and headers, and refuse to send most attacks.
import { connect } from "node:net";

export interface RawRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
}

export interface RawResponse {
  /** The status code; 0 for a connection that was closed without a response. */
  readonly status: number;
  /** The headers by lower-case name; the values of repeated headers are joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

const PATIENCE = 5_000;

/** Sends one request on a new connection and reads the complete response. */
export async function sendRaw(port: number, request: RawRequest): Promise<RawResponse> {
  const { method, target, headers, body } = request;
  const content = body === undefined ? undefined : Buffer.from(body, "utf8");
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  const fields = [
    ...(names.has("host") ? [] : [["host", `127.0.0.1:${port}`] as const]),
    ...headers,
    ...(content === undefined || names.has("content-length")
      ? []
      : [["content-length", String(content.length)] as const]),
    ["connection", "close"] as const,
  ];
  const bytes = Buffer.concat([
    Buffer.from(`${method} ${target} HTTP/1.1\r\n`, "utf8"),
    ...fields.map(([name, value]) => Buffer.from(`${name}: ${value}\r\n`, "latin1")),
    Buffer.from("\r\n"),
    ...(content === undefined ? [] : [content]),
  ]);
  return readResponse(await exchange(port, bytes));
}

function exchange(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => socket.write(bytes));
    // a stream that the server does not end is closed here
    socket.setTimeout(PATIENCE, () => socket.destroy(new Error("no response in time")));
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      // a server may keep the connection open although the request asks to close it
      if (isWhole(Buffer.concat(chunks).toString("latin1"))) socket.destroy();
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (chunks.length === 0 && error.code !== "ECONNRESET" && error.code !== "EPIPE") {
        reject(error);
      }
    });
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
  });
}

/** Returns whether a response is complete according to its headers. */
function isWhole(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const head = text.slice(0, end);
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) return text.endsWith("\r\n0\r\n\r\n");
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  return length !== undefined && text.length >= end + 4 + Number(length);
}

function readResponse(text: string): RawResponse {
  const end = text.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = (end < 0 ? text : text.slice(0, end)).split("\r\n");
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value);
  }
  const rest = end < 0 ? "" : text.slice(end + 4);
  const isChunked = headers.get("transfer-encoding") === "chunked";
  const body = Buffer.from(isChunked ? unchunk(rest) : rest, "latin1").toString("utf8");
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1] ?? 0), headers, body };
}

function unchunk(text: string): string {
  let rest = text;
  let body = "";
  for (;;) {
    const line = rest.indexOf("\r\n");
    const size = Number.parseInt(rest.slice(0, line), 16);
    if (line < 0 || !(size > 0)) return body;
    body += rest.slice(line + 2, line + 2 + size);
    rest = rest.slice(line + 2 + size + 2);
  }
}
