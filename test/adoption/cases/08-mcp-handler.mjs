// The route handlers of `mcp-handler` behind `gate.fetch`: the caller reaches the tools by `request.auth`, which that package reads.
import assert from "node:assert/strict";
import { createMcpHandler } from "mcp-handler";
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
  resource: "https://notes.example.com/api/mcp",
});
const handler = createMcpHandler((server) => {
  const mcp = protect(server, { authorizer });
  mcp.registerTool("read_note", {}, (ctx) => ({
    content: [{ type: "text", text: `a note of ${mcp.token(ctx).sub}` }],
  }));
  mcp.registerTool("write_note", {}, () => ({ content: [{ type: "text", text: "written" }] }));
});
// what `app/api/mcp/route.ts` exports as GET, POST and DELETE
const POST = mcpGate(authorizer).fetch(handler);

async function ask(message, token) {
  const headers = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": "2025-11-25",
    ...(token && { authorization: `Bearer ${token}` }),
  };
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, ...message });
  const url = "https://notes.example.com/api/mcp";
  const response = await POST(new Request(url, { method: "POST", headers, body }));
  return { response, text: await response.text() };
}
const callOf = (name) => ({ method: "tools/call", params: { name, arguments: {} } });

assert.equal((await ask({ method: "tools/list" })).response.status, 401);
const list = await ask({ method: "tools/list" }, "ann");
assert.match(list.text, /read_note/);
const read = await ask(callOf("read_note"), "ann");
assert.match(read.text, /a note of ann/);
const write = await ask(callOf("write_note"), "ann");
assert.equal(write.response.status, 403);
assert.match(write.response.headers.get("www-authenticate"), /notes:write/);
