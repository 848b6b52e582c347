// `protect` on servers as users have them: an `McpServer` with `capabilities` gets a message that names the way; `registerCapabilities`
// after `protect` works; a low-level `Server` has its capabilities in the constructor. The guide shows all of it.
import assert from "node:assert/strict";
import { McpServer as McpServer1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { createMcpHandler, McpServer, Server } from "@modelcontextprotocol/server";
import { createAuthorizer, definePolicy } from "scope-policy";
import { mcpGate, protect } from "scope-policy/mcp";
import { close, handshake, listen, mentions, rpc } from "./kit.mjs";

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
const token = "ann";
const info = { name: "notes", version: "1" };
const withTools = { capabilities: { tools: { listChanged: true } } };
const note = { content: [{ type: "text", text: "a note" }] };

for (const Class of [McpServer, McpServer1])
  try {
    // accepted, or refused with a message that names the way
    protect(new Class(info, withTools), { authorizer });
  } catch (error) {
    assert.match(error.message, /registerCapabilities/);
  }

async function toolsOf(create) {
  const url = await listen(mcpGate(authorizer).node(createMcpHandler(create).fetch));
  const headers = await handshake(url, { token });
  const list = await rpc(url, { method: "tools/list" }, { token, headers });
  const params = { name: "read_note", arguments: {} };
  const read = await rpc(url, { method: "tools/call", params }, { token, headers });
  assert.equal(read.json.result.content[0].text, "a note", read.text);
  const write = { name: "write_note", arguments: {} };
  assert.equal(
    (await rpc(url, { method: "tools/call", params: write }, { token, headers })).status,
    403,
  );
  return list.json.result.tools.map(({ name }) => name);
}
const high = await toolsOf(() => {
  const server = new McpServer(info);
  const mcp = protect(server, { authorizer });
  server.server.registerCapabilities({ tools: { listChanged: true } });
  mcp.registerTool("read_note", {}, () => note);
  mcp.registerTool("write_note", {}, () => note);
  return server;
});
assert.deepEqual(high, ["read_note", "write_note"]);
const low = await toolsOf(() => {
  const server = new Server(info, { capabilities: { tools: {} } });
  protect(server, { authorizer });
  const inputSchema = { type: "object" };
  server.setRequestHandler("tools/list", () => ({
    tools: ["read_note", "write_note"].map((name) => ({ name, inputSchema })),
  }));
  server.setRequestHandler("tools/call", () => note);
  return server;
});
assert.deepEqual(low, ["read_note", "write_note"]);

mentions("mcp.md", /registerCapabilities/);
mentions("mcp-low-level.md", /new Server\(/, "a low-level server, as code");
close();
