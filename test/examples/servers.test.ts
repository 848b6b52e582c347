import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { build } from "esbuild";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { start as startLocalisation } from "../../examples/localisation/server.js";
import { start as startLoopwise } from "../../examples/loopwise/server.js";
import { start as startMoov } from "../../examples/moov/server.js";
import { start as startMovementors } from "../../examples/movementors/server.js";
import type { RunningExample } from "../../examples/serve.js";
import { root, sourceAliases } from "../../scripts/entries.mjs";
import { titled } from "../titled.js";

/** Starts an example before the tests of a group, stops it after them, and returns a function that returns it. */
function running(start: () => Promise<RunningExample>): () => RunningExample {
  let example: RunningExample | undefined;
  beforeAll(async () => {
    example = await start();
  });
  afterAll(() => example?.close());
  return () => example as RunningExample;
}

async function ask(
  example: RunningExample,
  request: string,
  scope?: string,
  init: RequestInit = {},
): Promise<{ readonly status: number; readonly body: unknown; readonly challenge: string | null }> {
  const [method = "GET", path = ""] = request.split(" ");
  const token = scope === undefined ? undefined : await example.issuer.issue({ scope });
  const headers = new Headers(init.headers);
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  const response = await fetch(new URL(path, example.url), { ...init, method, headers });
  const text = await response.text();
  return {
    status: response.status,
    body: text === "" ? undefined : JSON.parse(text),
    challenge: response.headers.get("www-authenticate"),
  };
}

describe("the payments API (Express)", () => {
  const moov = running(startMoov);
  const json = { headers: { "content-type": "application/json" }, body: '{"name":"Ana"}' };
  type Case = readonly [
    request: string,
    scope: string | undefined,
    status: number,
    body: object,
    init?: RequestInit,
  ];
  const cases: readonly Case[] = [
    ["GET /ping", "/", 200, { pong: true }],
    ["GET /ping", "/accounts.write", 403, { error: "insufficient_scope", scope: "/" }],
    ["GET /ping", undefined, 401, { error: "unauthenticated" }],
    ["POST /accounts", "/accounts.write", 201, { accountID: "account-7" }],
    [
      "PUT /accounts/account-7",
      "/accounts/account-7/profile.write",
      200,
      { accountID: "account-7", profile: { name: "Ana" } },
      json,
    ],
    [
      "PUT /accounts/account-8",
      "/accounts/account-7/profile.write",
      403,
      { error: "binding_mismatch", param: "accountID" },
      json,
    ],
    [
      "GET /accounts/account-7/wallets/wallet-1",
      "/accounts/account-7/",
      200,
      { walletID: "wallet-1" },
    ],
    [
      "POST /accounts/account-7/cards",
      "/accounts/account-7/",
      403,
      { error: "insufficient_scope", tool: "add_card", scope: "/accounts/account-7/cards.write" },
    ],
    [
      "POST /accounts/a%2fb/cards",
      "/accounts/account-7/cards.write",
      400,
      { error: "invalid_params", param: "accountID" },
    ],
    ["POST /transfers", "/accounts/platform-1/transfers.write", 201, { from: "platform-1" }],
    ["POST /transfers", undefined, 401, { error: "unauthenticated" }],
    [
      "POST /transfers",
      "/",
      403,
      { error: "insufficient_scope", scope: "/accounts/platform-1/transfers.write" },
    ],
    // the token is bound to the platform account of another client, and the caller names that account too
    [
      "POST /transfers?platformAccountID=platform-2&accountID=platform-2",
      "/accounts/platform-2/transfers.write",
      403,
      { error: "binding_mismatch", param: "platformAccountID" },
      { ...json, body: '{"platformAccountID":"platform-2","accountID":"platform-2"}' },
    ],
    // the token is bound to the platform account of its client, and the caller names another one
    [
      "POST /transfers?platformAccountID=platform-2&accountID=platform-2",
      "/accounts/platform-1/transfers.write",
      201,
      { from: "platform-1" },
      { ...json, body: '{"platformAccountID":"platform-2","accountID":"platform-2"}' },
    ],
  ];

  it.each(
    titled(
      cases,
      ([request, scope, status]) => `${request} with a token for ${scope} with ${status}`,
    ),
  )("responds to %s", async (_title, [request, scope, status, body, init]) => {
    const answer = await ask(moov(), request, scope, init);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject(body);
  });

  it("denies a transfer to a client without a platform account", async () => {
    const scope = "/accounts/platform-1/transfers.write";
    const token = await moov().issuer.issue({ scope, client_id: "stranger" });
    const response = await fetch(new URL("/transfers", moov().url), {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error: "binding_mismatch" });
  });

  it("names its authorization server in its metadata", async () => {
    const { url, issuer } = moov();
    const { body } = await ask(moov(), "GET /.well-known/oauth-protected-resource");
    expect(body).toMatchObject({ resource: url, authorization_servers: [issuer.issuer] });
  });
});

