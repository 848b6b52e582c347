// Network cases about sessions, shared servers and retries of the Model Context Protocol.
import { randomUUID } from "node:crypto";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import {
  createMcpHandler,
  fromJsonSchema,
  inputRequired,
  McpServer,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { mcpGate, protect } from "scope-policy/mcp";
import type { CaseAuthorizer } from "./authorizer.js";
import { authorizerOfCase, type Context, tokenOf } from "./context.js";
import type { Json } from "./corpus.js";
import type { Fixture } from "./fixtures-verify.js";
import { type Host, listen } from "./host.js";
import { createGatedHandler, createServer, createServerV1 } from "./host-mcp.js";
import { type RawResponse, sendRaw } from "./raw-http.js";
import type { Result } from "./result.js";
import { resultOf } from "./servers.js";

type Generation = "v1" | "v2";

const VERSION = "2025-06-18";
const TOOLS = ["list_courses", "delete_course"] as const;

/** A callback that runs in a handler before it responds, so that a test can wait there. */
type Pause = (tool: string) => Promise<void>;

/** Starts a server with one server object and one session transport for all clients. */
async function startSession(
  door: CaseAuthorizer,
  generation: Generation,
  pause: Pause,
): Promise<Host> {
  const handled: string[] = [];
  const ran = async (tool: string) => {
    await pause(tool);
    handled.push(tool);
  };
  const gate = mcpGate(door.authorizer);
  if (generation === "v1") {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      enableJsonResponse: true,
    });
    await createServerV1(door, TOOLS, ran).connect(transport);
    const handler = createGatedHandler(gate, (req, res, { parsedBody }) =>
      transport.handleRequest(req, res, parsedBody),
    );
    return listen(handler, handled, () => transport.close());
  }
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse: true,
  });
  await createServer(door, TOOLS, ran).connect(transport);
  const handler = gate.node((request, passed) => transport.handleRequest(request, passed));
  return listen(
    (req, res) => void handler(req, res),
    handled,
    () => transport.close(),
  );
}

interface Session {
  readonly door: CaseAuthorizer;
  readonly host: Host;
  readonly id: string;
  readonly post: (token: string, body: Json, session?: string) => Promise<RawResponse>;
  readonly call: (token: string, tool: string) => Promise<Result>;
  readonly token: (claims: { readonly [claim: string]: Json }) => string;
}

let lastId = 0;
const message = (method: string, params: Json) => {
  lastId += 1; // clients of one transport use different ids
  return { jsonrpc: "2.0", id: lastId, method, params };
};
const INITIALIZE = message("initialize", {
  protocolVersion: VERSION,
  capabilities: {},
  clientInfo: { name: "client", version: "1" },
});

/** Opens a session with a token of user-1 and passes it to a callback. */
async function withSession(
  context: Context,
  generation: Generation,
  pause: Pause,
  use: (session: Session) => Promise<Result>,
): Promise<Result> {
  const door = authorizerOfCase(context, true);
  const host = await startSession(door, generation, pause);
  const token = (claims: { readonly [claim: string]: Json }) =>
    tokenOf(context, door, { claims }) ?? "";
  const post = (rawToken: string, body: Json, session?: string) =>
    sendRaw(host.port, {
      method: "POST",
      target: "/mcp",
      headers: [
        ["content-type", "application/json"],
        ["accept", "application/json, text/event-stream"],
        ["authorization", `Bearer ${rawToken}`],
        ...(session === undefined
          ? []
          : ([
              ["mcp-session-id", session],
              ["mcp-protocol-version", VERSION],
            ] as const)),
      ],
      body: JSON.stringify(body),
    });
  try {
    const opener = token({ scope: "courses:read" });
    const opened = await post(opener, INITIALIZE);
    const id = opened.headers.get("mcp-session-id") ?? "";
    if (opened.status !== 200 || id === "") {
      return { outcomes: [], detail: `no session: ${opened.status} ${opened.body}` };
    }
    await post(opener, { jsonrpc: "2.0", method: "notifications/initialized" }, id);
    const call = async (rawToken: string, tool: string) => {
      const before = host.handled.filter((name) => name === tool).length;
      const body = message("tools/call", { name: tool, arguments: {} });
      const response = await post(rawToken, body, id);
      const hasRun = host.handled.filter((name) => name === tool).length > before;
      return resultOf(response, hasRun ? [tool] : []);
    };
    return await use({ door, host, id, post, call, token });
  } finally {
    await host.close();
  }
}

const isAllowed = ({ outcomes }: Result) => outcomes.includes("allow");
const noPause: Pause = async () => undefined;

