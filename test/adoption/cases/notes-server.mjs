// The MCP server that the cases with real clients share: a baseline, a tool to step up for, a tier, a denial, a refused resource.
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { createAuthorizer, definePolicy } from "scope-policy";
import { mcpGate, protect } from "scope-policy/mcp";
import { listen } from "./kit.mjs";

export const policy = definePolicy({
  name: "Notes",
  version: "1",
  tiers: ["free", "pro"],
  scopes: { "mcp:tools": {}, "notes:read": { default: "on" }, "notes:write": {} },
  baseline: ["mcp:tools"],
  tools: {
    read_note: "notes:read",
    write_note: "notes:write",
    export_notes: { scope: "notes:read", tier: "pro" },
    admin_notes: { deny: "Only for the owners." },
  },
});

/** Starts the server, and returns its URL and what happened. `verifyFor` gets the URL and returns the verifier. */
export async function startNotes({ verifyFor, issuer, options = {} }) {
  let listener;
  const seen = [];
  const base = await listen((req, res) => {
    res.once("finish", () => seen.push(`${req.method} ${res.statusCode}`));
    return listener(req, res);
  });
  const url = `${base}/mcp`;
  const authorizer = createAuthorizer({
    policy,
    verify: verifyFor(url),
    trustClaims: [],
    resource: url,
    authorizationServers: issuer === undefined ? [] : [issuer],
    onOutage: () => {},
  });
  const surface = {
    resources: { "notes://all": "read_note", "notes://secret": "admin_notes" },
    ...options,
  };
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: "notes", version: "1" });
    const mcp = protect(server, { authorizer, ...surface });
    for (const name of ["all", "secret"])
      server.registerResource(name, `notes://${name}`, {}, (uri) => ({
        contents: [{ uri: uri.href, text: name }],
      }));
    for (const name of ["read_note", "write_note", "export_notes"])
      mcp.registerTool(name, {}, () => ({ content: [{ type: "text", text: `did ${name}` }] }));
    return server;
  });
  listener = mcpGate(authorizer, surface).node(handler.fetch);
  return { url, seen };
}
