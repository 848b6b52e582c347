import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport as InMemoryV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer } from "@modelcontextprotocol/server";
import { createAuthorizer, loadPolicy } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { protect } from "scope-policy/mcp";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { INFO, keepDecisions, tokenOf, verify } from "./fixture.js";
import { authInfoOf, connectInMemory, SDK_VERSIONS, type SdkVersion } from "./in-memory-client.js";

const policy = loadPolicy({
  name: "Database",
  version: "1",
  tiers: ["free", "pro"],
  scopes: { read: {}, write: { implies: ["read"] }, "/a/{id}/read": {} },
  tools: {
    run_query: { cases: [{ when: { mode: "explain" }, scope: "read" }], otherwise: "write" },
    defaulted: { cases: [{ when: { mode: "explain" }, scope: "read" }], otherwise: "write" },
    guarded: {
      cases: [
        { when: { mode: "own" }, scope: "/a/{id}/read" },
        { when: { mode: ["pro", 1, null] }, scope: "read", tier: "pro" },
        { when: { mode: "drop" }, deny: "Nothing is dropped." },
      ],
      otherwise: { deny: "Choose a mode." },
    },
  },
});

const READ = tokenOf({ scope: "read" });
const WRITE = tokenOf({ scope: "write" });
const NONE = tokenOf({ scope: "" });

