// `@ai-sdk/mcp` with `challenge: "auto"`: the missing scope and the tier are results that a model can read.
import assert from "node:assert/strict";
import { createMCPClient } from "@ai-sdk/mcp";
import { close } from "./kit.mjs";
import { startNotes } from "./notes-server.mjs";

const verifyFor = () => (token) => ({ sub: token, scope: "mcp:tools notes:read" });
const { url, seen } = await startNotes({ verifyFor, options: { challenge: "auto" } });
const client = await createMCPClient({
  transport: { type: "http", url, headers: { authorization: "Bearer ann" } },
});
const tools = await client.tools();
assert.deepEqual(Object.keys(tools), ["read_note", "write_note", "export_notes"]);
const execute = (name) => tools[name].execute({}, { toolCallId: "1", messages: [] });
assert.match(JSON.stringify(await execute("read_note")), /did read_note/);
const write = await execute("write_note").catch((error) => ({ error: error.message }));
assert.match(JSON.stringify(write), /sign in again asking for: .*notes:write/i);
const exported = await execute("export_notes");
assert.match(JSON.stringify(exported), /upgrade required/);
assert.ok(!seen.includes("POST 403"), seen.join());
await client.close();
close();
process.exit(0);
