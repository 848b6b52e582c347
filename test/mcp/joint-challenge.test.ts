// The challenge of a request that needs several operations names the smallest set of scopes for all of them.

import { type AccessToken, createAuthorizer, loadPolicy } from "scope-policy";
import { mcpGate } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import { parseChallenge } from "../resource-server/challenge-parser.js";
import { titled } from "../titled.js";
import { call, type Message, RESOURCE } from "./fixture.js";
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
    report: "reports:read",
  },
});

const authorizer = createAuthorizer({
  policy,
  verify: (rawToken): AccessToken => ({ scope: rawToken === "tags" ? "tags:read" : "" }),
  resource: RESOURCE,
  trustClaims: [],
});
const gate = mcpGate(authorizer, {
  resources: { "notes://all": "list_all", "notes://{rest}": "list_notes" },
});

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
