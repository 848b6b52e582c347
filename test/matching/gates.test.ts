// Matching rules at real gates: a token that covers what a call needs is let through, and a near miss gets the scope to ask for.

import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import Router from "@koa/router";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import express, { type Express } from "express";
import Koa from "koa";
import { createAuthorizer, loadPolicy } from "scope-policy";
import { expressGate } from "scope-policy/express";
import { koaGate } from "scope-policy/koa";
import { mcpGate, protect } from "scope-policy/mcp";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { titled } from "../titled.js";

const express4 = createRequire(import.meta.url)("express4") as typeof express;

const PATH = { match: "path-prefix" } as const;
const SMART = { match: "smart" } as const;
const REGISTRY = { match: "registry" } as const;

const policy = loadPolicy({
  name: "Clinic",
  version: "1",
  scopes: {
    read: { match: "parent" },
    "read:notes": {},
    "read:notes:own": {},
    "admin.*.read": { match: "wildcard" },
    "admin.users.read": {},
    "storage.read:/{path}": PATH,
    "copies.read:/{path}": PATH,
    "patient/{Type}.r": SMART,
    "patient/{Type}.s": SMART,
    "repository:{name}:pull": REGISTRY,
    "repository:{name}:push": REGISTRY,
  },
  tools: {
    notes: "read:notes",
    users: "admin.users.read",
    file: "storage.read:/{path}",
    search: { allOf: ["patient/{Type}.r", "patient/{Type}.s"] },
    pull: "repository:{name}:pull",
    copy: { allOf: ["storage.read:/{path}", "copies.read:/{path}"] },
  },
  endpoints: {
    "GET /notes": "read:notes",
    "GET /users": "admin.users.read",
    "GET /files/{path*}": "storage.read:/{path}",
    "GET /patients/:Type": { allOf: ["patient/{Type}.r", "patient/{Type}.s"] },
    "GET /v2/{name*}": "repository:{name}:pull",
  },
});

interface Row {
  readonly scope: string;
  readonly tool: "notes" | "users" | "file" | "search" | "pull";
  readonly params?: Readonly<Record<string, string>>;
  readonly path: string;
  /** The scope of the challenge; `undefined` if the call is allowed. */
  readonly challenge?: string;
}

/** The tools that each of the listed tokens opens, or that more consent would open. */
const ALWAYS = ["notes", "users", "file", "search", "pull"];

const NOTES = { tool: "notes", path: "/notes" } as const;
const USERS = { tool: "users", path: "/users" } as const;
const file = (path: string) =>
  ({ tool: "file", params: { path }, path: `/files/${path}` }) as const;
const SEARCH = { tool: "search", params: { Type: "X" }, path: "/patients/X" } as const;
const PULL = { tool: "pull", params: { name: "a/b" }, path: "/v2/a/b" } as const;

const ROWS: readonly Row[] = [
  { scope: "read", ...NOTES },
  { scope: "read:notes:own", ...NOTES, challenge: "read:notes" },
  { scope: "readnotes rea", ...NOTES, challenge: "read:notes" },
  { scope: "admin.*.read", ...USERS },
  { scope: "admin.users", ...USERS, challenge: "admin.users.read" },
  { scope: "admin.*", ...USERS, challenge: "admin.users.read" },
  { scope: "storage.read:/home", ...file("home/x") },
  { scope: "storage.read:/", ...file("home/x") },
  { scope: "storage.read:/home/", ...file("home/x"), challenge: "storage.read:/home/x" },
  { scope: "storage.read:/home/*", ...file("home/x"), challenge: "storage.read:/home/x" },
  { scope: "patient/X.rs", ...SEARCH },
  { scope: "patient/*.r patient/X.s", ...SEARCH },
  { scope: "patient/X.sr", ...SEARCH, challenge: "patient/X.r patient/X.s" },
  { scope: "patient/*.r", ...SEARCH, challenge: "patient/X.r patient/X.s" },
  { scope: "repository(plugin):a/b:push,pull", ...PULL },
  { scope: "repository:a/b:push", ...PULL, challenge: "repository:a/b:pull" },
  { scope: "repository:a/b:pull,delete", ...PULL, challenge: "repository:a/b:pull" },
];

/** Calls that more consent does not allow: the token has the scope for another value. */
const BOUND: readonly Row[] = [
  { scope: "storage.read:/home", ...file("homes/x") },
  { scope: "storage.read:/home/x/y", ...file("home/x") },
  { scope: "patient/Y.rs", ...SEARCH },
  { scope: "repository:a:pull", ...PULL },
];

const authorizer = createAuthorizer({
  policy,
  challenge: "minimum",
  verify: (raw) => ({ scope: Buffer.from(raw, "base64url").toString(), sub: "u" }),
  resource: "https://api.example.com/mcp",
  authorizationServers: ["https://as.example"],
});
const bearer = (scope: string) => `Bearer ${Buffer.from(scope).toString("base64url")}`;

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("a request through the gate of Express", () => {
  const createApp = (): Express => {
    const app = express();
    const gate = expressGate(authorizer);
    for (const path of ["/notes", "/users", "/files/*path", "/patients/:Type", "/v2/*name"]) {
      app.get(path, gate.endpoint(), (_req, res) => void res.send("ok"));
    }
    return app;
  };
  const request = async ({ scope, path }: Row) => {
    const origin = await serve(createServer(createApp()));
    return fetch(origin + path, { headers: { Authorization: bearer(scope) } });
  };

  it.each(
    titled(ROWS, ({ scope, path, challenge }) => `${scope} at ${path}: ${challenge ?? "ok"}`),
  )("is let through by a broader scope, or gets the scope to ask for: %s", async (_title, row) => {
    const response = await request(row);
    expect(response.status).toBe(row.challenge === undefined ? 200 : 403);
    const line = response.headers.get("WWW-Authenticate");
    if (row.challenge === undefined) expect(line).toBeNull();
    else expect(line).toContain(`error="insufficient_scope", scope="${row.challenge}"`);
  });

  it.each(titled(BOUND, ({ scope, path }) => `${scope} at ${path}`))(
    "gets no challenge if the scope covers other values: %s",
    async (_title, row) => {
      const response = await request(row);
      expect(response.status).toBe(403);
      expect(response.headers.get("WWW-Authenticate")).toBeNull();
      expect(await response.json()).toMatchObject({ error: "binding_mismatch" });
    },
  );
});

