import { McpServer } from "@modelcontextprotocol/server";
import { type AuthorizerOptions, createAuthorizer, loadPolicy } from "scope-policy";
import { mcpGate, protect } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import { createListFilter } from "../../src/mcp/server/filter-lists.js";
import { parseChallenge } from "../resource-server/challenge-parser.js";
import { policy as base, call, INFO, type Message, RESOURCE } from "./fixture.js";
import { connectInMemory } from "./in-memory-client.js";

const policy = loadPolicy({
  ...base.definition,
  scopes: {
    ...base.definition.scopes,
    "notes:read": { description: "Read notes", default: "on" },
    "help:read": { description: "Read the help", default: "on" },
  },
  tools: {
    ...base.definition.tools,
    secret_studio: { scope: "notes:read", accountTypes: ["studio"], hidden: true },
    secret_admin: { scope: "admin:all", hidden: true },
  },
});
const surface = {
  resources: {
    "notes://all": "read_note",
    "notes://{accountID}/notes": "account_notes",
    "notes://secret": "secret_tool",
    "notes://studio": "secret_studio",
    "notes://admin": "secret_admin",
  },
  prompts: { plan: "write_note", hint: "secret_tool" },
  methods: { "notes/search": "write_note", "notes/hidden": "secret_tool" },
};
const authorizer = createAuthorizer({
  policy,
  verify: (rawToken) => (rawToken === "empty" ? { scope: "" } : undefined),
  trustClaims: [],
  resource: RESOURCE,
} satisfies AuthorizerOptions);

/** The scopes that the resource metadata names. */
const FIRST = "mcp:tools notes:read help:read";

/** The scopes that the hidden tool needs. */
const SECRET = "notes:read mcp:tools";

const asking = (method: string, params: Record<string, unknown>): Message => ({
  jsonrpc: "2.0",
  id: 1,
  method,
  params,
});

/** Each message, and the scope that its 401 names if clients may list without credentials. */
const ROWS: readonly (readonly [what: string, scope: string, message: Message])[] = [
  ["a tool", "notes:read notes:write mcp:tools", call("write_note")],
  ["a tool that needs the baseline alone", "mcp:tools", call("whoami")],
  [
    "a tool with a parameter",
    "/accounts/a/notes.read mcp:tools",
    call("account_notes", { accountID: "a" }),
  ],
  ["a tool without its parameter", "mcp:tools", call("account_notes")],
  [
    "a tool whose parameter is not safe",
    "mcp:tools",
    call("account_notes", { accountID: 'a", x="' }),
  ],
  ["a tool of a pattern", "notes:read mcp:tools", call("list_notes")],
  ["a tool that needs a tier", "notes:read mcp:tools", call("export_notes")],
  ["a tool that needs a reserved scope", FIRST, call("purge")],
  ["a hidden tool", FIRST, call("secret_tool")],
  ["a denied tool", FIRST, call("delete_account")],
  ["an unknown tool", FIRST, call("nope")],
  ["a resource", "notes:read mcp:tools", asking("resources/read", { uri: "notes://all" })],
  [
    "a resource with a parameter",
    "/accounts/a/notes.read mcp:tools",
    asking("resources/read", { uri: "notes://a/notes" }),
  ],
  ["a resource of a hidden tool", SECRET, asking("resources/read", { uri: "notes://secret" })],
  [
    "a resource of a hidden tool that is for some account types, which no list shows",
    FIRST,
    asking("resources/read", { uri: "notes://studio" }),
  ],
  [
    "a resource of a hidden tool that needs a reserved scope",
    FIRST,
    asking("resources/read", { uri: "notes://admin" }),
  ],
  [
    "a subscription to a resource of a hidden tool",
    SECRET,
    asking("resources/subscribe", { uri: "notes://secret" }),
  ],
  ["a prompt of a hidden tool", SECRET, asking("prompts/get", { name: "hint" })],
  [
    "a completion for a prompt of a hidden tool",
    SECRET,
    asking("completion/complete", {
      ref: { type: "ref/prompt", name: "hint" },
      argument: { name: "day", value: "mon" },
    }),
  ],
  ["a method of the options with a hidden tool", FIRST, asking("notes/hidden", {})],
  ["an unknown resource", FIRST, asking("resources/read", { uri: "notes://x" })],
  ["a prompt", "notes:read notes:write mcp:tools", asking("prompts/get", { name: "plan" })],
  ["a method of the options", "notes:read notes:write mcp:tools", asking("notes/search", {})],
  ["an unknown method", FIRST, asking("notes/unknown", {})],
];

