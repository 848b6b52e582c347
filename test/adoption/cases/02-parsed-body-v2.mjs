// `createMcpExpressApp` of `@modelcontextprotocol/express` (SDK 2.x) parses bodies before the gate: `acceptParsedBody` accepts them, and
// the 500 without it names the option.
import assert from "node:assert/strict";
import { createMcpExpressApp } from "@modelcontextprotocol/express";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { createAuthorizer, definePolicy } from "scope-policy";
import { mcpGate, protect } from "scope-policy/mcp";
import { z } from "zod";
import { close, handshake, listen, rpc } from "./kit.mjs";

const policy = definePolicy({
  name: "Notes",
  version: "1",
  scopes: { "notes:write": {}, "/notes/{id}/read": {} },
  tools: { read_note: "/notes/{id}/read", write_note: "notes:write" },
});
const authorizer = createAuthorizer({
  policy,
  verify: (token) => (token === "ann" ? { sub: "ann", scope: "/notes/7/read" } : undefined),
});
const handler = createMcpHandler(() => {
  const server = new McpServer({ name: "notes", version: "1" });
  const mcp = protect(server, { authorizer });
  const inputSchema = z.object({ id: z.string() });
  mcp.registerTool("read_note", { inputSchema }, ({ id }, ctx) => ({
    content: [{ type: "text", text: `${id} of ${mcp.token(ctx).sub}` }],
  }));
  mcp.registerTool("write_note", {}, () => ({ content: [{ type: "text", text: "written" }] }));
  mcp.assertComplete();
  return server;
});
async function serve(options) {
  const app = createMcpExpressApp();
  app.all("/mcp", mcpGate(authorizer, options).node(handler.fetch));
  return `${await listen(app)}/mcp`;
}

const token = "ann";
const refused = await rpc(await serve({}), { method: "tools/list" }, { token });
assert.equal(refused.status, 500);
assert.match(refused.text, /acceptParsedBody/, "the 500 names the option");

const url = await serve({ acceptParsedBody: true });
assert.equal((await rpc(url, { method: "tools/list" })).status, 401);
const headers = await handshake(url, { token });
const params = { name: "read_note", arguments: { id: "7" } };
const read = await rpc(url, { method: "tools/call", params }, { token, headers });
assert.equal(read.json?.result?.content[0].text, "7 of ann", read.text);
const write = { name: "write_note", arguments: {} };
const short = await rpc(url, { method: "tools/call", params: write }, { token, headers });
assert.equal(short.status, 403);
close();
