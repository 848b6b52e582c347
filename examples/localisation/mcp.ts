// npx tsx localisation/mcp.ts
//
// The MCP server of the localisation platform. The page: "Translation key, translation value, publishing, glossary, and Content
// CMS write operations use the same scopes through the MCP tools while dedicated partner REST endpoints roll out." `mcpGate` decides
// on the HTTP request, before the stream opens; `protect` decides before each handler and filters the list of tools.
import { createServer } from "node:http";
import { type CallToolResult, createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { createAuthorizer, type ToolOf } from "scope-policy";
import { mcpGate, protect } from "scope-policy/mcp";
import { jwtVerifier } from "scope-policy/verify";
import { z } from "zod";
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
import { openProject, type Project, publish, write } from "./project.js";

type Tool = ToolOf<typeof policy>;
type Input = Readonly<Record<string, string>>;
type Run = (input: Input) => unknown;

const nothing = z.object({});
const byId = z.object({ id: z.string() });
const text = z.object({ id: z.string(), text: z.string() });

/** The implementation of each tool. The compiler requires every tool of the policy and accepts no other. */
function toolsOf(project: Project): Record<Tool, readonly [input: z.ZodObject, run: Run]> {
  const { keys, translations, glossary, content } = project;
  const addKey: Run = ({ id = "" }) => ({ keys: [...keys.add(id)] });
  const remove = (entries: { delete(id: string): boolean }): Run => {
    return ({ id = "" }) => ({ removed: entries.delete(id) });
  };
  const put = (entries: Project["content"]): Run => {
    return ({ id = "", text = "" }) => write(entries, id, text);
  };
  return {
    list_keys: [nothing, () => [...keys]],
    create_key: [byId, addKey],
    update_key: [
      z.object({ id: z.string(), name: z.string() }),
      ({ id = "", name = "" }) => (keys.delete(id) ? addKey({ id: name }) : { error: "not found" }),
    ],
    delete_key: [byId, remove(keys)],
    list_translations: [nothing, () => [...translations.values()]],
    write_translation: [text, put(translations)],
    publish_translations: [nothing, () => publish(translations)],
    list_glossary_terms: [nothing, () => [...glossary.values()]],
    create_glossary_term: [text, put(glossary)],
    update_glossary_term: [text, put(glossary)],
    delete_glossary_term: [byId, remove(glossary)],
    list_content_entries: [nothing, () => [...content.values()]],
    create_content_entry: [text, put(content)],
    update_content_entry: [text, put(content)],
    publish_content_entry: [byId, ({ id = "" }) => publish(content, id)],
  };
}

/** Starts the server on a free port of the loopback interface, with a local issuer. */
export function start(): Promise<RunningExample> {
  return startBehind(startLocalIssuer);
}

/** Starts the server on a free port of the loopback interface, for tokens of the given issuer. */
export async function startBehind<Issuer extends TokenIssuer>(
  startIssuer: StartIssuer<Issuer>,
  given: ExampleOptions = {},
): Promise<RunningExample<Issuer>> {
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
    resource,
    authorizationServers: [issuer.issuer],
    ...options,
  });
  const project = openProject();
  const handler = createMcpHandler(() => {
    const mcpServer = new McpServer({ name: "localisation", version: policy.version });
    const mcp = protect(mcpServer, { policy, authorizer });
    for (const [name, [inputSchema, run]] of Object.entries(toolsOf(project))) {
      mcp.registerTool(
        name as Tool,
        { description: name.replaceAll("_", " "), inputSchema },
        // every schema above has only string members
        (input: object): CallToolResult => ({
          content: [{ type: "text", text: JSON.stringify(run(input as Input)) }],
        }),
      );
    }
    mcp.assertComplete();
    return mcpServer;
  });
  const answer = mcpGate(authorizer).node(handler.fetch);
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
  const token = await issuer.issue({ scope: "translations:read translations:write" });
  return [
    `a token for ${url} with translations:read and translations:write, valid for five minutes:`,
    token,
    "a call that requires another scope:",
    `curl -s -i ${url} -H "authorization: Bearer $TOKEN" -H "content-type: application/json" -H "accept: application/json, text/event-stream" -d '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"publish_translations","arguments":{}}}'`,
  ];
});
