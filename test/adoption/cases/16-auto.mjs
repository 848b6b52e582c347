// `challenge: "auto"`: clients that do not handle a 403 get a result, Claude Code gets the 403 that makes its next login ask for the
// right scopes.
import assert from "node:assert/strict";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { createAuthorizer, definePolicy } from "scope-policy";
import { mcpGate, protect } from "scope-policy/mcp";
import { close, handshake, listen, rpc } from "./kit.mjs";

const policy = definePolicy({
  name: "Notes",
  version: "1",
  scopes: { "notes:read": {}, "notes:write": {} },
  tools: { read_note: "notes:read", write_note: "notes:write" },
});
const authorizer = createAuthorizer({
  policy,
  verify: () => ({ sub: "ann", scope: "notes:read" }),
});
const options = { challenge: "auto" };
const handler = createMcpHandler(() => {
  const mcp = protect(new McpServer({ name: "notes", version: "1" }), { authorizer, ...options });
  mcp.registerTool("write_note", {}, () => ({ content: [{ type: "text", text: "written" }] }));
  return mcp.server;
});
const url = await listen(mcpGate(authorizer, options).node(handler.fetch));
const token = "ann";
const CLIENTS = [
  ["claude-code/2.1.197", 403],
  ["node", 403],
  ["ai-sdk/2.0.99", 200],
  ["ai-sdk/mcp/2.0.99 runtime/node.js/22", 200],
  ["opencode/1.18.33", 200],
  ["openai-mcp/1.0.0", 200],
  ["codex-mcp-client/0.171.0", 200],
];
for (const [agent, status] of CLIENTS) {
  const headers = { ...(await handshake(url, { token })), "user-agent": agent };
  const params = { name: "write_note", arguments: {} };
  const answer = await rpc(url, { method: "tools/call", params }, { token, headers });
  assert.equal(answer.status, status, agent);
  if (status === 403) assert.match(answer.headers.get("www-authenticate"), /notes:write/, agent);
  // how a person gets the scope, for clients that leave it to the person
  else {
    assert.equal(answer.json.result.isError, true, agent);
    assert.match(answer.json.result.content[0].text, /sign in again asking for: .*notes:write/i);
  }
}
close();
