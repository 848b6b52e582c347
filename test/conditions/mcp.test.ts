// Clients of both SDKs meet the refusals of conditions. No SDK knows `insufficient_user_authentication`, so it is a tool result.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as Transport1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import type { AccessToken } from "scope-policy";
import { mcpGate, protect } from "scope-policy/mcp";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { createGateParts, FRESH, OLD, rawToken, shop } from "./shop.js";

const TOOLS = ["list_vehicles", "fleet_map", "firm_page", "get_user", "pay", "query.read"] as const;
const inputSchema = z.looseObject({});
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Starts a server behind the gate, whose tool `get_user` returns the enrichments of its call. */
async function start(challenge: "http" | "tool-result"): Promise<URL> {
  const { authorizer } = createGateParts();
  const gate = mcpGate(authorizer, { challenge });
  const handler = createMcpHandler(
    () => {
      const server = new McpServer({ name: "fleet", version: "1" });
      const mcp = protect(server, { authorizer, challenge });
      for (const tool of TOOLS) {
        server.registerTool(tool, { inputSchema }, (_, ctx) => {
          const enrichments = mcp.decision(ctx)?.enrichments ?? [];
          return { content: [{ type: "text" as const, text: enrichments.join(" ") }] };
        });
      }
      return server;
    },
    { keepAliveMs: 0 },
  );
  const server = createServer(gate.node(handler.fetch) as never);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
}

interface Result {
  readonly isError?: boolean;
  readonly content: readonly { readonly text: string }[];
  readonly _meta?: Readonly<Record<string, Record<string, unknown>>>;
}

const INFO = { name: "client of tests", version: "1" };

const CLIENTS = {
  "SDK 1.x": async (url: URL, headers: Record<string, string>) => {
    const client = new Client1(INFO);
    await client.connect(new Transport1(url, { requestInit: { headers } }));
    return client as unknown as Client;
  },
  "SDK 2.x": async (url: URL, headers: Record<string, string>) => {
    const client = new Client(INFO, { versionNegotiation: { mode: "auto" } });
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
    return client;
  },
} as const;

describe.each(Object.keys(CLIENTS) as (keyof typeof CLIENTS)[])("a client of %s", (version) => {
  describe.each(["http", "tool-result"] as const)("with challenges of mode %s", (challenge) => {
    const open = async (claims: Partial<AccessToken>) => {
      const headers = { Authorization: `Bearer ${rawToken(claims)}` };
      const client = await CLIENTS[version](await start(challenge), headers);
      const call = async (name: string) =>
        (await client.callTool({ name, arguments: {} })) as unknown as Result;
      return { client, call };
    };

    const denialOf = ({ isError, _meta }: Result) => {
      expect(isError).toBe(true);
      return _meta?.["scope-policy/denial"];
    };

    it("gets a tool result that asks the user to authenticate again", async () => {
      const { client, call } = await open(OLD);
      const result = await call("pay");
      expect(denialOf(result)).toMatchObject({
        error: "insufficient_user_authentication",
        acr_values: ["mfa", "phr"],
        max_age: 300,
      });
      expect(result._meta?.["mcp/www_authenticate"]).toMatchObject([
        expect.stringContaining('acr_values="mfa phr", max_age="300"'),
      ]);
      expect(result.content[0]?.text).toContain("Sign in again as required");
      await client.close();
    });

    it("reaches the tool with a recent authentication", async () => {
      const { client, call } = await open(FRESH);
      expect((await call("pay")).isError ?? false).toBe(false);
      await client.close();
    });

    it("gets the missing entitlement and the account types", async () => {
      const { client, call } = await open({ scope: "fleet:read", account_type: ["person"] });
      expect(denialOf(await call("fleet_map"))).toMatchObject({
        error: "upgrade_required",
        entitlement: "fleet",
      });
      expect(denialOf(await call("firm_page"))).toMatchObject({
        error: "account_type_required",
        account_types: ["firm", "agency"],
      });
      await client.close();
    });

    it("reaches a tool whose handler sees the enrichments", async () => {
      const { client, call } = await open({ scope: "users:read users:read.phone" });
      expect((await call("get_user")).content[0]?.text).toBe("users:read.phone");
      await client.close();
    });

    it("gets the answer of an unknown tool for an internal one, except for the name in it", async () => {
      const { client, call } = await open({ scope: "database:write fleet:read" });
      const seen = await Promise.all(
        ["query.write", "internal_x", "no_such_tool"].map(async (name) => {
          const outcome = await call(name).catch((error: unknown) => String(error));
          return JSON.stringify(outcome).replaceAll(name, "NAME");
        }),
      );
      expect(new Set(seen).size).toBe(1);
      await client.close();
    });

    it("sees in the list what an upgrade or an authentication would open, and nothing internal", async () => {
      const { client } = await open({ scope: "payments:write fleet:read" });
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toEqual([
        "list_vehicles",
        "fleet_map",
        "get_user",
        "pay",
        "query.read",
      ]);
      await client.close();
    });
  });
});

describe("a server", () => {
  it("cannot map a resource to an internal tool, or register one", () => {
    const { authorizer } = createGateParts();
    const server = new McpServer({ name: "fleet", version: "1" });
    const resources = { "data://all": "query.write" } as never;
    expect(() => protect(server, { authorizer, resources })).toThrow(/is internal/);
    const mcp = protect(new McpServer({ name: "fleet", version: "1" }), { authorizer });
    expect(() => mcp.registerTool("query.write", { inputSchema }, () => ({ content: [] }))).toThrow(
      /is internal/,
    );
  });

  it("is complete without its internal tools", () => {
    const { authorizer } = createGateParts();
    const server = new McpServer({ name: "fleet", version: "1" });
    const mcp = protect(server, { authorizer });
    const names = shop.toolNames.filter((name) => !/[*?]/.test(name));
    for (const name of names) server.registerTool(name, { inputSchema }, () => ({ content: [] }));
    expect(() => mcp.assertComplete()).not.toThrow();
  });
});