describe("the localisation API (Fastify)", () => {
  const localisation = running(startLocalisation);
  const base = "/api/oauth-client";

  it.each([
    [`GET ${base}/me`, "org:read", 200, { sub: "user-1", client_id: "client-1" }],
    [`GET ${base}/me`, undefined, 401, { error: "unauthenticated" }],
    [`GET ${base}/organizations`, "org:read", 200, [{ slug: "acme" }]],
    [`GET ${base}/organizations`, "projects:read", 403, { scope: "org:read" }],
    [`GET ${base}/organizations/42/projects`, "projects:read", 200, [{ id: "7" }]],
    [`GET ${base}/organizations/acme/projects/web/models`, "content:read", 200, []],
    [`POST ${base}/v1/projects`, "projects:write", 201, { id: "8" }],
    [`GET ${base}/v1/projects/7`, "projects:read", 200, { id: "7" }],
    [`POST ${base}/v1/projects/7/languages`, "projects:write", 200, { added: true }],
    [`POST ${base}/publish`, "translations:write", 403, { tool: "publish_translations" }],
    [`POST ${base}/publish`, "translations:publish", 200, { published: true }],
    ["GET /health", undefined, 200, { ok: true }],
    ["GET /nothing", "org:read", 404, {}],
  ] as const)(
    "responds to %s with a token for %s with %d",
    async (request, scope, status, body) => {
      const answer = await ask(localisation(), request, scope);
      expect(answer.status).toBe(status);
      expect(answer.body).toMatchObject(body);
    },
  );
});

/** Connects a client of the SDK with a token. */
async function connect(
  { url, issuer }: RunningExample,
  claims: Parameters<RunningExample["issuer"]["issue"]>[0],
): Promise<Client> {
  const token = await issuer.issue(claims);
  const client = new Client({ name: "test", version: "1" });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    }),
  );
  return client;
}

const textOf = (result: unknown) =>
  ((result as { content: readonly { text?: string }[] }).content[0] as { text?: string }).text;

describe("the school platform (MCP behind Express)", () => {
  const loopwise = running(startLoopwise);

  it("lists the tools that consent can allow, runs allowed tools, and challenges for the others", async () => {
    const client = await connect(loopwise(), { scope: "openid courses:read" });
    const { tools } = await client.listTools();
    expect(tools).toHaveLength(33);
    expect(textOf(await client.callTool({ name: "list_courses", arguments: {} }))).toContain(
      "Watercolour",
    );
    await expect(client.callTool({ name: "list_orders", arguments: {} })).rejects.toThrow();
    await client.close();
    const { status, challenge } = await ask(loopwise(), "POST /mcp", "openid courses:read", {
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_orders","arguments":{}}}',
    });
    expect(status).toBe(403);
    expect(challenge).toContain('error="insufficient_scope"');
    expect(challenge).toContain("orders:read");
  });

  it("runs each of its tools for a token with every scope", async () => {
    const { policy } = await import("../../examples/loopwise/policy.js");
    const scopes = Object.keys(policy.definition.scopes);
    const client = await connect(loopwise(), { scope: scopes.join(" ") });
    const args: Readonly<Record<string, unknown>> = {
      id: "course-1",
      title: "T",
      text: "t",
      name: "N",
      theme: "dark",
      file: "f.png",
    };
    for (const { name, inputSchema } of (await client.listTools()).tools) {
      const wanted = Object.keys(inputSchema.properties ?? {}).map(
        (key) => [key, args[key]] as const,
      );
      const result = await client.callTool({ name, arguments: Object.fromEntries(wanted) });
      expect([name, result.isError ?? false]).toEqual([name, false]);
      expect(typeof textOf(result)).toBe("string");
    }
    await client.close();
  });
});

