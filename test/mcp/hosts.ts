import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect as connectSocket } from "node:net";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import {
  createMcpHandler,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import type { AuthorizerOptions } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { type McpGate, type McpGateOptions, mcpGate } from "scope-policy/mcp";
import {
  createServerV1,
  createServerV2,
  createTestAuthorizer,
  keepDecisions,
  surface,
  type TestAuthorizer,
  type ToolRun,
  type Types,
} from "./fixture.js";

export type NodeListener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** The ways in which a host mounts a server behind the gate. */
export const HOSTS = {
  /** v2, a server for each request, both protocol eras. */
  v2: (gate, authorizer, runs) =>
    gate.node(createMcpHandler(() => createServerV2(authorizer, runs), { keepAliveMs: 0 }).fetch),
  /** v2, a server for each session of the older protocol. */
  "v2-sessions": (gate, authorizer, runs) => {
    const transports = new Map<string, WebStandardStreamableHTTPServerTransport>();
    return gate.node(async (request, passed) => {
      const known = transports.get(request.headers.get("mcp-session-id") ?? "");
      if (known !== undefined) return known.handleRequest(request, passed);
      const transport = new WebStandardStreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        keepAliveMs: 0,
        onsessioninitialized: (id) => void transports.set(id, transport),
      });
      await createServerV2(authorizer, runs).connect(transport);
      return transport.handleRequest(request, passed);
    });
  },
  /** v1, a server for each session, on Node's own request and response. */
  v1: (gate, authorizer, runs) => {
    const guard = gate.middleware();
    const transports = new Map<string, StreamableHTTPServerTransport>();
    const open = async () => {
      const transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        keepAliveMs: 0,
        onsessioninitialized: (id) => void transports.set(id, transport),
      });
      await createServerV1(authorizer, runs).connect(transport);
      return transport;
    };
    return (request, response) =>
      guard(request, response, () => {
        void (async () => {
          const { authInfo, parsedBody } = gate.passed(request);
          const id = String(request.headers["mcp-session-id"]);
          const transport = transports.get(id) ?? (await open());
          const withAuth = Object.assign(request, authInfo && { auth: authInfo });
          await transport.handleRequest(withAuth, response, parsedBody);
        })();
      });
  },
  /** v1, a server for each request. */
  "v1-stateless": (gate, authorizer, runs) => {
    const guard = gate.middleware();
    return (request, response) =>
      guard(request, response, () => {
        void (async () => {
          const { authInfo, parsedBody } = gate.passed(request);
          const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
          await createServerV1(authorizer, runs).connect(transport);
          const withAuth = Object.assign(request, authInfo && { auth: authInfo });
          await transport.handleRequest(withAuth, response, parsedBody);
        })();
      });
  },
} satisfies Record<
  string,
  (gate: McpGate, authorizer: TestAuthorizer, runs: ToolRun[]) => NodeListener
>;

export type HostName = keyof typeof HOSTS;

export interface Host {
  readonly url: string;
  readonly port: number;
  readonly runs: ToolRun[];
  readonly events: AuditEvent[];
  readonly close: () => Promise<void>;
}

/** Serves a listener on a free port of the loopback interface. */
export async function listen(listener: NodeListener): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => void listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

export async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** Starts a server behind the gate. */
export async function startHost(
  name: HostName,
  options: McpGateOptions<Types> = {},
  authorizerOptions: Partial<AuthorizerOptions<Types>> = {},
  withAuthorizer: (authorizer: TestAuthorizer) => void = () => undefined,
): Promise<Host> {
  const events: AuditEvent[] = [];
  const authorizer = createTestAuthorizer({
    audit: keepDecisions(events),
    ...authorizerOptions,
  });
  withAuthorizer(authorizer);
  const runs: ToolRun[] = [];
  const gate = mcpGate(authorizer, { ...surface, ...options });
  const { server, port } = await listen(HOSTS[name](gate, authorizer, runs));
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    port,
    runs,
    events,
    close: () => close(server),
  };
}

/** A response. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON body, or the data of the first event of a stream. */
  readonly json: unknown;
}

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Uint8Array;
}

/** Sends bytes over a raw socket: nothing is normalized, and a header may be repeated. */
export async function sendRaw(port: number, sent: RawRequest): Promise<RawResponse> {
  const body = Buffer.from(sent.body ?? "");
  const fields = [["Host", `127.0.0.1:${port}`], ["Connection", "close"], ...(sent.headers ?? [])];
  if (sent.body !== undefined) fields.push(["Content-Length", String(body.length)]);
  const head = `${sent.method ?? "POST"} ${sent.path ?? "/mcp"} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
  const received = await new Promise<string>((resolve, reject) => {
    let got = "";
    const socket = connectSocket(port, "127.0.0.1", () => {
      socket.write(Buffer.concat([Buffer.from(head, "latin1"), body]));
    });
    const finish = () => {
      socket.destroy();
      resolve(got);
    };
    socket.on("data", (chunk) => {
      got += chunk.toString("latin1");
      if (isWhole(got)) finish();
    });
    socket.on("end", finish);
    socket.on("error", (error) => (got === "" ? reject(error) : finish()));
  });
  return readAnswer(received);
}

/** Returns whether a response is complete: a server may keep the connection open after it. */
function isWhole(got: string): boolean {
  const at = got.indexOf("\r\n\r\n");
  if (at < 0) return false;
  const length = /^content-length: (\d+)/im.exec(got.slice(0, at))?.[1];
  return length === undefined
    ? got.endsWith("\r\n0\r\n\r\n")
    : got.length - at - 4 >= Number(length);
}

function readAnswer(received: string): RawResponse {
  const [head = "", ...rest] = received.split("\r\n\r\n");
  const [status = "", ...lines] = head.split("\r\n");
  const headers = new Headers(
    lines.map((line): [string, string] => {
      const at = line.indexOf(":");
      return [line.slice(0, at), line.slice(at + 1).trim()];
    }),
  );
  const raw = rest.join("\r\n\r\n");
  const text = headers.get("transfer-encoding") === "chunked" ? unchunk(raw) : raw;
  return { status: Number(status.split(" ")[1]), headers, text, json: jsonOf(text) };
}

function unchunk(raw: string): string {
  let text = "";
  for (let rest = raw; rest !== ""; ) {
    const at = rest.indexOf("\r\n");
    const size = Number.parseInt(rest.slice(0, at), 16);
    if (!(size > 0)) return text;
    text += rest.slice(at + 2, at + 2 + size);
    rest = rest.slice(at + 4 + size);
  }
  return text;
}

export function jsonOf(text: string): unknown {
  const data = /^data: (\{.*)$/m.exec(text)?.[1] ?? text;
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

export const JSON_HEADERS = [
  ["Content-Type", "application/json"],
  ["Accept", "application/json, text/event-stream"],
] as const;

export const bearer = (token: string) => ["Authorization", `Bearer ${token}`] as const;
