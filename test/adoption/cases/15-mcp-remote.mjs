// mcp-remote, end to end: sign-in, step-up by itself, a tier, a refused resource, an outage.
import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { jwtVerifier } from "scope-policy/verify";
import { startAuthorizationServer } from "./authorization-server.mjs";
import { close } from "./kit.mjs";
import { policy, startNotes } from "./notes-server.mjs";

const { issuer, jwks, asked } = await startAuthorizationServer(policy.scopeNames);
let isOut = false;
const { url } = await startNotes({
  issuer,
  verifyFor: (audience) => {
    const verify = jwtVerifier({ issuer, audience, jwks, algorithms: ["RS256"] });
    return (token) => {
      if (isOut) throw new Error("the keys are away");
      return verify(token);
    };
  },
});

const transport = new StdioClientTransport({
  command: "../node_modules/.bin/mcp-remote",
  args: [url, "--allow-http", "--transport", "http-only"],
  env: { ...process.env, MCP_REMOTE_CONFIG_DIR: `${process.cwd()}/config`, PATH: process.env.PATH },
  stderr: "pipe",
});
/** Opens a URL, and again while mcp-remote does not listen yet: it prints the URL first. */
async function visit(address) {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const response = await fetch(address).catch(() => undefined);
    if (response?.ok) return;
  }
}
// the browser of the user: opens each URL that mcp-remote asks to visit
let log = "";
const visited = new Set();
transport.stderr.on("data", (chunk) => {
  log += chunk;
  for (const [address] of log.matchAll(/^http\S+\/authorize\?\S+$/gm)) {
    if (visited.has(address)) continue;
    visited.add(address);
    void visit(address);
  }
});
const client = new Client({ name: "user", version: "1" });
const timeout = { timeout: 60_000 };
try {
  await client.connect(transport, timeout);
  const { tools } = await client.listTools({}, timeout);
  assert.deepEqual(
    tools.map(({ name }) => name),
    ["read_note", "write_note", "export_notes"],
  );
  const callTool = (name) => client.callTool({ name, arguments: {} }, undefined, timeout);
  assert.equal((await callTool("read_note")).content[0].text, "did read_note");
  assert.equal(visited.size, 1);
  assert.equal((await callTool("write_note")).content[0].text, "did write_note", "the step-up");
  assert.equal(visited.size, 2);
  assert.match(asked.at(-1), /notes:write/);
  const exported = await callTool("export_notes");
  assert.equal(exported.isError, true);
  assert.match(exported.content[0].text, /upgrade required/);
  await assert.rejects(client.readResource({ uri: "notes://secret" }, timeout), /-32602|denied/);
  assert.equal((await callTool("read_note")).content[0].text, "did read_note", "it goes on");
  isOut = true;
  await assert.rejects(callTool("read_note"), "an outage is an error, not a sign-in");
  assert.equal(visited.size, 2);
  isOut = false;
  assert.equal((await callTool("read_note")).content[0].text, "did read_note", "after the outage");
} catch (error) {
  console.error(log.slice(-2000));
  throw error;
} finally {
  await client.close();
  close();
}
process.exit(0);
