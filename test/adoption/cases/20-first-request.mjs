// `HEAD /mcp` gets the 401 with its challenge; a hidden tool that decides on resources does not empty `resources/list`; with `anonymous`
// the consent that the first 401 asks for is enough for the call.
import assert from "node:assert/strict";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { createAuthorizer, definePolicy } from "scope-policy";
import { mcpGate, protect } from "scope-policy/mcp";
import { call, close, handshake, listen, rpc } from "./kit.mjs";

const policy = definePolicy({
  name: "Notes",
  version: "1",
  scopes: { "mcp:tools": {}, "notes:read": {} },
  baseline: ["mcp:tools"],
  tools: { read_note: "notes:read", read_resources: { scope: "notes:read", hidden: true } },
});
const authorizer = createAuthorizer({
  policy,
  // the token is its scope
  verify: (token) => ({ sub: "ann", scope: Buffer.from(token, "base64url").toString() }),
  resource: "https://notes.example.com/mcp",
});

async function serve(options) {
  const surface = { resources: { "notes://all": "read_resources" }, ...options };
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: "notes", version: "1" });
    const mcp = protect(server, { authorizer, ...surface });
    server.registerResource("all", "notes://all", {}, () => ({ contents: [] }));
    mcp.registerTool("read_note", {}, () => ({ content: [{ type: "text", text: "a note" }] }));
    return server;
  });
  return `${await listen(mcpGate(authorizer, surface).node(handler.fetch))}/mcp`;
}

const url = await serve({});
const head = await call(url, { method: "HEAD" });
assert.equal(head.status, 401);
assert.match(head.headers.get("www-authenticate"), /^Bearer .*resource_metadata=/);

const tokenFor = (scope) => Buffer.from(scope).toString("base64url");
const token = tokenFor("mcp:tools notes:read");
const headers = await handshake(url, { token });
const { json } = await rpc(url, { method: "resources/list" }, { token, headers });
assert.deepEqual(
  json.result.resources.map(({ uri }) => uri),
  ["notes://all"],
);
const tools = await rpc(url, { method: "tools/list" }, { token, headers });
assert.deepEqual(
  tools.json.result.tools.map(({ name }) => name),
  ["read_note"],
);

const open = await serve({ anonymous: true });
const params = { name: "read_note", arguments: {} };
const anonymous = await handshake(open);
const first = await rpc(open, { method: "tools/call", params }, { headers: anonymous });
assert.equal(first.status, 401);
const [, scope] = /scope="([^"]+)"/.exec(first.headers.get("www-authenticate"));
const granted = tokenFor(scope);
const again = await handshake(open, { token: granted });
const second = await rpc(
  open,
  { method: "tools/call", params },
  { token: granted, headers: again },
);
assert.equal(second.json?.result?.content[0].text, "a note", `${scope}: ${second.text}`);
close();