describe("a gate by the name of an endpoint with a catch-all", () => {
  const NAME = "GET /files/{path*}" as never;
  const ofExpress = (make: typeof express, route: string) => {
    const app = make();
    app.get(route, expressGate(authorizer)(NAME), (_req, res) => void res.send("ok"));
    return createServer(app);
  };
  const ofKoa = () => {
    const router = new Router();
    router.get("/files/*path", koaGate(authorizer)(NAME), (ctx) => {
      ctx.body = "ok";
    });
    const handle = new Koa().use(router.routes()).callback();
    return createServer((request, response) => void handle(request, response));
  };
  const HOSTS: Readonly<Record<string, () => Server>> = {
    "Express 4": () => ofExpress(express4, "/files/:path(.*)"),
    "Express 5": () => ofExpress(express, "/files/*path"),
    Koa: ofKoa,
  };
  it.each(Object.entries(HOSTS))("of %s reads its segments", async (_title, create) => {
    const origin = await serve(create());
    const headers = { Authorization: bearer("storage.read:/home") };
    const statusOf = async (path: string) => (await fetch(origin + path, { headers })).status;
    expect(await statusOf("/files/home")).toBe(200);
    expect(await statusOf("/files/home/x/y")).toBe(200);
    expect(await statusOf("/files/homes/x")).toBe(403);
    expect(await statusOf("/files/home/..%2Fx")).toBe(400);
    expect(await statusOf("/files/home//x")).toBe(400);
  });

  it("of Express 5 reads no segment with a slash of its own", async () => {
    const origin = await serve(ofExpress(express, "/files/*path"));
    const headers = { Authorization: bearer("storage.read:/home") };
    expect((await fetch(`${origin}/files/home/a%2Fb`, { headers })).status).toBe(400);
  });
});

describe("a client of the MCP SDK", () => {
  const inputSchema = z.looseObject({});
  const open = async (scope: string) => {
    const handler = createMcpHandler(
      () => {
        const server = new McpServer({ name: "clinic", version: "1" });
        protect(server, { authorizer, challenge: "tool-result" });
        for (const tool of policy.toolNames) {
          server.registerTool(tool, { inputSchema }, () => ({ content: [] }));
        }
        return server;
      },
      { keepAliveMs: 0 },
    );
    const gate = mcpGate(authorizer, { challenge: "tool-result" });
    const origin = await serve(createServer(gate.node(handler.fetch) as never));
    const client = new Client(
      { name: "client of tests", version: "1" },
      { versionNegotiation: { mode: "auto" } },
    );
    const headers = { Authorization: bearer(scope) };
    const transport = new StreamableHTTPClientTransport(new URL(`${origin}/mcp`), {
      requestInit: { headers },
    });
    await client.connect(transport);
    return client;
  };

  it.each(
    titled(ROWS, ({ scope, tool, challenge }) => `${scope} for ${tool}: ${challenge ?? "ok"}`),
  )(
    "reaches a tool by a broader scope, or gets the scope to ask for: %s",
    async (_title, { scope, tool, params, challenge }) => {
      const client = await open(scope);
      const result = await client.callTool({ name: tool, arguments: params ?? {} });
      expect(result.isError ?? false).toBe(challenge !== undefined);
      if (challenge !== undefined) {
        expect(result._meta?.["scope-policy/denial"]).toMatchObject({
          error: "insufficient_scope",
          scope: challenge,
        });
        expect(result._meta?.["mcp/www_authenticate"]).toMatchObject([
          expect.stringContaining(`scope="${challenge}"`),
        ]);
      }
      await client.close();
    },
  );

  it.each(titled(BOUND, ({ scope, tool }) => `${scope} for ${tool}`))(
    "gets no challenge if the scope covers other values: %s",
    async (_title, { scope, tool, params }) => {
      const client = await open(scope);
      const result = await client.callTool({ name: tool, arguments: params ?? {} });
      expect(result.isError).toBe(true);
      expect(result._meta?.["scope-policy/denial"]).toMatchObject({ error: "binding_mismatch" });
      expect(result._meta?.["mcp/www_authenticate"]).toBeUndefined();
      await client.close();
    },
  );

  it.each([
    // a tool of which the token has a scope for other values alone can succeed for no value that another scope names too
    ["read storage.read:/home copies.read:/homes", ALWAYS],
    ["storage.read:/home copies.read:/home/x", [...ALWAYS, "copy"]],
    ["storage.read:/ copies.read:/x", [...ALWAYS, "copy"]],
    ["patient/X.r patient/Y.s", ["notes", "users", "file", "pull", "copy"]],
    ["patient/X.r patient/*.s", [...ALWAYS, "copy"]],
    ["repository:a:pull repository:b:push", [...ALWAYS, "copy"]],
  ])("sees in the list the tools that some value can open: %s", async (scope, names) => {
    const client = await open(scope);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(names);
    await client.close();
  });
});
