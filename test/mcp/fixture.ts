import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer } from "@modelcontextprotocol/server";
import { base64url } from "jose";
import {
  type AccessToken,
  type AuthorizerOptions,
  createAuthorizer,
  definePolicy,
} from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { type ProtectOptions, protect } from "scope-policy/mcp";
import { z } from "zod";
import { defined } from "../defined.js";

/** A policy with one tool for each possible decision. */
export const policy = definePolicy({
  name: "Notes",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["studio"],
  scopes: {
    "mcp:tools": "Use the tools",
    "notes:read": "Read notes",
    "notes:write": "Write notes",
    "admin:all": { description: "Internal", reserved: true },
    "/accounts/{accountID}/notes.read": "Read the notes of one account",
  },
  baseline: ["mcp:tools"],
  tools: {
    write_note: { allOf: ["notes:read", "notes:write"] },
    read_note: "notes:read",
    account_notes: { scope: "/accounts/{accountID}/notes.read" },
    export_notes: { scope: "notes:read", tier: "pro" },
    studio_notes: { scope: "notes:read", accountTypes: ["studio"] },
    purge: "admin:all",
    delete_account: { deny: "Account deletion requires email confirmation." },
    secret_tool: { scope: "notes:read", hidden: true },
    ping_public: { public: true },
    whoami: { authenticated: true },
    "list_*": "notes:read",
  },
});

const TOOLS = [
  "ping_public",
  "list_notes",
  "read_note",
  "write_note",
  "account_notes",
  "export_notes",
  "studio_notes",
  "purge",
  "delete_account",
  "secret_tool",
  "whoami",
  "unmapped",
] as const;

/** Encodes claims as a token, from which the test's verifier reads them. */
export function tokenOf(
  claims: Partial<AccessToken> & { readonly [claim: string]: unknown },
): string {
  const text = JSON.stringify({
    iss: "https://as.example.com",
    sub: "ada",
    client_id: "app",
    ...claims,
  });
  return base64url.encode(text);
}

export const READER = tokenOf({ scope: "mcp:tools notes:read" });
export const WRITER = tokenOf({ scope: "mcp:tools notes:read notes:write" });

export const PRO = tokenOf({ scope: "mcp:tools notes:read", tier: "pro" });
export const STUDIO = tokenOf({ scope: "mcp:tools notes:read", account_type: "studio" });
export const OWNER = tokenOf({ scope: "mcp:tools admin:all", first_party: true });
export const ACCOUNT = tokenOf({ scope: "mcp:tools /accounts/a/notes.read" });
export const EXPIRED = tokenOf({ scope: "mcp:tools notes:read", exp: 1 });

export function verify(rawToken: string): AccessToken | undefined {
  if (rawToken === "outage") throw new Error("the keys cannot be read: secret inner words");
  try {
    const claims = JSON.parse(new TextDecoder().decode(base64url.decode(rawToken))) as AccessToken;
    return claims.exp !== undefined && claims.exp * 1_000 <= Date.now() ? undefined : claims;
  } catch {
    return undefined;
  }
}

export type Types = NonNullable<(typeof policy)["~types"]>;

export const RESOURCE = "https://notes.example.com/mcp";

export function createTestAuthorizer(options: Partial<AuthorizerOptions<Types>> = {}) {
  return createAuthorizer(
    defined({
      policy,
      verify,
      trustClaims: ["tier", "account_type", "first_party"],
      resource: RESOURCE,
      onOutage: () => undefined,
      ...options,
    } as const),
  );
}

/** Creates an audit sink that keeps the first event of each call: the second one repeats it with the status of the response. */
export const keepDecisions = (events: AuditEvent[]) => (event: AuditEvent) => {
  if (!Object.hasOwn(event, "kind")) events.push(event);
};

export type TestAuthorizer = ReturnType<typeof createTestAuthorizer>;

export const surface = {
  resources: { "notes://all": "read_note", "notes://{accountID}/notes": "account_notes" },
  prompts: { summary: "read_note", plan: "write_note" },
  methods: { "subscriptions/listen": "read_note" },
} as const;

export const INFO = { name: "notes", version: "1.0.0" };

const textResult = (text: string) => ({ content: [{ type: "text" as const, text }] });
const anything = z.looseObject({});
const read = (uri: URL) => ({ contents: [{ uri: uri.href, text: "a note" }] });

export interface ToolRun {
  readonly tool: string;
  readonly token: AccessToken | undefined;
}

/** Creates a server of the v2 SDK with every tool, resources and prompts. */
export function createServerV2(
  authorizer: TestAuthorizer,
  runs: ToolRun[] = [],
  options: Partial<ProtectOptions<Types>> = {},
): McpServer {
  const server = new McpServer(INFO);
  const mcp = protect(server, { policy, authorizer, ...surface, ...options });
  for (const name of TOOLS) {
    server.registerTool(name, { inputSchema: anything }, (_, ctx) => {
      runs.push({ tool: name, token: mcp.token(ctx) });
      return textResult(name);
    });
  }
  server.registerResource("all", "notes://all", {}, read);
  server.registerResource("hidden", "notes://hidden", {}, read);
  server.registerPrompt("summary", {}, () => ({
    messages: [{ role: "user", content: { type: "text", text: "sum up" } }],
  }));
  server.registerPrompt("other", {}, () => ({ messages: [] }));
  return server;
}

/** Creates the same server of the v1 SDK. */
export function createServerV1(
  authorizer: TestAuthorizer,
  runs: ToolRun[] = [],
  options: Partial<ProtectOptions<Types>> = {},
): McpServerV1 {
  const server = new McpServerV1(INFO);
  const mcp = protect(server, { policy, authorizer, ...surface, ...options });
  for (const name of TOOLS) {
    server.registerTool(name, { inputSchema: anything }, (_, extra) => {
      runs.push({ tool: name, token: mcp.token(extra) });
      return textResult(name);
    });
  }
  server.registerResource("all", "notes://all", {}, read);
  server.registerResource("hidden", "notes://hidden", {}, read);
  server.registerPrompt("summary", {}, () => ({
    messages: [{ role: "user", content: { type: "text", text: "sum up" } }],
  }));
  server.registerPrompt("other", {}, () => ({ messages: [] }));
  return server;
}

export interface Message {
  readonly jsonrpc: "2.0";
  readonly id?: number;
  readonly method: string;
  readonly params?: Record<string, unknown>;
}

export const call = (name: string, args: Record<string, unknown> = {}, id = 1): Message => ({
  jsonrpc: "2.0",
  id,
  method: "tools/call",
  params: { name, arguments: args },
});

const MODERN = "2026-07-28";

/** Returns a message as a client of 2026-07-28 sends it, with its headers. */
export function modern(message: Message): {
  readonly body: string;
  readonly headers: readonly (readonly [string, string])[];
} {
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const name = message.params?.["name"] ?? message.params?.["uri"] ?? message.params?.["taskId"];
  return {
    body: JSON.stringify({ ...message, params: { ...message.params, _meta } }),
    headers: [
      ["MCP-Protocol-Version", MODERN],
      ["Mcp-Method", message.method],
      ...(typeof name === "string" ? [["Mcp-Name", name] as const] : []),
    ],
  };
}

export const initialize: Message = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "test", version: "1" },
  },
};