/** Returns the 401 of the gate in front of the server. */
async function answerOf(message: unknown, anonymous: boolean) {
  const answer = await denialOf(message, anonymous);
  expect(answer.status).toBe(401);
  return answer;
}

/** Returns the denial of the gate in front of the server, for a token without a scope if there is an `Authorization` header. */
async function denialOf(message: unknown, anonymous: boolean, authorization?: string) {
  const gate = mcpGate(authorizer, { ...surface, anonymous });
  const bytes = new TextEncoder().encode(JSON.stringify(message));
  const verdict = await gate.check({
    method: "POST",
    target: "/mcp",
    field: (name) => {
      if (name === "authorization" && authorization !== undefined) return [authorization];
      return name === "content-type" ? ["application/json"] : [];
    },
    read: () => Promise.resolve(bytes),
  });
  if (verdict.kind === "pass") throw new Error("the request passes");
  return verdict.answer;
}

/** Returns the challenge of the gate in front of the server. */
async function challengeOf(
  message: unknown,
  anonymous: boolean,
): Promise<ReadonlyMap<string, string>> {
  return parseChallenge((await answerOf(message, anonymous)).headers["WWW-Authenticate"]);
}

describe("the 401 without credentials over MCP", () => {
  it("names the scopes of the resource metadata for every message", async () => {
    expect(authorizer.metadata()?.document.scopes_supported?.join(" ")).toBe(FIRST);
    const listing = [asking("tools/list", {}), asking("ping", {}), asking("initialize", {})];
    for (const message of [...ROWS.map(([, , message]) => message), ...listing]) {
      expect((await challengeOf(message, false)).get("scope")).toBe(FIRST);
    }
  });

  it.each(ROWS)(
    "names, if clients may list without credentials, for %s: %s",
    async (_, scope, message) => {
      const challenge = await challengeOf(message, true);
      expect(challenge.get("scope")).toBe(scope);
      expect(challenge.get("resource_metadata")).toBeDefined();
    },
  );

  it("does not distinguish a hidden tool from an unknown one", async () => {
    const [hidden, unknown] = await Promise.all(
      ["secret_tool", "nope"].map((tool) => answerOf(call(tool), true)),
    );
    expect(hidden).toEqual(unknown);
    expect((await answerOf(call("write_note"), true)).body).toHaveProperty("tool", "write_note");
  });

  it("names no hidden tool that decides on an object", async () => {
    for (const [, , message] of ROWS) {
      expect(JSON.stringify(await answerOf(message, true))).not.toContain("secret_");
    }
  });

  it.each([false, true])(
    "names no hidden tool to a client with a token that is not enough (anonymous: %s)",
    async (anonymous) => {
      const secret = asking("resources/read", { uri: "notes://secret" });
      const answer = await denialOf(secret, anonymous, "Bearer empty");
      expect(answer.status).toBe(403);
      expect(answer.body).toHaveProperty("scope", SECRET);
      for (const [, , message] of ROWS) {
        const denial = await denialOf(message, anonymous, "Bearer empty");
        expect(JSON.stringify(denial)).not.toContain("secret_");
      }
    },
  );

  it("names the scopes of a hidden tool only for objects that a list shows without a token", () => {
    const lists = createListFilter(policy, { ...surface, anonymous: true }, undefined);
    const uris = ["notes://all", "notes://secret", "notes://studio", "notes://admin"];
    const resources = uris.map((uri) => ({ uri }));
    const listed = lists.filter("resources/list", { resources }, undefined, () => true);
    expect(listed).toHaveProperty("resources", resources.slice(0, 2));
  });
});

describe("the challenge of a denial in front of a handler", () => {
  const challengeIn = async (tool: string, anonymous: boolean): Promise<string | undefined> => {
    const server = new McpServer(INFO);
    const mcp = protect(server, { authorizer, anonymous });
    mcp.registerTool(tool, {}, () => ({ content: [] }));
    const { ask, close } = await connectInMemory("v2", server);
    const { result } = await ask({ method: "tools/call", params: { name: tool } });
    await close();
    const challenges = result?._meta?.["mcp/www_authenticate"] as readonly string[] | undefined;
    return parseChallenge(challenges?.[0]).get("scope");
  };

  it.each([
    ["write_note", false, FIRST],
    ["write_note", true, "notes:read notes:write mcp:tools"],
    ["secret_tool", true, FIRST],
  ])("names, for %s with anonymous %s: %s", async (tool, anonymous, scope) => {
    expect(await challengeIn(tool, anonymous)).toBe(scope);
  });
});
