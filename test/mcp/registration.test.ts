import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer, Server } from "@modelcontextprotocol/server";
import { protect } from "scope-policy/mcp";
import { expect, it } from "vitest";
import { z } from "zod";
import { createTestAuthorizer, INFO } from "./fixture.js";

const authorizer = createTestAuthorizer();
const textResult = (text: string) => ({ content: [{ type: "text" as const, text }] });
const input = z.object({ id: z.string(), count: z.number().optional() });

it("keeps the signature of v2's `registerTool`, restricted to tool names of the policy", () => {
  const mcp = protect(new McpServer(INFO), { authorizer });
  const made = mcp.registerTool(
    "read_note",
    { inputSchema: input, title: "Read" },
    ({ id, count }, ctx) => {
      const exact: [string, number | undefined, string | undefined] = [
        id,
        count,
        ctx.http?.authInfo?.token,
      ];
      return textResult(exact.join());
    },
  );
  mcp.registerTool("list_anything", {}, (ctx) => textResult(String(ctx.mcpReq.id)));
  // @ts-expect-error the policy has no such tool
  expect(() => mcp.registerTool("raed_note", {}, () => textResult(""))).toThrow(/raed_note/);
  // @ts-expect-error a number is not a result
  mcp.registerTool("whoami", {}, () => 3);
  // @ts-expect-error a misspelled option
  mcp.registerTool("ping_public", { titel: "Ping" }, () => textResult(""));
  made.disable();
  expect(made.enabled).toBe(false);
});

it("keeps the signature of v1's `registerTool`, restricted to tool names of the policy", () => {
  const mcp = protect(new McpServerV1(INFO), { authorizer });
  const made = mcp.registerTool(
    "read_note",
    { inputSchema: input.shape },
    async ({ id, count }, extra) => {
      const exact: [string, number | undefined, string | undefined] = [
        id,
        count,
        extra.authInfo?.token,
      ];
      return textResult(exact.join());
    },
  );
  mcp.registerTool("list_anything", { inputSchema: input }, ({ id }) => textResult(id));
  mcp.registerTool("whoami", {}, (extra) => textResult(String(extra.requestId)));
  // @ts-expect-error the policy has no such tool
  expect(() => mcp.registerTool("raed_note", {}, () => textResult(""))).toThrow(/raed_note/);
  made.disable();
  expect(made.enabled).toBe(false);
});

it("has no `registerTool` for a low-level server, and accepts only maps to tools of the policy", () => {
  const mcp = protect(new Server(INFO, { capabilities: { tools: {} } }), { authorizer });
  // @ts-expect-error a low-level server registers no tools
  expect(mcp.registerTool).toBeUndefined();
  const start = () =>
    // @ts-expect-error the policy has no such tool
    protect(new McpServer(INFO), { authorizer, prompts: { summary: "raed_note" } });
  expect(start).toThrow(/raed_note/);
});
