// `@openai/agents`: after a refused resource its client goes on, a tier is text for the model, and what consent can fix reaches the host.
import assert from "node:assert/strict";
import { MCPServerStreamableHttp } from "@openai/agents";
import { close } from "./kit.mjs";
import { startNotes } from "./notes-server.mjs";

const verifyFor = () => (token) => ({ sub: token, scope: "mcp:tools notes:read" });
const { url } = await startNotes({ verifyFor });
const requestInit = { headers: { authorization: "Bearer ann" } };
const server = new MCPServerStreamableHttp({ url, name: "notes", requestInit });
await server.connect();
const tools = await server.listTools();
assert.deepEqual(
  tools.map(({ name }) => name),
  ["read_note", "write_note", "export_notes"],
);
await assert.rejects(server.readResource("notes://secret"));
const [read] = await server.callTool("read_note", {});
assert.equal(read.text, "did read_note", "the client goes on");
const [exported] = await server.callTool("export_notes", {});
assert.match(exported.text, /upgrade required/);
await assert.rejects(server.callTool("write_note", {}));
const [again] = await server.callTool("read_note", {});
assert.equal(again.text, "did read_note");
await server.close();
close();
process.exit(0);
