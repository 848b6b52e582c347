// The commands that read a source, as the installed package runs them: a live MCP server, OpenAPI documents of one and of several files.
import { execFile } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { getRequestListener } from "@hono/node-server";
import { createMcpHandler, Server } from "@modelcontextprotocol/server";

const execute = promisify(execFile);

const PEER = "@redocly/openapi-core";

const DOCUMENT = `openapi: 3.1.0
info: { title: Notes, version: "1" }
components:
  securitySchemes:
    oauth:
      type: oauth2
      flows: { clientCredentials: { tokenUrl: "https://as.example.com/token", scopes: { "notes:read": Read notes } } }
paths:
  /notes: { $ref: paths/notes.yaml }
`;
const PATH = `get:
  security: [{ oauth: ["notes:read"] }]
  responses: { "200": { description: Notes } }
`;

/** Returns the steps, each with its label and its action. */
export function sourceSteps({ folder, bin, root }) {
  const inFolder = (name) => {
    const cwd = join(folder, name);
    mkdirSync(cwd, { recursive: true });
    // the test that `init` writes imports the installed package
    writeFileSync(join(cwd, "package.json"), '{ "private": true }');
    return (command, ...args) => execute(command, args, { cwd });
  };
  return [
    [
      "bin init from an MCP server, then check --against it and the written test",
      () =>
        withServer(async (url) => {
          const run = inFolder("from-mcp");
          await run(bin, "init", "--from", url);
          await run(bin, "check", "policy.json", "--against", url, "--update");
          await run(process.execPath, "--test", "policy.test.mjs");
          const { stdout } = await run(bin, "check", "policy.json", "--against", url, "--json");
          if (JSON.parse(stdout).ok !== true) throw new Error(stdout);
        }),
    ],
    [
      `bin import openapi of several files names the package ${PEER} if it is missing`,
      async () => {
        const run = inFolder("from-files");
        write(join(folder, "from-files"), { "openapi.yaml": DOCUMENT, "paths/notes.yaml": PATH });
        const { code, stderr } = await run(bin, "import", "openapi", "openapi.yaml").catch(
          (error) => error,
        );
        if (code !== 2 || stderr.trim().split("\n").length !== 1 || !stderr.includes(PEER))
          throw new Error(`exit code ${code}\n${stderr}`);
        return stderr.trim();
      },
    ],
    [
      `bin import openapi of several files with ${PEER}`,
      async () => {
        const run = inFolder("from-files");
        const modules = join(folder, "node_modules", PEER);
        mkdirSync(dirname(modules), { recursive: true });
        symlinkSync(join(root, "node_modules", PEER), modules, "junction");
        const { stdout } = await run(bin, "import", "openapi", "openapi.yaml");
        if (JSON.parse(stdout).endpoints["GET /notes"] !== "notes:read") throw new Error(stdout);
      },
    ],
  ];
}

function write(folder, files) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** Runs an action with the URL of an MCP server of the v2 SDK on a free port. */
async function withServer(action) {
  const tool = { name: "list_notes", inputSchema: { type: "object" } };
  const handler = createMcpHandler(
    () => {
      const server = new Server({ name: "notes", version: "1" }, { capabilities: { tools: {} } });
      server.setRequestHandler("tools/list", () => ({ tools: [tool] }));
      return server;
    },
    { keepAliveMs: 0 },
  );
  const http = createServer(getRequestListener((request) => handler.fetch(request)));
  await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
  try {
    return await action(`http://127.0.0.1:${http.address().port}/mcp`);
  } finally {
    http.closeAllConnections();
    http.close();
  }
}
