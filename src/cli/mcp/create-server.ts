import type { McpServer } from "@modelcontextprotocol/server";
import type { RunContext } from "../command.js";
import { packageVersion } from "../policy-file/package-info.js";
import type { Guide } from "./guides.js";
import type { PolicyReader } from "./policy-reader.js";
import { runTool } from "./run-tool.js";
import { localScope, serverPolicy } from "./server-policy.js";
import { TOOLS } from "./tools.js";

/** Options of {@link createServerFactory}. */
export interface ServerOptions {
  /** The folder that paths are relative to. */
  readonly root: string;
  readonly allowModules: boolean;
  readonly reader: PolicyReader;
  readonly guides: readonly Guide[];
}

const INSTRUCTIONS =
  "Answers questions about scope policies: files that say which OAuth scope opens which tool or endpoint. Read scope-policy://guides/SKILL.md before you write or change one. Run `check` after each change.";

/** Returns a function that creates a server, protected by {@link serverPolicy}. Loads the SDK, which no other command needs. */
export async function createServerFactory({
  root,
  allowModules,
  reader,
  guides,
}: ServerOptions): Promise<() => McpServer> {
  const [{ McpServer }, { protect }] = await Promise.all([
    import("@modelcontextprotocol/server"),
    import("../../mcp/server/protect.js"),
  ]);
  const uriOf = ({ name }: Guide) => `scope-policy://guides/${name}`;
  const resources = Object.fromEntries(
    guides.map((guide) => [uriOf(guide), "read_guide"] as const),
  );
  return () => {
    const info = { name: "scope-policy", version: packageVersion() };
    const server = new McpServer(info, { instructions: INSTRUCTIONS });
    const localToken = { scope: localScope(allowModules) };
    const mcp = protect(server, { policy: serverPolicy, localToken, resources });
    const loadFor = (context: unknown): RunContext["load"] => {
      const { allowed } = serverPolicy.decide(mcp.token(context), "run_module");
      return (file) => reader.load(file, allowed);
    };
    for (const tool of TOOLS) {
      const { name, title, description, inputSchema } = tool;
      const annotations = { readOnlyHint: true, openWorldHint: false };
      const config = { title, description, inputSchema, annotations };
      mcp.registerTool(name, config, (input: unknown, context: unknown) =>
        runTool(tool, input, loadFor(context), root),
      );
    }
    for (const guide of guides) {
      const { name, title, description, text } = guide;
      const uri = uriOf(guide);
      const metadata = { title, mimeType: "text/markdown", ...(description && { description }) };
      server.registerResource(name, uri, metadata, () => ({
        contents: [{ uri, mimeType: "text/markdown", text }],
      }));
    }
    mcp.assertComplete();
    return server;
  };
}
