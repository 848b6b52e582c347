// The challenge of a request that needs several operations names the smallest set of scopes for all of them.

import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { type AccessToken, createAuthorizer, loadPolicy } from "scope-policy";
import { mcpGate, protect } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import { parseChallenge } from "../resource-server/challenge-parser.js";
import { titled } from "../titled.js";
import { call, INFO, type Message, modern, RESOURCE } from "./fixture.js";
import { JSON_HEADERS } from "./hosts.js";
import { authInfoOf, connectInMemory } from "./in-memory-client.js";
import { requestOf } from "./open-gate.js";

const policy = loadPolicy({
  name: "Notes",
  version: "1",
  tiers: ["free", "pro"],
  scopes: {
    "notes:admin": { implies: ["notes:read", "notes:write", "tags:read"] },
    "notes:read": {},
    "notes:write": {},
    "tags:read": {},
    "reports:read": { tier: "pro" },
  },
  tools: {
    list_notes: { anyOf: ["notes:admin", "notes:read"] },
    list_all: { anyOf: ["tags:read", "notes:read"] },
    edit_note: { anyOf: ["notes:admin", { allOf: ["notes:read", "notes:write"] }] },
    clean_up: "notes:admin",
    ping_notes: { public: true },
    secret: { scope: "tags:read", hidden: true },
    report: "reports:read",
  },
});

const authorizer = createAuthorizer({
  policy,
  verify: (rawToken): AccessToken => ({
    scope: rawToken === "tags" ? "tags:read" : rawToken === "notes" ? "notes:read" : "",
  }),
  resource: RESOURCE,
  trustClaims: [],
});
const SURFACE = {
  resources: {
    "notes://all": "list_all",
    "notes://report": "report",
    "notes://{rest}": "list_notes",
  },
};
const gate = mcpGate(authorizer, SURFACE);

interface Row {
  readonly title: string;
  readonly token: string;
  readonly content: Message | readonly Message[];
  /** The scope of the challenge, or the status without one. */
  readonly scope: string | number;
}

const batch = (...names: readonly string[]) => names.map((name, at) => call(name, {}, at + 1));

const ROWS: readonly Row[] = [
  {
    title: "one scope that all messages accept is named alone",
    token: "none",
    content: batch("list_all", "list_notes"),
    scope: "notes:read",
  },
  {
    title: "two narrow scopes are named instead of one that implies more",
    token: "none",
    content: batch("list_notes", "edit_note"),
    scope: "notes:read notes:write",
  },
  {
    title: "a scope that another message needs is named alone if it implies the others",
    token: "none",
    content: batch("list_all", "edit_note", "clean_up"),
    scope: "notes:admin",
  },
  {
    title: "the scopes of the token come first for a client that replaces its scope",
    token: "tags",
    content: batch("list_all", "list_notes", "edit_note"),
    scope: "tags:read notes:read notes:write",
  },
  {
    title: "a message with several operations is like several messages",
    token: "none",
    content: { jsonrpc: "2.0", id: 1, method: "resources/read", params: { uri: "notes://all" } },
    scope: "notes:read",
  },
  {
    title: "one denied message has the challenge of its own denial",
    token: "none",
    content: call("list_all"),
    scope: "tags:read",
  },
  {
    title: "a denial that consent cannot fix takes precedence",
    token: "none",
    content: batch("list_all", "report", "list_notes"),
    scope: 200,
  },
];

const open = mcpGate(authorizer, { ...SURFACE, anonymous: true });

/** The scopes that the resource metadata names. */
const FIRST = authorizer.metadata()?.document.scopes_supported?.join(" ");

const READ_ALL: Message = {
  jsonrpc: "2.0",
  id: 1,
  method: "resources/read",
  params: { uri: "notes://all" },
};

const SIGN_INS: readonly Omit<Row, "token">[] = [
  {
    title: "one scope that all messages accept is named alone",
    content: batch("list_all", "list_notes"),
    scope: "notes:read",
  },
  {
    title: "a scope that another message needs is named alone if it implies the others",
    content: batch("list_all", "edit_note", "clean_up"),
    scope: "notes:admin",
  },
  {
    title: "a message with several operations is like several messages",
    content: READ_ALL,
    scope: "notes:read",
  },
  {
    title: "one message has the scopes of its own operation",
    content: call("list_all"),
    scope: "tags:read",
  },
  {
    title: "public and hidden tools, responses and lists add nothing",
    content: [
      ...batch("ping_notes", "secret", "list_notes"),
      { jsonrpc: "2.0", id: 9, result: {} } as never,
      { jsonrpc: "2.0", id: 10, method: "tools/list" },
    ],
    scope: "notes:read",
  },
  {
    title: "a message that needs a tier is named with the others",
    content: batch("report", "list_notes"),
    scope: "notes:read reports:read",
  },
];

