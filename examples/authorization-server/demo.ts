// npm run demo
//
// Everything on loopback: an MCP server with the 33 tools of the school platform, behind the door of its policy, and the
// authorization server that its tokens come from, driven by the same policy. Point an MCP client at the address that is printed.
import { fileURLToPath } from "node:url";
import { type CallToolResult, createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import express from "express";
import { createAuthorizer, type ToolOf } from "scope-policy";
import { mcpGate, protect } from "scope-policy/mcp";
import { jwtVerifier } from "scope-policy/verify";
import { z } from "zod";
import { policy } from "../loopwise/policy.js";
import { addressOf, stop } from "../serve.js";
import { type AuthorizationServerOptions, start as startAuthorizationServer } from "./server.js";

/** Starts both servers. */
export async function startDemo(log: NonNullable<AuthorizationServerOptions["log"]>) {
  const app = express();
  const server = await new Promise<ReturnType<typeof app.listen>>((resolve) => {
    const listening = app.listen(0, "127.0.0.1", () => resolve(listening));
  });
  const resource = `${addressOf(server)}/mcp`;
  const authorizationServer = await startAuthorizationServer(policy, { resource, log });
  const authorizer = createAuthorizer({
    policy,
    verify: jwtVerifier({
      issuer: authorizationServer.issuer,
      audience: resource,
      jwks: authorizationServer.jwks,
      algorithms: ["ES256"],
    }),
    resource,
    authorizationServers: [authorizationServer.issuer],
    // a signed token does not know that its owner has ended it
    isRevoked: ({ jti }) => authorizationServer.isRevoked(jti),
  });
  const handler = createMcpHandler(() => {
    const mcpServer = new McpServer({ name: "loopwise", version: policy.version });
    const mcp = protect(mcpServer, { policy, authorizer });
    for (const name of Object.keys(policy.definition.tools ?? {}) as ToolOf<typeof policy>[]) {
      const description = name.replaceAll("_", " ");
      mcp.registerTool(
        name,
        { description, inputSchema: z.object({ id: z.string().optional() }) },
        (): CallToolResult => ({ content: [{ type: "text", text: `${name} was called` }] }),
      );
    }
    mcp.assertComplete();
    return mcpServer;
  });
  const gate = mcpGate(authorizer);
  app.all(["/mcp", "/.well-known/oauth-protected-resource/mcp"], gate.node(handler.fetch));
  return {
    resource,
    metadata: `${addressOf(server)}/.well-known/oauth-protected-resource/mcp`,
    issuer: authorizationServer.issuer,
    close: async () => {
      await Promise.all([stop(server), authorizationServer.close()]);
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const demo = await startDemo((event, details) => {
    console.log(`  ${event} ${JSON.stringify(details)}`);
  });
  console.log(`
MCP server:            ${demo.resource}
its metadata:          ${demo.metadata}
authorization server:  ${demo.issuer}/.well-known/oauth-authorization-server
connected apps:        ${demo.issuer}/settings/connected-apps

Try it with any MCP client, for example:
  npx @modelcontextprotocol/inspector      and connect to ${demo.resource}

1. Connect: the client registers itself, and your browser asks you to sign in and to choose scopes.
2. The list of tools holds what the token opens, and what a step-up could open.
3. Call a tool that the token does not open: the answer is 403 with the scope that is missing.
4. The client asks for it, you see what is new, and the call goes through.
5. End it all under connected apps: the next call is 401.

What the servers do is printed here. Ctrl-C ends them.`);
  process.once("SIGINT", () => void demo.close());
}
