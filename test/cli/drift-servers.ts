// MCP servers of both SDKs over HTTP on loopback, whose tools a test can change.
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { listen, type RunningServer } from "../conformance/listen.js";

/** A tool of a server, by its name. */
export interface ServedTool {
  readonly title?: string;
  readonly description?: string;
  readonly args?: Readonly<Record<string, z.ZodType>>;
  readonly readOnly?: boolean;
}

/** The tools of a server, which a test can change. */
export type ServedTools = Record<string, ServedTool>;

const INFO = { name: "shop", version: "1.0.0" };
const done = () => ({ content: [{ type: "text" as const, text: "done" }] });

function configOf({ title, description, readOnly }: ServedTool) {
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(readOnly !== undefined && { annotations: { readOnlyHint: readOnly } }),
  };
}

function createV2(tools: ServedTools): McpServer {
  const server = new McpServer(INFO);
  for (const [name, tool] of Object.entries(tools)) {
    const inputSchema = z.object(tool.args ?? {});
    server.registerTool(name, { ...configOf(tool), inputSchema }, done);
  }
  return server;
}

function createV1(tools: ServedTools): McpServerV1 {
  const server = new McpServerV1(INFO);
  for (const [name, tool] of Object.entries(tools)) {
    server.registerTool(name, { ...configOf(tool), inputSchema: tool.args ?? {} } as never, done);
  }
  return server;
}

function startV2(tools: ServedTools): Promise<RunningServer> {
  const handler = createMcpHandler(() => createV2(tools));
  // the globals of a test file are fixed
  const answer = getRequestListener((request) => handler.fetch(request), {
    overrideGlobalObjects: false,
  });
  return listen(
    createServer((incoming, outgoing) => void answer(incoming, outgoing)),
    () => handler.close(),
  );
}

function startV1(tools: ServedTools): Promise<RunningServer> {
  const server = createServer((request, response) => {
    const transport = new StreamableHTTPServerTransport({});
    void createV1(tools)
      .connect(transport as never)
      .then(() => transport.handleRequest(request, response));
  });
  return listen(server, async () => undefined);
}

/** How servers of the two SDKs start. */
export const SDKS = [
  { sdk: "SDK 2", start: startV2 },
  { sdk: "SDK 1", start: startV1 },
] as const;

/** Starts a server, which is closed after the test, and returns its URL. */
export async function serve(
  start: (tools: ServedTools) => Promise<RunningServer>,
  tools: ServedTools,
): Promise<string> {
  const server = await start(tools);
  onTestFinished(() => server.close());
  return `http://127.0.0.1:${server.port}/mcp`;
}
