// The conformance server of SDK 2.x.
import {
  createMcpHandler,
  isLegacyRequest,
  type McpHttpHandler,
  McpServer,
  ResourceTemplate,
  type ServerContext,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { type McpRequestContext, type McpServe, mcpGate, protect } from "scope-policy/mcp";
import { z } from "zod";
import { createEventStore } from "./event-store.js";
import { registerInputRequired, stateCodec } from "./input-required-tools.js";
import { listenWeb, type RunningServer } from "./listen.js";
import { authorizer, gateOptions, surface } from "./policy.js";
import {
  CAPABILITIES,
  INFO,
  NO_VALUES,
  readTemplate,
  resources,
  sharedPrompts,
  sharedTools,
  TEMPLATE,
  type ToolCall,
  text,
} from "./shared-tools.js";

/** Starts a server that creates an SDK server for each request, for both eras of the protocol. */
export function startV2(isGuarded: boolean): Promise<RunningServer> {
  const handler: McpHttpHandler = createMcpHandler(() => createV2(isGuarded, handler));
  return listenWeb(
    guardedBy(isGuarded, (request, passed) => handler.fetch(request, passed)),
    () => handler.close(),
  );
}

/** Starts a server that keeps sessions for the older era, with streams that can be resumed. */
export function startV2Sessions(isGuarded: boolean): Promise<RunningServer> {
  const handler: McpHttpHandler = createMcpHandler(() => createV2(isGuarded, handler));
  const transports = new Map<string, WebStandardStreamableHTTPServerTransport>();
  const open = async () => {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      eventStore: createEventStore(),
      retryInterval: 500,
      onsessioninitialized: (id) => void transports.set(id, transport),
      onsessionclosed: (id) => void transports.delete(id),
    });
    await createV2(isGuarded, handler).connect(transport);
    return transport;
  };
  const serve: McpServe = async (request, passed) => {
    if (!(await isLegacyRequest(request.clone(), passed.parsedBody))) {
      return handler.fetch(request, passed);
    }
    const id = request.headers.get("mcp-session-id");
    const transport = id === null ? await open() : transports.get(id);
    return (
      transport?.handleRequest(request, passed) ??
      Response.json(
        { jsonrpc: "2.0", error: { code: -32_001, message: "Session not found" }, id: null },
        { status: 404 },
      )
    );
  };
  return listenWeb(guardedBy(isGuarded, serve), async () => {
    await handler.close();
    for (const transport of transports.values()) await transport.close();
  });
}

/** What the gate would pass on. */
const BARE = {} as McpRequestContext;

const guardedBy = (isGuarded: boolean, serve: McpServe) =>
  isGuarded
    ? mcpGate(authorizer, gateOptions).fetch(serve)
    : async (request: Request) => serve(request, BARE);

function createV2(isGuarded: boolean, { notify }: McpHttpHandler): McpServer {
  const server = new McpServer(INFO, {
    requestState: { verify: (state, context) => stateCodec.verify(state, context) },
  });
  if (isGuarded) protect(server, { authorizer, ...surface });
  server.server.registerCapabilities(CAPABILITIES);
  for (const [name, { args = {}, run }] of Object.entries(sharedTools)) {
    const config = { description: name, inputSchema: z.object(args) };
    server.registerTool(name, config, (given, context) => run(callOf2(context), given));
  }
  registerInputRequired(server);
  for (const [name, publish] of [
    ["test_trigger_tool_change", () => notify.toolsChanged()],
    ["test_trigger_prompt_change", () => notify.promptsChanged()],
  ] as const) {
    server.registerTool(name, { description: name, inputSchema: z.object({}) }, () => {
      publish();
      return text("published");
    });
  }
  for (const { uri, mimeType, read } of resources) {
    server.registerResource(uri, uri, { mimeType }, read);
  }
  const template = new ResourceTemplate(TEMPLATE, { list: undefined });
  server.registerResource("template", template, { mimeType: "application/json" }, readTemplate);
  for (const [name, { args, get }] of Object.entries(sharedPrompts)) {
    if (args === undefined) server.registerPrompt(name, { description: name }, () => get({}));
    else server.registerPrompt(name, { description: name, argsSchema: z.object(args) }, get);
  }
  server.server.setRequestHandler("resources/subscribe", () => ({}));
  server.server.setRequestHandler("resources/unsubscribe", () => ({}));
  server.server.setRequestHandler("completion/complete", () => NO_VALUES);
  return server;
}

const callOf2 = ({ mcpReq, http }: ServerContext): ToolCall => ({
  progressToken: mcpReq._meta?.progressToken,
  notify: (method, params) => mcpReq.notify({ method, params }),
  ask: (method, params) => mcpReq.send({ method, params } as never),
  closeStream: () => http?.closeSSE?.(),
});
