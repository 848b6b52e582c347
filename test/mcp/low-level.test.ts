import { Server as LowLevelV1 } from "@modelcontextprotocol/sdk/server/index.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { Server as LowLevelV2 } from "@modelcontextprotocol/server";
import { protect } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ACCOUNT, createTestAuthorizer, INFO, policy, READER, tokenOf, WRITER } from "./fixture.js";
import { authInfoOf, connectInMemory, namesIn, SDK_VERSIONS, textOf } from "./in-memory-client.js";

describe("a low-level server", () => {
  const tools = [
    { name: "read_note", inputSchema: { type: "object" as const } },
    { name: "purge", inputSchema: { type: "object" as const } },
  ];
  const ran = { content: [{ type: "text" as const, text: "ran" }] };

  const SERVERS = {
    v1: () => {
      const server = new LowLevelV1(INFO, { capabilities: { tools: {} } });
      const mcp = protect(server, { policy, authorizer: createTestAuthorizer() });
      server.setRequestHandler(ListToolsRequestSchema, () => ({ tools }));
      server.setRequestHandler(CallToolRequestSchema, () => ran);
      return { server, mcp };
    },
    v2: () => {
      const server = new LowLevelV2(INFO, { capabilities: { tools: {} } });
      const mcp = protect(server, { policy, authorizer: createTestAuthorizer() });
      server.setRequestHandler("tools/list", async () => ({ tools }));
      server.setRequestHandler("tools/call", () => ran);
      return { server, mcp };
    },
  };

  it.each(SDK_VERSIONS)("is gated like any other, %s", async (generation) => {
    const { server, mcp } = SERVERS[generation]();
    const { ask, close } = await connectInMemory(generation, server);
    const call = async (name: string, token?: string) =>
      textOf(await ask({ method: "tools/call", params: { name } }, token && authInfoOf(token)));
    expect(await call("read_note", READER)).toBe("ran");
    expect(await call("read_note")).toMatch(/^authentication required/);
    expect(await call("purge", READER)).toMatch(/^reserved/);
    const list = await ask({ method: "tools/list" }, authInfoOf(READER));
    expect(namesIn(list, "tools")).toEqual(["read_note"]);
    expect(mcp).not.toHaveProperty("registerTool");
    await close();
  });

  it("has its own methods denied if the options do not name them, even with a schema of their own", async () => {
    const server = new LowLevelV2(INFO, { capabilities: { tools: {} } });
    protect(server, {
      policy,
      authorizer: createTestAuthorizer(),
      methods: { "notes/search": "read_note", "notes/account": "account_notes" },
    });
    const params = z.looseObject({});
    for (const method of ["notes/search", "notes/account", "notes/other"]) {
      server.setRequestHandler(method, { params }, () => ({ found: 1 }));
    }
    server.fallbackRequestHandler = async () => ({ found: 2 });
    const { ask, close } = await connectInMemory("v2", server);
    const found = async (method: string, given: Record<string, unknown>, token: string) => {
      const { result, error } = await ask({ method, params: given }, authInfoOf(token));
      return error?.code ?? result?.["found"];
    };
    expect(await found("notes/search", {}, READER)).toBe(1);
    expect(await found("notes/search", {}, tokenOf({ scope: "" }))).toBe(-32_010);
    expect(await found("notes/account", { accountID: "a" }, ACCOUNT)).toBe(1);
    expect(await found("notes/account", { accountID: "b" }, ACCOUNT)).toBe(-32_010);
    // a member of the parameters cannot pose as the request
    const forged = { method: "notes/account", params: { accountID: "a" }, accountID: "b" };
    expect(await found("notes/account", forged, ACCOUNT)).toBe(-32_010);
    expect(await found("notes/other", {}, WRITER)).toBe(-32_601);
    expect(await found("notes/unknown", {}, WRITER)).toBe(-32_601);
    expect(await found("read_note", {}, WRITER)).toBe(-32_601);
    await close();
  });

  it("has its earlier fallback handler gated", async () => {
    const server = new LowLevelV2(INFO, { capabilities: { tools: {} } });
    server.fallbackRequestHandler = async () => ({ found: 2 });
    protect(server, {
      policy,
      authorizer: createTestAuthorizer(),
      methods: { "notes/search": "read_note" },
    });
    const { ask, close } = await connectInMemory("v2", server);
    expect((await ask({ method: "notes/search" }, authInfoOf(READER))).result?.["found"]).toBe(2);
    expect((await ask({ method: "notes/other" }, authInfoOf(READER))).error?.code).toBe(-32_601);
    server.fallbackRequestHandler = undefined as never;
    expect((await ask({ method: "notes/search" }, authInfoOf(READER))).error?.code).toBe(-32_601);
    await close();
  });
});
