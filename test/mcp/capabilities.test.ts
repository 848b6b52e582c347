import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer } from "@modelcontextprotocol/server";
import { type Protected, protect } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import {
  ACCOUNT,
  createTestAuthorizer,
  EXPIRED,
  INFO,
  policy,
  READER,
  surface,
  WRITER,
} from "./fixture.js";
import { authInfoOf, connectInMemory, SDK_VERSIONS, type SdkVersion } from "./in-memory-client.js";

const CAPABILITIES = { tools: { listChanged: false }, resources: {}, prompts: {} };

type Capabilities = Partial<typeof CAPABILITIES>;

/** Creates a protected server, and registers a tool, a resource and a prompt of the policy and one of each that it lacks. */
function serverOf(generation: SdkVersion, capabilities?: Capabilities, securitySchemes = false) {
  const options = capabilities === undefined ? undefined : { capabilities };
  const server =
    generation === "v1" ? new McpServerV1(INFO, options) : new McpServer(INFO, options);
  const mcp: Protected = protect(server as McpServer, {
    policy,
    authorizer: createTestAuthorizer(),
    ...surface,
    securitySchemes,
  });
  const register = server as McpServer;
  const run = () => ({ content: [{ type: "text" as const, text: "ran" }] });
  const read = (uri: URL) => ({ contents: [{ uri: uri.href, text: "a note" }] });
  for (const tool of ["read_note", "write_note", "purge", "unmapped"])
    register.registerTool(tool, {}, run);
  for (const name of ["all", "other"]) register.registerResource(name, `notes://${name}`, {}, read);
  for (const name of ["summary", "other"])
    register.registerPrompt(name, {}, () => ({ messages: [] }));
  return { server, mcp };
}

interface Asked {
  readonly method: string;
  readonly params?: Record<string, unknown>;
}

const MESSAGES: readonly Asked[] = [
  { method: "tools/list" },
  { method: "resources/list" },
  { method: "resources/templates/list" },
  { method: "prompts/list" },
  ...["read_note", "write_note", "purge", "unmapped", "nope"].map((name) => ({
    method: "tools/call",
    params: { name, arguments: {} },
  })),
  ...["notes://all", "notes://other", "notes://nope"].map((uri) => ({
    method: "resources/read",
    params: { uri },
  })),
  ...["summary", "other", "nope"].map((name) => ({ method: "prompts/get", params: { name } })),
  { method: "ping" },
  { method: "notes/other" },
];

const TOKENS = { none: undefined, EXPIRED, READER, WRITER, ACCOUNT };

describe.each(SDK_VERSIONS)("a server of %s created with capabilities", (generation) => {
  it.each(titled(MESSAGES, ({ method, params }) => `${method} ${JSON.stringify(params ?? {})}`))(
    "responds as one without to %s",
    async (_title, message) => {
      const open = async (capabilities?: Capabilities) =>
        connectInMemory(generation, serverOf(generation, capabilities).server);
      const clients = [await open(), await open(CAPABILITIES)] as const;
      for (const token of Object.values(TOKENS)) {
        const replies = clients.map(async ({ ask }) => {
          const { result, error } = await ask(message, token && authInfoOf(token));
          return { result, error };
        });
        const [without, withThem] = await Promise.all(replies);
        expect(withThem, String(token)).toEqual(without);
      }
      for (const client of clients) await client.close();
    },
  );

  it("keeps them, and takes more after `protect`", async () => {
    const { server } = serverOf(generation, CAPABILITIES);
    server.server.registerCapabilities({ logging: {}, resources: { subscribe: true } });
    const { ask, close } = await connectInMemory(generation, server);
    const { result } = await ask({
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: INFO },
    });
    expect(result?.["capabilities"]).toMatchObject({
      logging: {},
      resources: { subscribe: true },
      // the v1 SDK sets it whatever its constructor gets
      tools: { listChanged: generation === "v1" },
    });
    await close();
  });

  it("has lists before the first registration, for authenticated callers only", async () => {
    const server =
      generation === "v1"
        ? new McpServerV1(INFO, { capabilities: CAPABILITIES })
        : new McpServer(INFO, { capabilities: CAPABILITIES });
    protect(server as McpServer, { authorizer: createTestAuthorizer(), ...surface });
    const { ask, close } = await connectInMemory(generation, server);
    const listed = await ask({ method: "tools/list" }, authInfoOf(READER));
    expect(listed.result).toMatchObject({ tools: [], cacheScope: "private" });
    expect((await ask({ method: "tools/list" }, authInfoOf(EXPIRED))).error?.code).toBe(-32_010);
    await close();
  });

  it("has its tools compared with the policy", () => {
    const { mcp } = serverOf(generation, { tools: { listChanged: false } });
    const codesOf = () => {
      try {
        mcp.assertComplete();
        return [];
      } catch (error) {
        const { findings } = error as { findings: readonly { code: string; path: string }[] };
        return findings.map(({ code, path }) => `${code} ${path}`);
      }
    };
    expect(codesOf()).toContain("unmapped_tool tools.unmapped");
    expect(codesOf()).not.toContain("unregistered_tool tools.read_note");
    (mcp.server as McpServer).registerTool("whoami", { _meta: { securitySchemes: [] } }, () => ({
      content: [],
    }));
    expect(codesOf()).toContain("security_schemes tools.whoami");
  });
});
