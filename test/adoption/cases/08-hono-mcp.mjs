// `@hono/mcp` (SDK 1.x) behind the gate in Hono: `gate.fetch` around the transport, with the caller where the SDK reads it.
import assert from "node:assert/strict";
import { StreamableHTTPTransport } from "@hono/mcp";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { Hono } from "hono";
import { createAuthorizer, definePolicy } from "scope-policy";
import { mcpGate, protect } from "scope-policy/mcp";

const policy = definePolicy({
  name: "Notes",
  version: "1",
  scopes: { "notes:read": {}, "notes:write": {} },
  tools: { read_note: "notes:read", write_note: "notes:write" },
});
const authorizer = createAuthorizer({
  policy,
  verify: (token) => (token === "ann" ? { sub: "ann", scope: "notes:read" } : undefined),
  resource: "https://notes.example.com/mcp",
});

// the transport reads `c.get("auth")`; a server for each request, without sessions
const inner = new Hono();
inner.all("*", async (c) => {
  c.set("auth", c.env.authInfo);
  const server = new McpServer({ name: "notes", version: "1" });
  const mcp = protect(server, { authorizer });
  mcp.registerTool("read_note", {}, (extra) => ({
    content: [{ type: "text", text: `a note of ${mcp.token(extra).sub}` }],
  }));
  mcp.registerTool("write_note", {}, () => ({ content: [{ type: "text", text: "written" }] }));
  const transport = new StreamableHTTPTransport({ enableJsonResponse: true });
  await server.connect(transport);
  return transport.handleRequest(c);
});
const serve = mcpGate(authorizer).fetch((request, passed) => inner.fetch(request, passed));
const app = new Hono();
app.all("/mcp", (c) => serve(c.req.raw));
app.get("/.well-known/oauth-protected-resource/mcp", (c) => serve(c.req.raw));

async function ask(message, token) {
  const headers = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": "2025-11-25",
    ...(token && { authorization: `Bearer ${token}` }),
  };
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, ...message });
  const response = await app.request("/mcp", { method: "POST", headers, body });
  return { response, text: await response.text() };
}
const callOf = (name) => ({ method: "tools/call", params: { name, arguments: {} } });

assert.equal((await ask(callOf("read_note"))).response.status, 401);
assert.match((await ask(callOf("read_note"), "ann")).text, /a note of ann/);
const write = await ask(callOf("write_note"), "ann");
assert.equal(write.response.status, 403);
assert.match(write.response.headers.get("www-authenticate"), /notes:write/);
const metadata = await app.request("/.well-known/oauth-protected-resource/mcp");
assert.equal((await metadata.json()).resource, "https://notes.example.com/mcp");