/** Runs a fixture for both generations of the SDK and returns the first wrong result. */
const both =
  (run: (context: Context, generation: Generation) => Promise<Result>): Fixture =>
  async (context) => {
    const first = await run(context, "v2");
    const second = await run(context, "v1");
    const faults = [...(first.faults ?? []), ...(second.faults ?? [])];
    const isSame = first.outcomes.every((outcome) => second.outcomes.includes(outcome));
    if (!isSame) faults.push(`sdk v1: ${second.detail}`);
    return { ...first, faults };
  };

/** A session belongs to the user and client that opened it; a token of another one must not use it. */
const sessionOfAnother = both((context, generation) =>
  withSession(context, generation, noPause, async ({ call, token }) => {
    const faults: string[] = [];
    const own = { scope: "courses:read", sub: "user-1" };
    if (!isAllowed(await call(token(own), "list_courses"))) faults.push("the owner was refused");
    const wider = { ...own, scope: "courses:read courses:write" };
    if (!isAllowed(await call(token(wider), "delete_course"))) {
      faults.push("the owner was refused after a step-up");
    }
    const other = { scope: "courses:read courses:write", sub: "user-2" };
    const sameUserOfAnother = { ...other, sub: "user-1", client_id: "app-2" };
    if (isAllowed(await call(token(sameUserOfAnother), "delete_course"))) {
      faults.push("another client of the same user was let in");
    }
    return { ...(await call(token(other), "delete_course")), faults };
  }),
);

/** The decision uses the token of its own request, although other requests run at the same time. */
const sharedServer = both((context, generation) => {
  let go: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => {
    go = resolve;
  });
  let arrive: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const pause: Pause = async (tool) => {
    if (tool !== "delete_course") return;
    arrive();
    await gone;
  };
  return withSession(context, generation, pause, async ({ call, token }) => {
    const writer = token({ scope: "courses:read courses:write" });
    const reader = token({ scope: "courses:read" });
    const slow = call(writer, "delete_course");
    await arrived;
    const refused = await call(reader, "delete_course");
    const faults: string[] = [];
    if (!isAllowed(await call(reader, "list_courses"))) faults.push("the reader could not read");
    go();
    if (!isAllowed(await slow)) faults.push("the writer could not write");
    return { ...refused, faults };
  });
});

const NEW_VERSION = "2026-07-28";

/** The state in a retry comes from the client, so the retry is decided like any other call. */
const retryWithState: Fixture = async (context) => {
  const door = authorizerOfCase(context, true);
  const handled: string[] = [];
  const makeServer = () => {
    const server = new McpServer({ name: "attacked", version: "1" });
    const mcp = protect(server, { policy: door.policy, authorizer: door.authorizer });
    const inputSchema = fromJsonSchema<Record<string, unknown>>({ type: "object" });
    mcp.registerTool("delete_course", { inputSchema }, async (_args, ctx) => {
      const { mcpReq } = ctx as unknown as { mcpReq: { requestState?: () => unknown } };
      if (mcpReq.requestState?.() === undefined) return inputRequired({ requestState: "R" });
      handled.push("delete_course");
      return { content: [{ type: "text", text: "deleted" }] };
    });
    return server;
  };
  const handler = createMcpHandler(makeServer, { keepAliveMs: 0 });
  const serve = mcpGate(door.authorizer).node(handler.fetch);
  const host = await listen((req, res) => void serve(req, res), handled);
  const call = async (scope: string, state?: string) => {
    const before = handled.length;
    const response = await sendRaw(host.port, {
      method: "POST",
      target: "/mcp",
      headers: [
        ["content-type", "application/json"],
        ["accept", "application/json, text/event-stream"],
        ["mcp-protocol-version", NEW_VERSION],
        ["mcp-method", "tools/call"],
        ["mcp-name", "delete_course"],
        ["authorization", `Bearer ${tokenOf(context, door, { scope }) ?? ""}`],
      ],
      body: JSON.stringify(
        message("tools/call", {
          name: "delete_course",
          arguments: {},
          ...(state !== undefined && { requestState: state }),
          _meta: {
            "io.modelcontextprotocol/protocolVersion": NEW_VERSION,
            "io.modelcontextprotocol/clientInfo": { name: "client", version: "1" },
            "io.modelcontextprotocol/clientCapabilities": {},
          },
        }),
      ),
    });
    return { response, result: resultOf(response, handled.slice(before)) };
  };
  try {
    const faults: string[] = [];
    const first = await call("courses:read courses:write");
    if (!first.response.body.includes("input_required")) {
      faults.push(`nothing was asked for: ${first.result.detail}`);
    }
    const { result } = await call("courses:read", "R");
    const last = await call("courses:read courses:write", "R");
    if (!isAllowed(last.result)) faults.push(`the retry was refused: ${last.result.detail}`);
    return { ...result, faults };
  } finally {
    await host.close();
  }
};

export const MCP_FIXTURES: readonly (readonly [id: string, fixture: Fixture])[] = [
  ["MCP-089", sessionOfAnother],
  ["MCP-090", retryWithState],
  ["MCP-092", sharedServer],
];
