import { listenExpress } from "./express.mjs";
import {
  createBenchAuthorizer,
  createLookup,
  createSdkVerifier,
  MCP_PATH,
  SCOPE,
  TOOL,
} from "./issued.mjs";

/** @import { Contender } from "./issued.mjs" */
/** @import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js" */

/** @typedef {(request: import("express").Request, response: import("express").Response, body: unknown) => Promise<void>} McpServe */

/**
 * Starts an MCP server of version 1 of the SDK behind Express. It creates a new server for each request, as stateless servers do.
 *
 * @param {(app: import("express").Express, serve: McpServe) => void | Promise<void>} install
 * @param {(server: McpServer) => McpServer["registerTool"]} [tools]
 */
function listenMcp(install, tools) {
  return listenExpress(async (app) => {
    const { McpServer } = await import("@modelcontextprotocol/sdk/server/mcp.js");
    const { StreamableHTTPServerTransport } = await import(
      "@modelcontextprotocol/sdk/server/streamableHttp.js"
    );
    await install(app, async (request, response, body) => {
      const server = new McpServer({ name: "bench", version: "1" });
      const text = [{ type: /** @type {const} */ ("text"), text: "ok" }];
      const register = tools?.(server) ?? server.registerTool.bind(server);
      register(TOOL, {}, () => ({ content: text }));
      const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
      await server.connect(/** @type {never} */ (transport));
      await transport.handleRequest(/** @type {never} */ (request), response, body);
    });
  });
}

/** @type {Record<string, Contender>} */
export const MCP = {
  "no gate": () =>
    listenMcp(async (app, serve) => {
      const { default: express } = await import("express");
      app.post(MCP_PATH, express.json(), (req, res) => serve(req, res, req.body));
    }),
  "header and Map": (issued) =>
    listenMcp(async (app, serve) => {
      const { default: express } = await import("express");
      const isKnown = createLookup(issued);
      app.post(
        MCP_PATH,
        (req, res, next) => {
          if (isKnown(req.headers.authorization)) next();
          else res.sendStatus(401);
        },
        express.json(),
        (req, res) => serve(req, res, req.body),
      );
    }),
  "scope-policy": async (issued) => {
    const { mcpGate, protect } = await import("scope-policy/mcp");
    const authorizer = await createBenchAuthorizer(issued);
    const gate = mcpGate(authorizer);
    return listenMcp(
      (app, serve) => {
        app.post(MCP_PATH, gate.middleware(), (req, res) => {
          const { authInfo, parsedBody } = gate.passed(req);
          const auth = /** @type {never} */ ({ auth: authInfo });
          return serve(Object.assign(req, auth), res, parsedBody);
        });
      },
      (server) => /** @type {never} */ (protect(server, { authorizer }).registerTool),
    );
  },
  "MCP SDK requireBearerAuth": (issued) =>
    listenMcp(async (app, serve) => {
      const { default: express } = await import("express");
      const { requireBearerAuth } = await import(
        "@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js"
      );
      const verifier = await createSdkVerifier(issued);
      const guard = requireBearerAuth({ verifier, requiredScopes: [SCOPE] });
      app.post(MCP_PATH, guard, express.json(), (req, res) =>
        serve(/** @type {never} */ (req), res, req.body),
      );
    }),
};
