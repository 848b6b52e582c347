// Node's request and response by shape, so that programs on other runtimes do not need the types of Node.
import { readOwn } from "../../decision/access-token.js";
import { createByteCollector } from "../../resource-server/bounded-body.js";
import type { BodyResult, McpHttpRequest, McpHttpResponse } from "./http-types.js";
import { encodeParsedBody } from "./parsed-body.js";

/** The members of Node's `IncomingMessage` that the gate uses. Express and Fastify pass it on, too. */
export interface NodeRequest {
  /** The HTTP method. */
  readonly method?: string | undefined;
  /** The request target, without the path of the router that passed the request on. */
  readonly url?: string | undefined;
  /** Names and values of the headers, as received. */
  readonly rawHeaders: readonly string[];
  /** Whether the body has been read to its end. */
  readonly readableEnded: boolean;
  /** Whether the connection is closed. */
  readonly destroyed: boolean;
  /** Adds a listener for events of the body. */
  on(event: string, listener: (...given: unknown[]) => void): unknown;
  /** Removes a listener. */
  off(event: string, listener: (...given: unknown[]) => void): unknown;
  /** Discards the rest of the body. */
  resume(): unknown;
}

/** The members of Node's `ServerResponse` that the gate uses. */
export interface NodeResponse {
  /** Whether the status and the headers have been sent. */
  readonly headersSent: boolean;
  /** Whether the whole response has been sent. */
  readonly writableFinished: boolean;
  /** Whether the connection is closed. */
  readonly destroyed: boolean;
  /** Writes the status and the headers. */
  writeHead(status: number, headers: Record<string, string | string[]>): unknown;
  /** Writes a part of the body; returns `false` if the caller must wait for `drain`. */
  write(chunk: Uint8Array): boolean;
  /** Writes the last part of the body and ends the response. */
  end(chunk?: string): unknown;
  /** Closes the connection. */
  destroy(): unknown;
  /** Adds a listener for one event. */
  once(event: string, listener: () => void): unknown;
  /** Removes a listener. */
  off(event: string, listener: () => void): unknown;
}

/**
 * Members that frameworks and platforms add: Express keeps the whole path in `originalUrl` when a router shortens `url`, and a body
 * parser sets `body`.
 */
interface RequestExtras {
  readonly originalUrl?: unknown;
  readonly rawBody?: unknown;
  readonly body?: unknown;
  readonly socket?: { readonly encrypted?: unknown };
}

/** Reads a request of Node, with every header of a name: Node's own `headers` joins or drops repeated ones. */
export function readNodeRequest(request: NodeRequest, acceptParsedBody = false): McpHttpRequest {
  const fields = headersOf(request);
  return {
    method: request.method ?? "",
    target: targetOf(request),
    field: (name) => fields.get(name) ?? NO_VALUES,
    read: (most) => readBody(request, most, acceptParsedBody),
  };
}

const NO_VALUES: readonly string[] = [];

/** Returns the values of each header, by its name in lower case. */
function headersOf({ rawHeaders }: NodeRequest): ReadonlyMap<string, readonly string[]> {
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
  const { originalUrl } = request as RequestExtras;
  return typeof originalUrl === "string" ? originalUrl : (request.url ?? "/");
}

function readBody(
  request: NodeRequest,
  most: number,
  acceptParsedBody: boolean,
): Promise<BodyResult> {
  const { rawBody } = request as RequestExtras;
  if (rawBody instanceof Uint8Array) {
    return Promise.resolve(rawBody.length > most ? "too_large" : rawBody);
  }
  if (request.readableEnded) {
    const parsed = acceptParsedBody ? readOwn(request, "body") : undefined;
    return Promise.resolve(parsed === undefined ? "already_read" : encodeParsedBody(parsed, most));
  }
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

/** Creates a web request from a request of Node and the body that was read; `undefined` for an invalid `Host`. */
export function toWebRequest(
  request: NodeRequest,
  response: NodeResponse,
  body: Uint8Array | undefined,
): Request | undefined {
  const headers = new Headers();
  for (const [name, values] of headersOf(request)) {
    if (name.startsWith(":")) continue;
    for (const value of values) headers.append(name, value);
  }
  const isSecure = (request as RequestExtras).socket?.encrypted === true;
  const host = headers.get("host") ?? "localhost";
  const closed = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) closed.abort();
  });
  try {
    return new Request(new URL(targetOf(request), `${isSecure ? "https" : "http"}://${host}`), {
      method: request.method ?? "GET",
      headers,
      signal: closed.signal,
      ...(body !== undefined && { body }),
    });
  } catch {
    return undefined;
  }
}

/** Returns whether a response can no longer be written: the connection is closed, or other code has responded, such as a timeout. */
export function cannotRespond({ headersSent, destroyed }: NodeResponse): boolean {
  return headersSent || destroyed;
}

/** Writes a response of the gate itself. Never throws: if writing fails, the connection is closed. */
export function writeAnswer(
  response: NodeResponse,
  { status, headers, body }: McpHttpResponse,
): void {
  if (cannotRespond(response)) return;
  try {
    response.writeHead(status, { ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  } catch {
    response.destroy();
  }
}

/** Headers of a single connection, which are not copied to this one (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = /^(?:connection|keep-alive|transfer-encoding|upgrade|te|trailer|proxy-.*)$/;

/** Writes a web response; a stream no faster than the client reads it. */
export async function writeResponse(response: NodeResponse, from: Response): Promise<void> {
  if (cannotRespond(response)) {
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
      if (!response.write(next.value)) await waitForDrain(response);
    }
    response.end();
  } catch {
    response.destroy();
  } finally {
    response.off("close", onClose);
  }
}

function waitForDrain(response: NodeResponse): Promise<void> {
  return new Promise((resolve) => {
    const resume = () => {
      response.off("drain", resume);
      response.off("close", resume);
      resolve();
    };
    response.once("drain", resume);
    response.once("close", resume);
  });
}

/** Reports the status and the session of a response that other code writes. */
export function onResponseHead(
  response: NodeResponse,
  report: (status: number, session: string | undefined) => void,
): void {
  const writeHead = response.writeHead.bind(response) as (...given: unknown[]) => unknown;
  const own = response as NodeResponse & { getHeader?(name: string): unknown };
  const writeReportedHead = (...given: unknown[]) => {
    const headers = given.at(-1);
    const session = sessionIn(headers) ?? own.getHeader?.(SESSION_HEADER);
    report(Number(given[0]), typeof session === "string" ? session : undefined);
    return writeHead(...given);
  };
  // V8 allocates a literal that is assigned here in its old space, where the response would stay with it
  response.writeHead = writeReportedHead;
}

const SESSION_HEADER = "mcp-session-id";

function sessionIn(headers: unknown): unknown {
  if (typeof headers !== "object" || headers === null) return undefined;
  const pairs: readonly (readonly unknown[])[] = Array.isArray(headers)
    ? headers.map((name: unknown, index) => [name, (headers as unknown[])[index + 1]])
    : Object.entries(headers);
  return pairs.find(([name]) => String(name).toLowerCase() === SESSION_HEADER)?.[1];
}
