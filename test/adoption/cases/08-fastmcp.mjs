// `fastmcp` with its own options: `authenticate` verifies the token, and `canAccess` and each tool decide by the same policy. Its server
// has no place for a gate before the stream, so a refusal is an error in the result.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { FastMCP, UserError } from "fastmcp";
import { createAuthorizer, definePolicy } from "scope-policy";
import { z } from "zod";

const policy = definePolicy({
  name: "Notes",
  version: "1",
  scopes: { "notes:read": {}, "notes:write": {}, "/notes/{id}/read": {} },
  tools: { read_note: "/notes/{id}/read", write_note: "notes:write" },
});
const authorizer = createAuthorizer({
  policy,
  verify: (token) => (token === "ann" ? { sub: "ann", scope: "/notes/7/read" } : undefined),
  resource: "https://notes.example.com/mcp",
});

const server = new FastMCP({
  name: "notes",
  version: "1.0.0",
  authenticate: async (request) => {
    const { authorization } = request.headers;
    const caller = await authorizer.authenticate(authorization);
    if (caller.kind === "refused") {
      const { status, headers, body } = caller.answer;
      throw new Response(JSON.stringify(body), { status, headers });
    }
    return { authorization };
  },
});
/** Adds a tool that decides on its arguments before it runs. */
const addTool = (name, parameters, execute) =>
  server.addTool({
    name,
    description: name,
    parameters,
    execute: async (args, { session }) => {
      const admission = await authorizer.admit({
        authorization: session.authorization,
        operation: name,
        params: args,
      });
      if (admission.kind === "refused") throw new UserError(admission.decision.message);
      return execute(args, admission.token);
    },
  });
addTool("read_note", z.object({ id: z.string() }), ({ id }, { sub }) => `note ${id} of ${sub}`);
addTool("write_note", z.object({}), () => "written");

const probe = createServer().listen(0, "127.0.0.1");
await new Promise((resolve) => probe.once("listening", resolve));
const { port } = probe.address();
await new Promise((resolve) => probe.close(resolve));
await server.start({
  transportType: "httpStream",
  httpStream: { port, host: "127.0.0.1", stateless: true },
});

const url = new URL(`http://127.0.0.1:${port}/mcp`);
const bare = await fetch(url, {
  method: "POST",
  headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
  body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
});
assert.equal(bare.status, 401);
assert.match(bare.headers.get("www-authenticate") ?? "", /^Bearer /);
const client = new Client({ name: "user", version: "1" });
const requestInit = { headers: { authorization: "Bearer ann" } };
await client.connect(new StreamableHTTPClientTransport(url, { requestInit }));
const read = await client.callTool({ name: "read_note", arguments: { id: "7" } });
assert.equal(read.content[0].text, "note 7 of ann");
const other = await client.callTool({ name: "read_note", arguments: { id: "8" } });
assert.equal(other.isError, true);
const write = await client.callTool({ name: "write_note", arguments: {} });
assert.equal(write.isError, true);
await client.close();
await server.stop();
process.exit(0);