describe("the 401 without credentials, if clients may list without them", () => {
  it.each(titled(SIGN_INS))("%s", async (_title, { content, scope }) => {
    const verdict = await open.check(requestOf(content));
    if (verdict.kind === "pass") throw new Error("the request passed");
    const { status, headers } = verdict.answer;
    expect(status).toBe(401);
    const attributes = parseChallenge(headers["WWW-Authenticate"]);
    expect(attributes.get("scope")).toBe(scope);
  });

  it("names no scope where messages and resource have none", async () => {
    const verdict = await open.check(requestOf(batch("secret", "nope")));
    if (verdict.kind === "pass") throw new Error("the request passed");
    const challenge = parseChallenge(verdict.answer.headers["WWW-Authenticate"]);
    expect(challenge.has("scope")).toBe(false);
    expect(FIRST).toBe(undefined);
  });
});

describe("protect, where several tools decide on a resource", () => {
  const createServer = (anonymous: boolean) => {
    const server = new McpServer(INFO);
    protect(server, { ...SURFACE, authorizer, anonymous });
    server.registerResource("all", "notes://all", {}, () => ({ contents: [] }));
    return server;
  };
  /** Returns the scope of the challenge in the error of the handler; `undefined` for an allowed call. */
  const challengeInError = async (token: string | undefined, anonymous = false) => {
    const { ask, close } = await connectInMemory("v2", createServer(anonymous));
    const { error } = await ask(READ_ALL, token === undefined ? undefined : authInfoOf(token));
    await close();
    const data = error?.data as { readonly "mcp/www_authenticate": readonly string[] } | undefined;
    return data && parseChallenge(data["mcp/www_authenticate"][0]).get("scope");
  };

  it.each([
    ["a token without scope: the smallest set for all tools", "none", false, "notes:read"],
    [
      "a token with the scope of one tool: that of the other",
      "tags",
      false,
      "tags:read notes:admin",
    ],
    ["a token that opens all: none", "notes", false, undefined],
    ["a caller without a token: the scopes of the resource", undefined, false, FIRST],
    ["a caller without a token that may list: the smallest set", undefined, true, "notes:read"],
  ])("names in the error of the handler, for %s", async (_title, token, anonymous, scope) => {
    expect(await challengeInError(token, anonymous)).toBe(scope);
  });

  it.each([
    ["a token without scope: the smallest set for all tools", "none", "notes:read"],
    ["a token that opens all: none", "notes", undefined],
  ])("names in the 403 before the stream, for %s", async (_title, token, scope) => {
    const handler = createMcpHandler(() => createServer(false), { keepAliveMs: 0 });
    const { body, headers } = modern(READ_ALL);
    const request = new Request(RESOURCE, {
      method: "POST",
      headers: [...JSON_HEADERS, ...headers] as [string, string][],
      body,
    });
    const response = await handler.fetch(request, { authInfo: authInfoOf(token) as never });
    expect(response.status).toBe(scope === undefined ? 200 : 403);
    const challenge = response.headers.get("www-authenticate");
    expect(challenge === null ? undefined : parseChallenge(challenge).get("scope")).toBe(scope);
  });

  it("leaves a denial that consent cannot fix to the handler", async () => {
    const handler = createMcpHandler(() => createServer(false), { keepAliveMs: 0 });
    const { body, headers } = modern({ ...READ_ALL, params: { uri: "notes://report" } });
    const request = new Request(RESOURCE, {
      method: "POST",
      headers: [...JSON_HEADERS, ...headers] as [string, string][],
      body,
    });
    const response = await handler.fetch(request, { authInfo: authInfoOf("none") as never });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("upgrade_required");
  });
});

describe("the challenge", () => {
  it.each(titled(ROWS))("%s", async (_title, { token, content, scope }) => {
    const verdict = await gate.check(requestOf(content, { token }));
    if (verdict.kind === "pass") throw new Error("the request passed");
    const { status, headers } = verdict.answer;
    const challenge = headers["WWW-Authenticate"];
    if (challenge === undefined) return expect(status).toBe(scope);
    expect(status).toBe(403);
    const attributes = parseChallenge(challenge);
    expect(attributes.get("error")).toBe("insufficient_scope");
    expect(attributes.get("scope")).toBe(scope);
  });
});
