// Node's request and response by shape, so that the types of Node need not be installed where there is no Node.
import { createByteCollector } from "../resource-server/bounded-body.js";
import type { BodyResult, McpHttpAnswer, McpHttpRequest } from "./http.js";

/** What is used of Node's `IncomingMessage`, as Express and Fastify hand it on too. */
export interface NodeRequest {
  /** The method. */
  readonly method?: string | undefined;
  /** The request target, without the path of the router that it came through. */
  readonly url?: string | undefined;
  /** Names and values of the header fields, as they came. */
  readonly rawHeaders: readonly string[];
  /** Whether somebody has read the body. */
  readonly readableEnded: boolean;
  /** Whether the client has gone. */
  readonly destroyed: boolean;
  /** Listens to the body. */
  on(event: string, listener: (...given: unknown[]) => void): unknown;
  /** Listens no more. */
  off(event: string, listener: (...given: unknown[]) => void): unknown;
  /** Lets the rest of the body go unread. */
  resume(): unknown;
}

/** What is used of Node's `ServerResponse`. */
export interface NodeResponse {
  /** Whether somebody has answered. */
  readonly headersSent: boolean;
  /** Whether the whole answer is out. */
  readonly writableFinished: boolean;
  /** Whether the client has gone. */
  readonly destroyed: boolean;
  /** Writes the status and the header fields. */
  writeHead(status: number, headers: Record<string, string | string[]>): unknown;
  /** Writes a part of the body; `false` asks to wait for `drain`. */
  write(chunk: Uint8Array): boolean;
  /** Writes the last of the body and ends. */
  end(chunk?: string): unknown;
  /** Breaks the connection off. */
  destroy(): unknown;
  /** Listens for one event. */
  once(event: string, listener: () => void): unknown;
  /** Listens no more. */
  off(event: string, listener: () => void): unknown;
}

/** Express keeps the whole path here where a router has cut it. */
interface Mounted {
  readonly originalUrl?: unknown;
  readonly rawBody?: unknown;
  readonly socket?: { readonly encrypted?: unknown };
}

/** Reads a request of Node: every field of a name, which its own `headers` would join or drop. */
export function readNodeRequest(request: NodeRequest): McpHttpRequest {
  const fields = fieldsOf(request);
  return {
    method: request.method ?? "",
    target: targetOf(request),
    field: (name) => fields.get(name) ?? NO_VALUES,
    read: (most) => readBody(request, most),
  };
}

const NO_VALUES: readonly string[] = [];

/** The values of each field, by its name in lower case. */
function fieldsOf({ rawHeaders }: NodeRequest): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  for (let index = 1; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index - 1] as string).toLowerCase();
    const value = rawHeaders[index] as string;
    const values = fields.get(name);
    if (values === undefined) fields.set(name, [value]);
    else values.push(value);
  }
  return fields;
}

function targetOf(request: NodeRequest): string {
  const { originalUrl } = request as Mounted;
  return typeof originalUrl === "string" ? originalUrl : (request.url ?? "/");
}

function readBody(request: NodeRequest, most: number): Promise<BodyResult> {
  const { rawBody } = request as Mounted;
  if (rawBody instanceof Uint8Array) {
    return Promise.resolve(rawBody.length > most ? "too_large" : rawBody);
  }
  if (request.readableEnded) return Promise.resolve("already_read");
  if (request.destroyed) return Promise.resolve("unreadable");
  return new Promise((resolve) => {
    const collector = createByteCollector(most);
    const settle = (result: BodyResult) => {
      request.off("data", onData);
      request.off("end", onEnd);
      request.off("error", onBreak);
      request.off("close", onBreak);
      resolve(result);
    };
    const onData = (chunk: unknown) => {
      if (collector.add(chunk as Uint8Array)) return;
      settle("too_large");
      // what is still on its way is let through unread: the connection closes after the answer
      request.resume();
    };
    const onEnd = () => settle(collector.join());
    const onBreak = () => settle("unreadable");
    request.on("data", onData);
    request.on("end", onEnd);
    request.on("error", onBreak);
    request.on("close", onBreak);
  });
}

