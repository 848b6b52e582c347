import { createServer } from "node:http";
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { type McpGate, mcpGate, protect } from "../../src/mcp.js";
import { isPattern } from "../../src/policy/tool-names.js";
import { listen } from "./listen.js";
import {
  jsonObject,
  type ObservedDenial,
  readProblem,
  type Subject,
  type World,
} from "./subject.js";
import type { WireRequest, WireResponse } from "./wire.js";

type Listener = NonNullable<Parameters<typeof createServer>[1]>;

const INFO = { name: "contract", version: "1" };
const inputSchema = z.looseObject({});
const DONE = { content: [{ type: "text" as const, text: "done" }] };

/** The cases in which the specification of MCP has its own order of a decision (basic/authorization, token handling). */
const CREDENTIALS_FIRST =
  "over HTTP, MCP reports missing or invalid credentials before everything else";
const CREDENTIALS_FIRST_CASES = [
  "tool-denied-anonymous",
  "tool-denied-bad-token",
  "tool-denied-outage",
  "tool-params-anonymous",
] as const;

/** The servers of both SDKs behind the gate, with a server for each request. */
export const MCP_SUBJECTS: readonly Subject[] = [
  mcpSubject("MCP, SDK 1.x", serveV1, []),
  mcpSubject("MCP, SDK 2.x", serveV2, [
    ["MCP-Protocol-Version", "2026-07-28"],
    ["Mcp-Method", "tools/call"],
  ]),
];

function mcpSubject(
  name: string,
  serve: (gate: McpGate, world: World) => Listener,
  routing: readonly (readonly [string, string])[],
): Subject {
  return {
    name,
    signInScope: "mcp:tools",
    lacks: { endpoint: "the protocol has one path; the message names the operation" },
    cannot: {
      ...Object.fromEntries(CREDENTIALS_FIRST_CASES.map((id) => [id, CREDENTIALS_FIRST])),
      "tool-outage-audit":
        "the handler writes the event of an allowed call after the stream has started, so the outage is a tool result",
    },
    start: (world) => listen(createServer(serve(mcpGate(world.authorizer), world))),
    toolRequest: (tool, params) => callOf(tool, params, routing),
    read: readRefusal,
  };
}

function callOf(
  tool: string,
  params: Readonly<Record<string, string>>,
  routing: readonly (readonly [string, string])[],
): WireRequest {
  const isModern = routing.length > 0;
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": INFO,
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const call = { name: tool, arguments: params, ...(isModern && { _meta }) };
  const fields = [
    ["Content-Type", "application/json"],
    ["Accept", "application/json, text/event-stream"],
    ...routing,
    ...(isModern ? [["Mcp-Name", tool]] : []),
  ];
  return {
    method: "POST",
    path: "/mcp",
    headers: fields.map(([field, value]) => `${field}: ${value}`),
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: call }),
  };
}

/** Reads a denial: a tool result with the problem document, or plain HTTP for everything else. */
function readRefusal(response: WireResponse): ObservedDenial {
  const result = jsonObject(response.body)["result"] as
    | { readonly isError?: boolean; readonly _meta?: Record<string, unknown> }
    | undefined;
  if (result?.isError !== true) return readProblem(response);
  const problem = (result._meta?.["scope-policy/denial"] ?? {}) as Record<string, unknown>;
  return {
    ...readProblem(response),
    status: "result",
    code: problem["error"] as ObservedDenial["code"],
    problem,
  };
}

function toolsOf({ authorizer, patternTools }: World): readonly string[] {
  const exact = Object.keys(authorizer.policy.definition.tools ?? {});
  return [...exact.filter((name) => !isPattern(name)), ...patternTools];
}

function withTools<Server extends McpServer | McpServerV1>(server: Server, world: World): Server {
  const mcp = protect(server as McpServer, { authorizer: world.authorizer });
  for (const tool of toolsOf(world)) {
    mcp.registerTool(tool, { inputSchema }, (given, context) => {
      world.reach(tool, mcp.token(context), given);
      return DONE;
    });
  }
  return server;
}

function serveV2(gate: McpGate, world: World): Listener {
  const handler = createMcpHandler(() => withTools(new McpServer(INFO), world), { keepAliveMs: 0 });
  const answer = gate.node(handler.fetch);
  return (request, response) => void answer(request, response);
}

function serveV1(gate: McpGate, world: World): Listener {
  const guard = gate.middleware();
  return (request, response) =>
    guard(request, response, () => {
      void (async () => {
        const { authInfo, parsedBody } = gate.passed(request);
        const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
        const server = withTools(new McpServerV1(INFO), world);
        await server.connect(transport);
        const withAuth = Object.assign(request, authInfo && { auth: authInfo });
        await transport.handleRequest(withAuth, response, parsedBody);
      })();
    });
}
