import { connect } from "node:net";

/** A request as it goes over the wire: nothing is normalised, added or left out but `Host`, `Connection` and `Content-Length`. */
export interface WireRequest {
  readonly method: string;
  /** The request target, byte for byte (Latin-1). */
  readonly path: string;
  /** Whole header lines, as `Authorization: Bearer x`; a name may stand twice. */
  readonly headers?: readonly string[];
  readonly body?: string;
}

export interface WireResponse {
  /** 0 where the server closed without an answer. */
  readonly status: number;
  /** By name in lower case: every field of that name, in order. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** The text after the headers, chunks joined. */
  readonly body: string;
}

/** Sends a request over a raw socket and reads until the server closes; rejects where it does not. */
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
      reject(new Error(`no answer to ${bytes.toString("latin1").split("\r\n")[0]}`));
      socket.destroy();
    });
    socket.on("data", (chunk) => chunks.push(chunk));
    // a server that refuses early may reset the connection: what has arrived counts
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(Buffer.concat(chunks)));
  });
}

function parse(text: string, method: string): WireResponse {
  if (text === "") return { status: 0, headers: new Map(), body: "" };
  const end = text.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = text.slice(0, end).split("\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
  if (end < 0 || Number.isNaN(status)) throw new Error(`no HTTP answer: ${text.slice(0, 80)}`);
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
