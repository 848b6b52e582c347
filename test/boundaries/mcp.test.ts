// A client of the MCP SDK meets the refusal of a boundary.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import type { AccessToken } from "scope-policy";
import { mcpGate, protect } from "scope-policy/mcp";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { createGateParts, rawToken } from "./hosting.js";

const inputSchema = z.looseObject({});
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function open(challenge: "http" | "tool-result", claims: Partial<AccessToken>) {
  const { authorizer } = createGateParts();
  const gate = mcpGate(authorizer, { challenge });
  const handler = createMcpHandler(
    () => {
      const server = new McpServer({ name: "hosting", version: "1" });
      protect(server, { authorizer, challenge });
      for (const tool of ["list_keys", "list_nodes", "list_invoices"]) {
        server.registerTool(tool, { inputSchema }, () => ({ content: [] }));
      }
      return server;
    },
    { keepAliveMs: 0 },
  );
  const server = createServer(gate.node(handler.fetch) as never);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
  const headers = { Authorization: `Bearer ${rawToken(claims)}` };
  const client = new Client(
    { name: "client of tests", version: "1" },
    { versionNegotiation: { mode: "auto" } },
  );
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
  return client;
}

const claims = { scope: "openid keys:read", boundaries: { project: ["p1", "7"] } };

describe.each(["http", "tool-result"] as const)("a client with challenges of mode %s", (mode) => {
  it("gets a tool result that names the parameter outside of the boundary", async () => {
    const client = await open(mode, claims);
    const call = async (projectId: unknown) =>
      client.callTool({ name: "list_keys", arguments: { projectId } });
    expect((await call("p1")).isError ?? false).toBe(false);
    expect((await call(7)).isError ?? false).toBe(false);
    const denied = await call("P1");
    expect(denied.isError).toBe(true);
    expect(denied._meta?.["scope-policy/denial"]).toMatchObject({
      error: "binding_mismatch",
      param: "projectId",
    });
    expect((await call(["p1"]))._meta?.["scope-policy/denial"]).toMatchObject({
      error: "invalid_params",
      param: "projectId",
    });
    await client.close();
  });

  it("sees a tool in the list whatever the boundary is, if it has the scope", async () => {
    const client = await open(mode, { scope: "openid keys:read" });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain("list_keys");
    await client.close();
  });
});
