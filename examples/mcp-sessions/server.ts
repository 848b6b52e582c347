// npx tsx mcp-sessions/server.ts
//
// An MCP server of SDK 1.x on Express with a transport for each session. A transport leaves the map when its session ends: by the
// DELETE of the client, when it has been idle for too long, or when the server stops.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import express from "express";
import { createAuthorizer, definePolicy } from "scope-policy";
import { mcpGate, protect } from "scope-policy/mcp";
import { jwtVerifier } from "scope-policy/verify";
import { startLocalIssuer } from "../local-issuer.js";
import { addressOf, type RunningExample, serveIfMain, stop } from "../serve.js";

const policy = definePolicy({
  name: "Notes",
  version: "1",
  scopes: { "notes:read": "Read notes" },
  tools: { read_note: "notes:read" },
});

interface Session {
  readonly transport: StreamableHTTPServerTransport;
  /** The time of its last request, in milliseconds since 1970. */
  usedAt: number;
}

/** The example, with what a test looks at. */
export interface SessionsExample extends RunningExample {
  readonly sessions: ReadonlyMap<string, unknown>;
  /** Closes the sessions that have been idle for a number of milliseconds. */
  closeIdle(milliseconds: number): Promise<void>;
}

const MINUTE = 60_000;
const MAX_IDLE = 30 * MINUTE;

/** Starts the server on a free port of the loopback interface, with a local issuer. */
export async function start(): Promise<SessionsExample> {
  const app = express();
  const server = createServer((request, response) => void app(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const resource = `${addressOf(server)}/mcp`;
  const issuer = await startLocalIssuer(resource);
  const authorizer = createAuthorizer({
    policy,
    verify: jwtVerifier({
      issuer: issuer.issuer,
      audience: resource,
      jwks: issuer.jwks,
      algorithms: ["RS256"],
    }),
    resource,
    authorizationServers: [issuer.issuer],
  });
  const gate = mcpGate(authorizer);
  const sessions = new Map<string, Session>();

  const open = async (): Promise<StreamableHTTPServerTransport> => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, { transport, usedAt: Date.now() }),
    });
    // every end of a session closes its transport
    transport.onclose = () => void sessions.delete(transport.sessionId ?? "");
    const mcpServer = new McpServer({ name: "notes", version: policy.version });
    const mcp = protect(mcpServer, { policy, authorizer });
    mcp.registerTool("read_note", { description: "Reads a note" }, (extra) => ({
      content: [{ type: "text", text: `a note of ${mcp.token(extra)?.sub}` }],
    }));
    mcp.assertComplete();
    await mcpServer.connect(transport);
    return transport;
  };
  const closeIdle = async (milliseconds: number): Promise<void> => {
    const isIdle = ({ usedAt }: Session) => Date.now() - usedAt >= milliseconds;
    const idle = [...sessions.values()].filter(isIdle);
    await Promise.all(idle.map(({ transport }) => transport.close()));
  };

  const paths = ["/mcp", "/.well-known/oauth-protected-resource/mcp"];
  app.all(paths, gate.middleware(), async (req, res) => {
    const { authInfo, parsedBody } = gate.passed(req);
    const session = sessions.get(req.get("mcp-session-id") ?? "");
    if (session !== undefined) session.usedAt = Date.now();
    const transport = session?.transport ?? (await open());
    // the SDK reads the caller from `req.auth`
    await transport.handleRequest(
      Object.assign(req, authInfo && { auth: authInfo }),
      res,
      parsedBody,
    );
  });
  const timer = setInterval(() => void closeIdle(MAX_IDLE), MINUTE);
  timer.unref();
  return {
    url: resource,
    issuer,
    sessions,
    closeIdle,
    close: async () => {
      clearInterval(timer);
      await closeIdle(0);
      await Promise.all([stop(server), issuer.close()]);
    },
  };
}

await serveIfMain(import.meta.url, start, async ({ url, issuer }) => {
  const token = await issuer.issue({ scope: "notes:read" });
  return [`a token for ${url} with notes:read, valid for five minutes:`, token];
});
