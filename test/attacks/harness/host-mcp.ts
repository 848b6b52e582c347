// Servers of the Model Context Protocol behind the gate, with both generations of the SDK, on the hosts that a case names.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { AuthInfo } from "@modelcontextprotocol/sdk/server/auth/types.js";
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createMcpHandler, fromJsonSchema, McpServer } from "@modelcontextprotocol/server";
import express from "express";
import Fastify from "fastify";
import { type McpGate, type McpRequestContext, mcpGate, protect } from "scope-policy/mcp";
import { z } from "zod";
import type { CaseAuthorizer } from "./authorizer.js";
import { type Json, listOf, member, textOf } from "./corpus.js";
import { type Host, listen } from "./host.js";
import { listenFastify } from "./host-fastify.js";

const INFO = { name: "attacked", version: "1" };
const TEXT = { content: [{ type: "text" as const, text: "done" }] };

/** The callback of a tool handler. */
type ToolCallback = (tool: string) => Promise<void>;

/** Creates a server of the newer SDK generation with tools of a policy. */
export function createServer(
  door: CaseAuthorizer,
  tools: readonly string[],
  ran: ToolCallback,
): McpServer {
  const server = new McpServer(INFO);
  const mcp = protect(server, { policy: door.policy, authorizer: door.authorizer });
  const inputSchema = fromJsonSchema<Record<string, unknown>>({ type: "object" });
  for (const name of tools) {
    mcp.registerTool(name, { inputSchema }, async () => {
      await ran(name);
      return TEXT;
    });
  }
  return server;
}

/** Creates a server of the older SDK generation with tools of a policy. */
export function createServerV1(
  door: CaseAuthorizer,
  tools: readonly string[],
  ran: ToolCallback,
): McpServerV1 {
  const server = new McpServerV1(INFO);
  const mcp = protect(server, { policy: door.policy, authorizer: door.authorizer });
  for (const name of tools) {
    mcp.registerTool(name, { inputSchema: z.looseObject({}) }, async () => {
      await ran(name);
      return TEXT;
    });
  }
  return server;
}

type WithAuth = IncomingMessage & { auth?: AuthInfo };

/** Returns a Node handler behind the gate's middleware. It puts the data of the gate where the older SDK generation reads it. */
export function createGatedHandler(
  gate: McpGate,
  handle: (req: WithAuth, res: ServerResponse, passed: McpRequestContext) => Promise<void>,
): RequestListener {
  const middleware = gate.middleware();
  return (req, res) => {
    middleware(req, res, (error) => {
      if (error !== undefined) {
        res.writeHead(500).end();
        return;
      }
      const passed = gate.passed(req);
      const auth = passed.authInfo as AuthInfo | undefined;
      void handle(Object.assign(req, auth !== undefined && { auth }), res, passed);
    });
  };
}

function handlerV2(
  door: CaseAuthorizer,
  tools: readonly string[],
  handled: string[],
): RequestListener {
  const ran = async (name: string) => void handled.push(name);
  const handler = createMcpHandler(() => createServer(door, tools, ran), { keepAliveMs: 0 });
  const serve = mcpGate(door.authorizer).node(handler.fetch);
  return (req, res) => void serve(req, res);
}

function handlerV1(
  door: CaseAuthorizer,
  tools: readonly string[],
  handled: string[],
): RequestListener {
  const ran = async (name: string) => void handled.push(name);
  return createGatedHandler(mcpGate(door.authorizer), async (req, res, { parsedBody }) => {
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
    await createServerV1(door, tools, ran).connect(transport);
    await transport.handleRequest(req, res, parsedBody);
  });
}

/** Returns a handler without an SDK, which runs every message that the gate passes on. */
function handlerWithoutSdk(
  door: CaseAuthorizer,
  _tools: readonly string[],
  handled: string[],
): RequestListener {
  const serve = mcpGate(door.authorizer).node((_request, { parsedBody }) => {
    const messages = listOf(parsedBody as Json);
    for (const message of messages) {
      const name = member(member(message, "params"), "name");
      const isCall = member(message, "method") === "tools/call";
      handled.push(isCall ? textOf(name) : textOf(member(message, "method")));
    }
    const answers = messages.map((message) => ({
      jsonrpc: "2.0",
      id: member(message, "id") ?? null,
      result: {},
    }));
    return Response.json(answers.length === 1 ? answers[0] : answers);
  });
  return (req, res) => void serve(req, res);
}

export type Generation = "v1" | "v2" | "none";

const HANDLERS = { v1: handlerV1, v2: handlerV2, none: handlerWithoutSdk };

export async function startMcp(
  door: CaseAuthorizer,
  tools: readonly string[],
  generation: Generation,
): Promise<Host> {
  const handled: string[] = [];
  const handler = HANDLERS[generation](door, tools, handled);
  return listen(handler, handled);
}

/** Starts the gate on a route of Express. */
export async function startMcpOnExpress(
  door: CaseAuthorizer,
  tools: readonly string[],
  generation: Generation,
): Promise<Host> {
  const handled: string[] = [];
  const app = express();
  app.set("env", "test");
  app.all("/mcp", HANDLERS[generation](door, tools, handled));
  return listen(app, handled);
}

/** Starts the gate on a route of Fastify, which leaves the body to the gate. */
export async function startMcpOnFastify(
  door: CaseAuthorizer,
  tools: readonly string[],
  generation: Generation,
): Promise<Host> {
  const handled: string[] = [];
  const handler = HANDLERS[generation](door, tools, handled);
  const app = Fastify();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  app.all("/mcp", async (request, reply) => {
    reply.hijack();
    handler(request.raw, reply.raw);
  });
  return listenFastify(app, handled);
}
