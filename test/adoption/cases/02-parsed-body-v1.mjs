// `createMcpExpressApp` of SDK 1.x parses bodies before the gate: with `acceptParsedBody` a session works, without it the 500 names the
// option.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createMcpExpressApp } from "@modelcontextprotocol/sdk/server/express.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createAuthorizer, definePolicy } from "scope-policy";
import { mcpGate, protect } from "scope-policy/mcp";
import { z } from "zod";
import { close, handshake, listen, rpc } from "./kit.mjs";

const policy = definePolicy({
  name: "Notes",
  version: "1",
  scopes: { "notes:read": {}, "notes:write": {}, "/notes/{id}/read": {} },
  tools: { read_note: "/notes/{id}/read", write_note: "notes:write" },
});
const authorizer = createAuthorizer({
  policy,
  verify: (token) => (token === "ann" ? { sub: "ann", scope: "/notes/7/read" } : undefined),
});

function appWith(options) {
  const gate = mcpGate(authorizer, options);
  const transports = new Map();
  const app = createMcpExpressApp();
  app.all("/mcp", gate.middleware(), async (req, res) => {
    const { authInfo, parsedBody } = gate.passed(req);
    const transport = transports.get(req.get("mcp-session-id")) ?? (await open());
    await transport.handleRequest(Object.assign(req, { auth: authInfo }), res, parsedBody);
  });
  return app;

  async function open() {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => transports.set(id, transport),
    });
    const server = new McpServer({ name: "notes", version: "1" });
    const mcp = protect(server, { authorizer });
    mcp.registerTool("read_note", { inputSchema: { id: z.string() } }, ({ id }, extra) => ({
      content: [{ type: "text", text: `${id} of ${mcp.token(extra).sub}` }],
    }));
    mcp.registerTool("write_note", {}, () => ({ content: [{ type: "text", text: "written" }] }));
    await server.connect(transport);
    return transport;
  }
}

const token = "ann";
const plain = `${await listen(appWith({}))}/mcp`;
const refused = await rpc(plain, { method: "tools/list" }, { token });
assert.equal(refused.status, 500);
assert.match(refused.text, /acceptParsedBody/, "the 500 names the option");

const url = `${await listen(appWith({ acceptParsedBody: true }))}/mcp`;
assert.equal((await rpc(url, { method: "tools/list" })).status, 401);
const headers = await handshake(url, { token });
const params = { name: "read_note", arguments: { id: "7" } };
const read = await rpc(url, { method: "tools/call", params }, { token, headers });
assert.equal(read.json.result.content[0].text, "7 of ann");
const other = { name: "read_note", arguments: { id: "8" } };
const foreign = await rpc(url, { method: "tools/call", params: other }, { token, headers });
assert.doesNotMatch(foreign.text, /of ann/);
const write = { name: "write_note", arguments: {} };
const short = await rpc(url, { method: "tools/call", params: write }, { token, headers });
assert.equal(short.status, 403);
assert.match(short.headers.get("www-authenticate"), /scope="[^"]*notes:write/);
close();