/** Creates a server of either SDK. The schema of `defaulted` fills in the mode, and converts it to lower case. */
function createServer(generation: SdkVersion, events: AuditEvent[] = [], modes: unknown[] = []) {
  const authorizer = createAuthorizer({
    policy,
    verify,
    trustClaims: ["tier"],
    audit: keepDecisions(events),
  });
  const server = generation === "v1" ? new McpServerV1(INFO) : new McpServer(INFO);
  protect(server as McpServer, { authorizer, securitySchemes: true });
  const filled = z.looseObject({ mode: z.string().toLowerCase().default("explain") });
  for (const name of ["run_query", "defaulted", "guarded"]) {
    const inputSchema = name === "defaulted" ? filled : z.looseObject({});
    (server as McpServer).registerTool(name, { inputSchema }, (args) => {
      modes.push((args as { readonly mode?: unknown }).mode);
      return { content: [{ type: "text" as const, text: "ran" }] };
    });
  }
  return server;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Row = readonly [
  title: string,
  call: { readonly token: string; readonly name: string; readonly args?: Record<string, unknown> },
  /** `ran`, or the code of the denial with a further member. */
  expected: string,
];

const ROWS: readonly Row[] = [
  ["a case", { token: READ, name: "run_query", args: { mode: "explain" } }, "ran"],
  [
    "`otherwise`",
    { token: READ, name: "run_query", args: { mode: "run" } },
    "insufficient_scope read write",
  ],
  ["no arguments", { token: READ, name: "run_query" }, "insufficient_scope read write"],
  [
    "an argument of another type",
    { token: READ, name: "run_query", args: { mode: ["explain"] } },
    "insufficient_scope read write",
  ],
  [
    "an argument deeper down",
    { token: READ, name: "run_query", args: { a: { mode: "explain" } } },
    "insufficient_scope read write",
  ],
  [
    "the scope of the branch",
    { token: NONE, name: "run_query", args: { mode: "explain" } },
    "insufficient_scope read",
  ],
  [
    "a value that only the schema fills in",
    { token: READ, name: "defaulted" },
    "insufficient_scope read write",
  ],
  [
    "a value that only the schema converts",
    { token: READ, name: "defaulted", args: { mode: "Explain" } },
    "insufficient_scope read write",
  ],
  ["a value as received", { token: READ, name: "defaulted", args: { mode: "explain" } }, "ran"],
  ["the stronger scope for any value", { token: WRITE, name: "defaulted" }, "ran"],
  [
    "the tier of a branch",
    { token: READ, name: "guarded", args: { mode: 1 } },
    "upgrade_required pro",
  ],
  [
    "null as a value",
    { token: READ, name: "guarded", args: { mode: null } },
    "upgrade_required pro",
  ],
  [
    "a value of another type",
    { token: READ, name: "guarded", args: { mode: "1" } },
    "denied Choose a mode.",
  ],
  [
    "a denied case",
    { token: WRITE, name: "guarded", args: { mode: "drop" } },
    "denied Nothing is dropped.",
  ],
  ["a denied `otherwise`", { token: WRITE, name: "guarded" }, "denied Choose a mode."],
  [
    "the missing parameter of a branch",
    { token: READ, name: "guarded", args: { mode: "own" } },
    "invalid_params id",
  ],
  [
    "another value of the parameter",
    { token: tokenOf({ scope: "/a/x/read" }), name: "guarded", args: { mode: "own", id: "y" } },
    "binding_mismatch id",
  ],
  [
    "the value of the parameter",
    { token: tokenOf({ scope: "/a/x/read" }), name: "guarded", args: { mode: "own", id: "x" } },
    "ran",
  ],
];

describe.each(SDK_VERSIONS)("a call of a tool with cases over MCP, %s,", (generation) => {
  const open = async (events?: AuditEvent[]) => {
    const client = await connectInMemory(generation, createServer(generation, events));
    closing.push(client.close);
    return client;
  };

  it.each(ROWS)("is decided by %s", async (_, { token, name, args }, expected) => {
    const { ask } = await open();
    const params = { name, ...(args && { arguments: args }) };
    const reply = await ask({ method: "tools/call", params }, authInfoOf(token));
    const { code, scope, tier, param } = denialOf(reply);
    const reason = /Choose a mode\.|Nothing is dropped\./.exec(JSON.stringify(reply))?.[0];
    const shown =
      code === undefined ? "ran" : `${code} ${(scope ?? tier ?? param ?? reason) as string}`;
    expect(shown).toBe(expected);
  });

  it("has the requirement of its branch in the audit event", async () => {
    const events: AuditEvent[] = [];
    const { ask } = await open(events);
    for (const mode of ["explain", "run"]) {
      const params = { name: "run_query", arguments: { mode } };
      await ask({ method: "tools/call", params }, authInfoOf(READ));
    }
    const seen = events.filter(({ operation }) => operation.name === "run_query");
    expect(seen.map(({ requirement }) => JSON.stringify(requirement))).toEqual([
      expect.stringContaining('"read"'),
      expect.stringContaining('"write"'),
    ]);
  });

  it("is listed if any branch is allowed, and its security schemes name `otherwise`", async () => {
    const { ask } = await open();
    const listed = async (token: string) => {
      const { result } = await ask({ method: "tools/list" }, authInfoOf(token));
      return result?.["tools"] as { readonly name: string; readonly securitySchemes: unknown }[];
    };
    const names = async (token: string) => (await listed(token)).map(({ name }) => name);
    expect(await names(READ)).toEqual(["run_query", "defaulted"]);
    expect(await names(tokenOf({ scope: "read", tier: "pro" }))).toContain("guarded");
    // a step-up would open `otherwise`, but nothing opens a denial
    expect(await names(NONE)).toEqual(["run_query", "defaulted"]);
    const [tool] = await listed(READ);
    expect(tool?.securitySchemes).toEqual([{ type: "oauth2", scopes: ["write"] }]);
  });
});

/** Returns the members of the denial in a tool result or a protocol error. */
function denialOf(reply: unknown): Record<string, unknown> & { code?: string } {
  const text = JSON.stringify(reply);
  const find = (value: unknown): Record<string, unknown> | undefined => {
    if (typeof value !== "object" || value === null) return undefined;
    const own = value as Record<string, unknown>;
    if (typeof own["error"] === "string" || typeof own["code"] === "string") return own;
    return Object.values(own).map(find).find(Boolean);
  };
  const found = find(JSON.parse(text)) ?? {};
  const code = (found["error"] ?? found["code"]) as string | undefined;
  return { ...found, ...(code !== undefined && { code }) };
}

describe("the client of the MCP SDK", () => {
  it("gets each branch", async () => {
    const modes: unknown[] = [];
    const server = createServer("v1", [], modes) as McpServerV1;
    const [mine, theirs] = InMemoryV1.createLinkedPair();
    const send = mine.send.bind(mine);
    mine.send = (message, options) =>
      send(message, { ...options, authInfo: authInfoOf(READ) as never });
    const client = new Client(INFO);
    await Promise.all([server.connect(theirs), client.connect(mine)]);
    closing.push(() => client.close());
    const call = async (name: string, args: Record<string, unknown>) => {
      const result = await client.callTool({ name, arguments: args });
      return result.isError === true;
    };
    expect(await call("run_query", { mode: "explain" })).toBe(false);
    expect(await call("run_query", { mode: "run" })).toBe(true);
    expect(await call("guarded", { mode: "drop" })).toBe(true);
    expect(await call("guarded", { mode: "own" })).toBe(true);
    expect(await call("guarded", { mode: null })).toBe(true);
    expect(modes).toEqual(["explain"]);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["run_query", "defaulted"]);
  });
});
