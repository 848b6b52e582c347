// The conformance servers of SDK 1.x: with an SDK server for each session, or for each request.
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import {
  CompleteRequestSchema,
  ResultSchema,
  type ServerNotification,
  type ServerRequest,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { mcpGate, protect } from "scope-policy/mcp";
import { createEventStore } from "./event-store.js";
import { isForeign, listen, type RunningServer } from "./listen.js";
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
} from "./shared-tools.js";

/** Starts a server that keeps sessions, with streams that can be resumed. */
export function startV1Sessions(isGuarded: boolean): Promise<RunningServer> {
  return startV1(isGuarded, (transports) => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: createEventStore(),
      retryInterval: 500,
      onsessioninitialized: (id) => void transports.set(id, transport),
      onsessionclosed: (id) => void transports.delete(id),
    });
    return transport;
  });
}

/** Starts a server that keeps nothing between requests. */
export function startV1Stateless(isGuarded: boolean): Promise<RunningServer> {
  return startV1(isGuarded, () => new StreamableHTTPServerTransport({}));
}

type Transports = Map<string, StreamableHTTPServerTransport>;

function startV1(
  isGuarded: boolean,
  create: (transports: Transports) => StreamableHTTPServerTransport,
): Promise<RunningServer> {
  const gate = isGuarded ? mcpGate(authorizer, gateOptions) : undefined;
  const pass = gate?.middleware();
  const transports: Transports = new Map();

  const open = async () => {
    const transport = create(transports);
    await createV1(isGuarded).connect(transport);
    return transport;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const { authInfo, parsedBody } = gate?.passed(request) ?? {};
    const id = request.headers["mcp-session-id"];
    const transport = id === undefined ? await open() : transports.get(String(id));
    if (transport === undefined) {
      const error = { code: -32_001, message: "Session not found" };
      response.writeHead(404, { "content-type": "application/json" });
      response.end(JSON.stringify({ jsonrpc: "2.0", error, id: null }));
      return;
    }
    const signedIn = Object.assign(request, authInfo && { auth: authInfo });
    await transport.handleRequest(signedIn, response, parsedBody);
  };

  const server = createServer((request, response) => {
    if (isForeign(request)) response.writeHead(403).end();
    else if (pass === undefined) void handle(request, response);
    else pass(request, response, () => void handle(request, response));
  });
  return listen(server, async () => {
    for (const transport of transports.values()) await transport.close();
  });
}

function createV1(isGuarded: boolean): McpServer {
  const server = new McpServer(INFO);
  if (isGuarded) protect(server, { authorizer, ...surface });
  server.server.registerCapabilities(CAPABILITIES);
  for (const [name, { args = {}, run }] of Object.entries(sharedTools)) {
    const config = { description: name, inputSchema: args };
    server.registerTool(name, config, async (given, extra) => ({
      ...(await run(callOf(extra), given)),
      structuredContent: undefined,
    }));
  }
  for (const { uri, mimeType, read } of resources) {
    server.registerResource(uri, uri, { mimeType }, read);
  }
  const template = new ResourceTemplate(TEMPLATE, { list: undefined });
  server.registerResource("template", template, { mimeType: "application/json" }, readTemplate);
  for (const [name, { args, get }] of Object.entries(sharedPrompts)) {
    if (args === undefined) server.registerPrompt(name, { description: name }, () => get({}));
    else server.registerPrompt(name, { description: name, argsSchema: args }, get);
  }
  server.server.setRequestHandler(SubscribeRequestSchema, () => ({}));
  server.server.setRequestHandler(UnsubscribeRequestSchema, () => ({}));
  server.server.setRequestHandler(CompleteRequestSchema, () => NO_VALUES);
  return server;
}

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

const callOf = (extra: Extra): ToolCall => ({
  progressToken: extra._meta?.progressToken,
  notify: (method, params) => extra.sendNotification({ method, params } as never),
  ask: (method, params) => extra.sendRequest({ method, params } as never, ResultSchema),
  closeStream: () => extra.closeSSEStream?.(),
});
