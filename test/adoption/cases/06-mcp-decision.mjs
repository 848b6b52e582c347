// In an MCP server, `mcp.decision` tells a tool whether it may enrich its result, and `mcp.token` has the issuer's own claims.
import assert from "node:assert/strict";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { createAuthorizer, definePolicy } from "scope-policy";
import { mcpGate, protect } from "scope-policy/mcp";
import { close, handshake, listen, rpc } from "./kit.mjs";

const policy = definePolicy({
  name: "Directory",
  version: "1",
  scopes: { "users:read": {}, "users:phone": {} },
  tools: { search: { public: true, enrichedBy: "users:phone" } },
});
const scopes = new Map([
  ["ann", "users:phone"],
  ["bob", "users:read"],
]);
const authorizer = createAuthorizer({
  policy,
  verify: (token) => ({ sub: token, scope: scopes.get(token), claims: { org_id: "o-1" } }),
});
const handler = createMcpHandler(() => {
  const server = new McpServer({ name: "directory", version: "1" });
  const mcp = protect(server, { authorizer });
  mcp.registerTool("search", {}, (ctx) => {
    const { enriched } = mcp.decision(ctx);
    const text = JSON.stringify({ enriched, org: mcp.token(ctx).claims?.org_id });
    return { content: [{ type: "text", text }] };
  });
  return server;
});
const url = await listen(mcpGate(authorizer).node(handler.fetch));
for (const [token, enriched] of [
  ["ann", true],
  ["bob", false],
]) {
  const headers = await handshake(url, { token });
  const params = { name: "search", arguments: {} };
  const { json, text } = await rpc(url, { method: "tools/call", params }, { token, headers });
  const result = JSON.parse(json?.result?.content[0].text ?? `"${text}"`);
  assert.deepEqual(result, { enriched, org: "o-1" });
}
close();
