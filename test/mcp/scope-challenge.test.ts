import { createMcpHandler } from "@modelcontextprotocol/server";
import { describe, expect, it } from "vitest";
import { call, createServerV2, createTestAuthorizer, modern, READER, tokenOf } from "./fixture.js";
import { JSON_HEADERS } from "./hosts.js";
import { authInfoOf } from "./in-memory-client.js";

describe("the v2 SDK's hook before the stream", () => {
  const authorizer = createTestAuthorizer();
  const handler = createMcpHandler(() => createServerV2(authorizer), { keepAliveMs: 0 });
  const ask = (message: Parameters<typeof modern>[0], authInfo?: unknown) => {
    const { body, headers } = modern(message);
    const fields = [...JSON_HEADERS, ...headers] as [string, string][];
    const request = new Request("https://notes.example.com/mcp", {
      method: "POST",
      headers: fields,
      body,
    });
    return handler.fetch(request, authInfo === undefined ? {} : { authInfo: authInfo as never });
  };

  it.each([
    ["a tool without its scope", call("write_note"), READER, 403],
    ["a tool with its scope", call("read_note"), READER, 200],
    ["a tool of a higher tier", call("export_notes"), READER, 200],
    ["no token", call("write_note"), undefined, 200],
    ["an invalid token", call("write_note"), "bad", 200],
    [
      "a prompt without its scope",
      { jsonrpc: "2.0", id: 1, method: "prompts/get", params: { name: "summary" } } as const,
      tokenOf({ scope: "mcp:tools" }),
      403,
    ],
    [
      "a resource without its scope",
      { jsonrpc: "2.0", id: 1, method: "resources/read", params: { uri: "notes://all" } } as const,
      tokenOf({ scope: "mcp:tools" }),
      403,
    ],
    [
      "a resource without an entry",
      {
        jsonrpc: "2.0",
        id: 1,
        method: "resources/read",
        params: { uri: "notes://hidden" },
      } as const,
      READER,
      200,
    ],
  ])("answers %s", async (_, message, token, status) => {
    const response = await ask(message, token === undefined ? undefined : authInfoOf(token));
    expect(response.status).toBe(status);
    if (status === 403)
      expect(response.headers.get("www-authenticate")).toContain('error="insufficient_scope"');
  });

  it("leaves one event for each call, from the hook or from the handler gate", async () => {
    const codes: string[] = [];
    const audited = createTestAuthorizer({
      audit: (event) => void (event.kind === undefined && codes.push(event.decision.code)),
    });
    const own = createMcpHandler(() => createServerV2(audited), { keepAliveMs: 0 });
    for (const tool of ["read_note", "write_note", "export_notes", "unmapped"]) {
      const { body, headers } = modern(call(tool));
      const fields = [...JSON_HEADERS, ...headers] as [string, string][];
      const request = new Request("https://notes.example.com/mcp", {
        method: "POST",
        headers: fields,
        body,
      });
      await own.fetch(request, { authInfo: authInfoOf(READER) as never });
    }
    expect(codes).toEqual([
      "allowed",
      "insufficient_scope",
      "upgrade_required",
      "unknown_operation",
    ]);
  });

  it("is not set if the options ask for tool results", async () => {
    const quiet = createMcpHandler(
      () => createServerV2(authorizer, [], { challenge: "tool-result" }),
      { keepAliveMs: 0 },
    );
    const { body, headers } = modern(call("write_note"));
    const fields = [...JSON_HEADERS, ...headers] as [string, string][];
    const request = new Request("https://notes.example.com/mcp", {
      method: "POST",
      headers: fields,
      body,
    });
    const response = await quiet.fetch(request, { authInfo: authInfoOf(READER) as never });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("more scope is needed");
  });
});
