// MCP servers of both SDKs without a gate, and servers that are not MCP, on free ports of the loopback interface.
import { randomUUID } from "node:crypto";
import { createServer, type Server as HttpServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Server as ServerV1 } from "@modelcontextprotocol/sdk/server/index.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { createMcpHandler, Server } from "@modelcontextprotocol/server";
import { onTestFinished } from "vitest";

const INFO = { name: "server of tests", version: "1" };
const CAPABILITIES = { capabilities: { tools: {} } };

/** A tool as a server lists it. */
export interface ListedTool {
  readonly name: string;
  readonly [member: string]: unknown;
}

/** Returns the page of `tools/list` at a cursor. */
export type PageAt = (cursor: string | undefined) => object;

/** Starts a server on a free port, stops it after the test, and returns its URL. */
export async function serve(
  listener: RequestListener | HttpServer,
  scheme = "http",
): Promise<string> {
  const server = typeof listener === "function" ? createServer(listener) : listener;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

/** Returns the page that lists all of some tools, each with an input schema. */
export function onePage(tools: readonly ListedTool[]): PageAt {
  return () => ({ tools: tools.map((tool) => ({ inputSchema: { type: "object" }, ...tool })) });
}

/** Starts a server of the v2 SDK, which answers both protocols. */
export function serveV2(pageAt: PageAt, capabilities: object = CAPABILITIES): Promise<string> {
  const handler = createMcpHandler(
    () => {
      const server = new Server(INFO, capabilities);
      if (capabilities === CAPABILITIES) {
        server.setRequestHandler("tools/list", ({ params }) => pageAt(params?.cursor) as never);
      }
      return server;
    },
    { keepAliveMs: 0 },
  );
  const answer = getRequestListener((request) => handler.fetch(request), {
    overrideGlobalObjects: false,
  });
  return serve((request, response) => void answer(request, response));
}

/** Starts a server of the v1 SDK with sessions, which answers with JSON or with a stream of events. */
export async function serveV1(pageAt: PageAt, enableJsonResponse: boolean): Promise<string> {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse,
  });
  const server = new ServerV1(INFO, CAPABILITIES);
  server.setRequestHandler(ListToolsRequestSchema, ({ params }) => pageAt(params?.cursor) as never);
  await server.connect(transport);
  return serve((request, response) => void transport.handleRequest(request, response));
}

/** The kinds of servers, by title. */
export const SERVERS: Readonly<Record<string, (pageAt: PageAt) => Promise<string>>> = {
  "the v2 SDK": (pageAt) => serveV2(pageAt),
  "the v1 SDK, as JSON": (pageAt) => serveV1(pageAt, true),
  "the v1 SDK, as events": (pageAt) => serveV1(pageAt, false),
};