describe("the platform for mentors (MCP on node:http)", () => {
  const movementors = running(startMovementors);
  const scope = "mcp:tools read:classes write:classes read:profile";

  it("returns a tier that is too low and a denied tool as results that a model can read", async () => {
    const client = await connect(movementors(), { sub: "ana", scope });
    const call = (name: string) => client.callTool({ name, arguments: {} });
    expect(textOf(await call("list_classes"))).toBe("list_classes, done for ana");
    const upgrade = await call("update_class");
    expect(upgrade.isError).toBe(true);
    expect(textOf(upgrade)).toMatch(/^upgrade required/);
    const denied = await call("delete_account");
    expect(denied.isError).toBe(true);
    expect(textOf(denied)).toMatch(/^denied/);
    const { tools } = await client.listTools();
    const names = tools.map((tool) => tool.name);
    expect(names).toContain("update_class");
    expect(names).not.toContain("delete_account");
    await client.close();
  });

  it("allows a higher tier, and lets an anonymous caller search the directory", async () => {
    const client = await connect(movementors(), { sub: "ben", scope });
    const result = await client.callTool({ name: "update_class", arguments: {} });
    expect(textOf(result)).toBe("update_class, done for ben");
    await client.close();
    const anonymous = new Client({ name: "test", version: "1" });
    await anonymous.connect(new StreamableHTTPClientTransport(new URL(movementors().url)));
    const search = await anonymous.callTool({ name: "search_directory", arguments: {} });
    expect(textOf(search)).toBe("search_directory, done for an anonymous caller");
    await anonymous.close();
  });
});

describe("the worker (workerd)", () => {
  const issuer = "https://as.example.com";
  const resource = "https://notes.example.com/";
  let worker: Miniflare | undefined;
  let issue: (scope: string) => Promise<string>;

  beforeAll(async () => {
    const { publicKey, privateKey } = await generateKeyPair("RS256");
    const jwk = { ...(await exportJWK(publicKey)), kid: "k", alg: "RS256", use: "sig" };
    issue = (scope) =>
      new SignJWT({ scope, sub: "user-1", client_id: "c", jti: "j" })
        .setProtectedHeader({ alg: "RS256", typ: "at+jwt", kid: "k" })
        .setIssuer(issuer)
        .setAudience(resource)
        .setIssuedAt()
        .setExpirationTime("5m")
        .sign(privateKey);
    const { outputFiles } = await build({
      entryPoints: [`${root}/examples/worker/worker.ts`],
      bundle: true,
      write: false,
      format: "esm",
      platform: "browser",
      alias: sourceAliases,
    });
    worker = new Miniflare({
      modules: true,
      script: (outputFiles[0] as { text: string }).text,
      compatibilityDate: "2026-04-01",
      bindings: { ISSUER: issuer, RESOURCE: resource, JWKS: JSON.stringify({ keys: [jwk] }) },
    });
    await worker.ready;
  }, 60_000);
  afterAll(() => worker?.dispose());

  it.each([
    ["GET", "health", undefined, 200, { for: "anonymous" }],
    ["GET", "notes", undefined, 401, { error: "unauthenticated" }],
    ["GET", "notes", "notes:read", 200, { for: "user-1" }],
    ["PUT", "notes/1", "notes:read", 403, { error: "insufficient_scope", scope: "notes:write" }],
    ["GET", "notes/", "notes:read", 403, { error: "unknown_operation" }],
    ["GET", ".well-known/oauth-protected-resource", undefined, 200, { resource }],
  ] as const)(
    "responds to %s /%s with a token for %s with %d",
    async (method, path, scope, status, body) => {
      const headers = scope === undefined ? {} : { authorization: `Bearer ${await issue(scope)}` };
      const response = await (worker as Miniflare).dispatchFetch(`${resource}${path}`, {
        method,
        headers,
      });
      expect(await response.json()).toMatchObject(body);
      expect(response.status).toBe(status);
    },
  );
});
