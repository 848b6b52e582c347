// A refused resource is a JSON-RPC error in HTTP 200 with the URI, and the client goes on; a resource that does not exist is the same.
import assert from "node:assert/strict";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { createAuthorizer, definePolicy } from "scope-policy";
import { mcpGate, protect } from "scope-policy/mcp";
import { close, handshake, listen, rpc } from "./kit.mjs";

const policy = definePolicy({
  name: "Notes",
  version: "1",
  scopes: { "notes:read": {}, "notes:admin": {} },
  tools: {
    read_notes: "notes:read",
    admin_notes: { deny: "Only for the owners." },
    ask_admin: "notes:admin",
  },
});
const authorizer = createAuthorizer({
  policy,
  verify: (token) => (token === "ann" ? { sub: "ann", scope: "notes:read" } : undefined),
  resource: "https://notes.example.com/mcp",
});
const surface = {
  resources: {
    "notes://all": "read_notes",
    "notes://secret": "admin_notes",
    "notes://more": "ask_admin",
  },
  prompts: { secret: "admin_notes" },
};
const handler = createMcpHandler(() => {
  const server = new McpServer({ name: "notes", version: "1" });
  const mcp = protect(server, { authorizer, ...surface });
  for (const name of ["all", "secret", "more"])
    server.registerResource(name, `notes://${name}`, {}, (uri) => ({
      contents: [{ uri: uri.href, text: name }],
    }));
  server.registerPrompt("secret", {}, () => ({ messages: [] }));
  mcp.registerTool("read_notes", {}, () => ({ content: [{ type: "text", text: "notes" }] }));
  return server;
});
const url = await listen(mcpGate(authorizer, surface).node(handler.fetch));
const token = "ann";
const headers = await handshake(url, { token });
const ask = (method, params) => rpc(url, { method, params }, { token, headers });

for (const uri of ["notes://secret", "notes://nothing"]) {
  const { status, json } = await ask("resources/read", { uri });
  assert.equal(status, 200, uri);
  assert.equal(json.error.code, -32602, uri);
  assert.equal(json.error.data.uri, uri);
}
const long = `notes://${"x".repeat(3000)}`;
const { json: answer } = await ask("resources/read", { uri: long });
assert.equal(answer.error.data.uri, undefined);
const prompt = await ask("prompts/get", { name: "secret" });
assert.deepEqual([prompt.status, prompt.json.error.code], [200, -32602]);
assert.equal(prompt.json.error.data.name, "secret");
const more = await ask("resources/read", { uri: "notes://more" });
assert.equal(more.status, 403, "what consent can fix stays a 403 with a challenge");

const client = new Client({ name: "user", version: "1" });
const requestInit = { headers: { authorization: "Bearer ann" } };
await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
await assert.rejects(client.readResource({ uri: "notes://secret" }), ({ code }) => code === -32602);
const { contents } = await client.readResource({ uri: "notes://all" });
assert.equal(contents[0].text, "all", "the client goes on");
await client.close();
close();
