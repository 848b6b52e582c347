// mcp-remote as a desktop application starts it: MCP on standard input and output. It opens the browser by itself, which
// `BROWSER` replaces with browser.mjs.
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { runScenarios, shown } from "./scenarios.mjs";

const pathOf = (file) => fileURLToPath(new URL(file, import.meta.url));
const client = new Client({ name: "client-of-tests", version: "1" });
const transport = new StdioClientTransport({
  command: process.execPath,
  args: [pathOf("node_modules/mcp-remote/dist/proxy.js"), process.env.SERVER],
  env: {
    ...process.env,
    MCP_REMOTE_CONFIG_DIR: pathOf("mcp-remote-config"),
    BROWSER: pathOf("browser.mjs"),
    DISPLAY: "",
  },
  stderr: "inherit",
});

await runScenarios({
  connect: () => client.connect(transport),
  list: async () => (await client.listTools()).tools.map(({ name }) => name),
  call: async (name) => shown(await client.callTool({ name, arguments: {} })),
  read: (uri) => client.readResource({ uri }),
  close: () => client.close(),
});
