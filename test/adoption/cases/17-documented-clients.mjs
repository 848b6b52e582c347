// The guide lists what each client does, with the version tried, and how its user gets the missing scope; and the symptom of SDK 1.x clients
// that hold a refresh token.
import assert from "node:assert/strict";
import { guide, mentions } from "./kit.mjs";

const text = guide("mcp-step-up.md");
mentions("mcp-step-up.md", /Server returned 403 after trying upscoping/);
const CLIENTS = ["SDK client 2", "SDK client 1", "mcp-remote", "@openai/agents", "@ai-sdk/mcp"];
CLIENTS.push("Claude Code", "Codex", "opencode", "Inspector", "mcpc", "ChatGPT", "claude.ai");
for (const client of CLIENTS) assert.ok(text.includes(client), `the table has ${client}`);
for (const version of ["0.15.1", "0.20.0", "2.0.99", "1.18.33", "0.171.0"])
  assert.ok(text.includes(version), `the table has the version ${version}`);
mentions("mcp-step-up.md", /codex mcp login/, "how the user of Codex gets the scope");
