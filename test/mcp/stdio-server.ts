// node scripts/run.mjs test/mcp/stdio-server.ts v1|v2: a protected server over standard input and output, with a local token.
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { protect } from "scope-policy/mcp";
import { INFO, policy } from "./fixture.js";

const options = { policy, localToken: { scope: "mcp:tools notes:read", sub: "local" } };

function withTools<Server extends McpServer | McpServerV1>(server: Server): Server {
  const mcp = protect(server as McpServer, options);
  for (const tool of ["read_note", "write_note", "export_notes"] as const) {
    mcp.registerTool(tool, {}, (context) => ({
      content: [{ type: "text", text: `${tool} of ${mcp.token(context)?.sub}` }],
    }));
  }
  return server;
}

if (process.argv[2] === "v1") {
  await withTools(new McpServerV1(INFO)).connect(new StdioServerTransport());
} else {
  serveStdio(() => withTools(new McpServer(INFO)));
}
