// npx tsx movementors/server.ts
//
// The MCP server of a platform for mentors: tiers, account types, denials, and a public directory. The tier is not a claim of the token:
// `subject` reads it from the platform at every call, so an upgrade takes effect immediately.
import { createServer } from "node:http";
import { type CallToolResult, createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { createAuthorizer, type ToolOf } from "scope-policy";
import { mcpGate, protect } from "scope-policy/mcp";
import { jwtVerifier } from "scope-policy/verify";
import { startLocalIssuer } from "../local-issuer.js";
import {
  addressOf,
  type ExampleOptions,
  type RunningExample,
  type StartIssuer,
  serveIfMain,
  stop,
  type TokenIssuer,
  withIssuer,
} from "../serve.js";
import { policy } from "./policy.js";

/** The platform's own records of its accounts. */
export const accounts = new Map([
  ["ana", { tier: "free", account_type: "mentor" }],
  ["ben", { tier: "pro", account_type: "mentor" }],
  ["studio-5", { tier: "premium", account_type: "studio" }],
]);

/** Starts the server on a free port of the loopback interface, with a local issuer. */
export function start(): Promise<RunningExample> {
  return startBehind(startLocalIssuer);
}

/** Starts the server on a free port of the loopback interface, for tokens of the given issuer. */
export async function startBehind<Issuer extends TokenIssuer>(
  startIssuer: StartIssuer<Issuer>,
  given: ExampleOptions = {},
): Promise<RunningExample<Issuer>> {
  const surface = {
    anonymous: true,
    handshake: "baseline", // "without it the MCP endpoint refuses requests"
    upgradeUrl: "https://movementors.example/plans",
  } as const;
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const resource = `${addressOf(server)}/mcp`;
  const issuer = await startIssuer(resource);
  const options = withIssuer(issuer, given);
  const authorizer = createAuthorizer({
    policy,
    verify: jwtVerifier({
      issuer: issuer.issuer,
      audience: resource,
      jwks: issuer.jwks,
      algorithms: ["ES256", "RS256"],
      claims: ["grant_id"],
    }),
    subject: (token) => accounts.get(token.sub ?? ""),
    resource,
    authorizationServers: [issuer.issuer],
    ...options,
  });
  const handler = createMcpHandler(() => {
    const mcpServer = new McpServer({ name: "movementors", version: policy.version });
    const mcp = protect(mcpServer, { policy, authorizer, ...surface });
    for (const name of Object.keys(policy.definition.tools ?? {}) as ToolOf<typeof policy>[]) {
      mcp.registerTool(
        name,
        { description: name.replaceAll("_", " ") },
        (ctx): CallToolResult => ({
          content: [
            {
              type: "text",
              text: `${name}, done for ${mcp.token(ctx)?.sub ?? "an anonymous caller"}`,
            },
          ],
        }),
      );
    }
    mcp.assertComplete();
    return mcpServer;
  });
  const answer = mcpGate(authorizer, surface).node(handler.fetch);
  server.on("request", (request, response) => void answer(request, response));
  return {
    url: resource,
    issuer,
    close: async () => {
      await Promise.all([stop(server), issuer.close()]);
    },
  };
}

await serveIfMain(import.meta.url, start, async ({ url, issuer }) => {
  const token = await issuer.issue({ sub: "ana", scope: "mcp:tools read:classes write:classes" });
  return [
    `a token of a free account for ${url}, valid for five minutes:`,
    token,
    "a call that requires a higher tier:",
    `curl -s ${url} -H "authorization: Bearer $TOKEN" -H "content-type: application/json" -H "accept: application/json, text/event-stream" -d '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"update_class","arguments":{}}}'`,
  ];
});
