import { connect } from "node:net";

/** A raw HTTP request. Nothing is normalized, and only `Host`, `Connection` and `Content-Length` are added. */
export interface WireRequest {
  readonly method: string;
  /** Request target, byte for byte (Latin-1). */
  readonly path: string;
  /** Whole header lines, such as `Authorization: Bearer x`. A name can occur twice. */
  readonly headers?: readonly string[];
  readonly body?: string;
}

export interface WireResponse {
  /** HTTP status; 0 if the server closed the connection without a response. */
  readonly status: number;
  /** Values of the headers by name in lower case, in order. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** Body, with its chunks joined. */
  readonly body: string;
}

/** Sends a request over a raw socket and reads until the server closes the connection. Rejects after a timeout. */
export async function send(port: number, request: WireRequest): Promise<WireResponse> {
  const { method, path, headers = [], body } = request;
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...(headers.some((line) => /^host:/i.test(line)) ? [] : ["Host: 127.0.0.1"]),
    "Connection: close",
    ...headers,
    ...(body === undefined || headers.some((line) => /^content-length:/i.test(line))
      ? []
      : [`Content-Length: ${Buffer.byteLength(body)}`]),
  ];
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  const bytes = await exchange(port, Buffer.concat([head, Buffer.from(body ?? "")]));
  return parse(bytes.toString("latin1"), method);
}

function exchange(port: number, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.setTimeout(10_000, () => {
      reject(new Error(`no response to ${bytes.toString("latin1").split("\r\n")[0]}`));
      socket.destroy();
    });
    socket.on("data", (chunk) => chunks.push(chunk));
    // a server that refuses early may reset the connection: the received bytes count
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(Buffer.concat(chunks)));
  });
}

function parse(text: string, method: string): WireResponse {
  if (text === "") return { status: 0, headers: new Map(), body: "" };
  const end = text.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = text.slice(0, end).split("\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
  if (end < 0 || Number.isNaN(status))
    throw new Error(`not an HTTP response: ${text.slice(0, 80)}`);
  if (status === 100) return parse(text.slice(end + 4), method);
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  const rest = text.slice(end + 4);
  const isChunked = headers.get("transfer-encoding")?.includes("chunked") === true;
  const body = isChunked && method !== "HEAD" ? joinChunks(rest) : rest;
  return { status, headers, body: Buffer.from(body, "latin1").toString("utf8") };
}

function joinChunks(text: string): string {
  const line = text.indexOf("\r\n");
  const size = Number.parseInt(text.slice(0, line), 16);
  if (line < 0 || Number.isNaN(size) || size === 0) return "";
  const start = line + 2;
  return text.slice(start, start + size) + joinChunks(text.slice(start + size + 2));
}