/** A request of Node as a web request, with the body that has been read; `undefined` for a host that is none. */
export function toWebRequest(
  request: NodeRequest,
  response: NodeResponse,
  body: Uint8Array | undefined,
): Request | undefined {
  const headers = new Headers();
  for (const [name, values] of fieldsOf(request)) {
    if (name.startsWith(":")) continue;
    for (const value of values) headers.append(name, value);
  }
  const isSecure = (request as Mounted).socket?.encrypted === true;
  const host = headers.get("host") ?? "localhost";
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  try {
    return new Request(new URL(targetOf(request), `${isSecure ? "https" : "http"}://${host}`), {
      method: request.method ?? "GET",
      headers,
      signal: gone.signal,
      ...(body !== undefined && { body }),
    });
  } catch {
    return undefined;
  }
}

/** Whether there is nobody to answer any more, or somebody else has answered: a timeout, a server that stops. */
export function isOver({ headersSent, destroyed }: NodeResponse): boolean {
  return headersSent || destroyed;
}

/** Writes an answer of the gate's own. Never throws: what cannot be written is broken off. */
export function writeAnswer(
  response: NodeResponse,
  { status, headers, body }: McpHttpAnswer,
): void {
  if (isOver(response)) return;
  try {
    response.writeHead(status, { ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  } catch {
    response.destroy();
  }
}

/** Fields of one connection, which is another one here (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = /^(?:connection|keep-alive|transfer-encoding|upgrade|te|trailer|proxy-.*)$/;

/** Writes a web response, a stream as fast as the client takes it. */
export async function writeResponse(response: NodeResponse, from: Response): Promise<void> {
  if (isOver(response)) {
    await from.body?.cancel();
    return;
  }
  const fields = [...from.headers].filter(([name]) => !HOP_BY_HOP.test(name));
  const headers: Record<string, string | string[]> = Object.fromEntries(fields);
  const cookies = from.headers.getSetCookie();
  if (cookies.length > 0) headers["set-cookie"] = cookies;
  response.writeHead(from.status, headers);
  const reader = (from.body as ReadableStream<Uint8Array> | null)?.getReader();
  if (reader === undefined) {
    response.end();
    return;
  }
  const onClose = () => void reader.cancel().catch(() => undefined);
  response.once("close", onClose);
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (!response.write(next.value)) await drained(response);
    }
    response.end();
  } catch {
    response.destroy();
  } finally {
    response.off("close", onClose);
  }
}

function drained(response: NodeResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      response.off("drain", go);
      response.off("close", go);
      resolve();
    };
    response.once("drain", go);
    response.once("close", go);
  });
}

/** Tells of the status and the session of an answer that somebody else writes. */
export function onHead(
  response: NodeResponse,
  told: (status: number, session: string | undefined) => void,
): void {
  const writeHead = response.writeHead.bind(response) as (...given: unknown[]) => unknown;
  const own = response as NodeResponse & { getHeader?(name: string): unknown };
  response.writeHead = (...given: unknown[]) => {
    const headers = given.at(-1);
    const session = sessionIn(headers) ?? own.getHeader?.(SESSION_FIELD);
    told(Number(given[0]), typeof session === "string" ? session : undefined);
    return writeHead(...given);
  };
}

const SESSION_FIELD = "mcp-session-id";

function sessionIn(headers: unknown): unknown {
  if (typeof headers !== "object" || headers === null) return undefined;
  const pairs: readonly (readonly unknown[])[] = Array.isArray(headers)
    ? headers.map((name: unknown, index) => [name, (headers as unknown[])[index + 1]])
    : Object.entries(headers);
  return pairs.find(([name]) => String(name).toLowerCase() === SESSION_FIELD)?.[1];
}
