import { Server } from "@modelcontextprotocol/server";
import { type AuthorizationCall, createAuthorizer, definePolicy } from "scope-policy";
import { type McpRequestContext, mcpGate, protect } from "scope-policy/mcp";
import { describe, expect, it, vi } from "vitest";
import { readCaller } from "../../src/mcp/server/caller.js";
import { createListFilter } from "../../src/mcp/server/filter-lists.js";
import { createHandlerGate } from "../../src/mcp/server/handler-gate.js";
import { createPolicyCache } from "../../src/mcp/server/policy-cache.js";
import { createRegistrations } from "../../src/mcp/server/registrations.js";
import { createScopeChallenge } from "../../src/mcp/server/scope-challenge.js";
import { defaultTaskOwners } from "../../src/mcp/server/task-owners.js";
import { createAuthInfo, credentialsOfAuthInfo } from "../../src/mcp/shared/auth-info.js";
import { createHandshake } from "../../src/mcp/shared/handshake.js";
import { createRequiredOperations } from "../../src/mcp/shared/required-operations.js";
import { call, createTestAuthorizer, INFO, policy, READER, surface, tokenOf } from "./fixture.js";
import { authInfoOf, connectInMemory } from "./in-memory-client.js";

describe("what the gate and the SDKs exchange", () => {
  it("is an `AuthInfo` with the scopes and the expiry of the token", () => {
    expect(createAuthInfo("raw", { scope: ["a", "b"], exp: 7 }, undefined)).toEqual({
      token: "raw",
      clientId: "",
      scopes: ["a", "b"],
      expiresAt: 7,
      extra: { sub: undefined, iss: undefined, jti: undefined },
    });
    expect(credentialsOfAuthInfo(null)).toBeUndefined();
    expect(credentialsOfAuthInfo({})).toBe("Bearer");
  });

  it("may lack a context, and then names no caller", () => {
    expect(readCaller(undefined, undefined)).toEqual({
      authorization: undefined,
      protocolVersion: undefined,
      sessionId: undefined,
      requestId: undefined,
      meta: undefined,
    });
  });
});

describe("the gate in front of a handler", () => {
  const authorizer = createTestAuthorizer();
  const gate = createHandlerGate({
    authorizer,
    surface: {},
    registrations: createRegistrations({}),
    handshake: createHandshake(policy, {}),
    tasks: defaultTaskOwners(authorizer),
    targets: createRequiredOperations({}),
    listsOf: (inForce) => createListFilter(inForce, {}, undefined),
    local: undefined,
  });

  it.each([undefined, {}, { method: 7 }])("refuses %j, which has no method", async (request) => {
    const guarded = gate.wrap({ method: undefined, isBare: true }, () => "ran");
    await expect(guarded(request, undefined)).rejects.toMatchObject({ code: -32_601 });
  });

  it("refuses parameters that do not match the method", async () => {
    const guarded = gate.wrap({ method: "tools/call", isBare: false }, () => "ran");
    await expect(guarded({ params: {} }, {})).rejects.toMatchObject({ code: -32_602 });
  });

  it("runs the handler without a context, and returns no token for it", async () => {
    const guarded = gate.wrap({ method: "tools/call", isBare: false }, () => "ran");
    expect(await guarded(call("ping_public"), undefined)).toBe("ran");
    expect(gate.tokenOf(undefined)).toBeUndefined();
  });

  it("denies a call that asks for a task with a protocol error, since the SDK accepts no tool result there", async () => {
    const guarded = gate.wrap({ method: "tools/call", isBare: false }, () => "ran");
    const params = { name: "read_note", arguments: {}, task: {} };
    await expect(guarded({ params }, {})).rejects.toMatchObject({ code: -32_010 });
    expect(await guarded({ params: { name: "read_note" } }, {})).toMatchObject({ isError: true });
  });
});

describe("the list filter", () => {
  const reader = { scope: "mcp:tools notes:read" };
  const { isNamed } = createRegistrations({});
  const createFilter =
    (...given: Parameters<typeof createListFilter>) =>
    (method: string, result: unknown, token?: typeof reader) =>
      createListFilter(...given).filter(method, result, token, isNamed);
  const lists = { filter: createFilter(policy, surface, undefined) };

  it("keeps the resource templates with a visible tool", () => {
    const templates = [
      { uriTemplate: "notes://{accountID}/notes" },
      { uriTemplate: "notes://{x}" },
    ];
    expect(
      lists.filter("resources/templates/list", { resourceTemplates: templates }, reader),
    ).toMatchObject({ resourceTemplates: [templates[0]] });
  });

  it("keeps a resource only if every entry that matches it shows it", () => {
    const listed = { resources: [{ uri: "notes://all" }, { uri: "notes://other" }] };
    const shownFor = (wide: "read_note" | "studio_notes", own: "read_note" | "studio_notes") =>
      createFilter(
        policy,
        { resources: { "notes://{name}": wide, "notes://all": own } },
        undefined,
      )("resources/list", listed, reader);
    expect(shownFor("read_note", "read_note")).toMatchObject(listed);
    expect(shownFor("read_note", "studio_notes")).toMatchObject({
      resources: [{ uri: "notes://other" }],
    });
    expect(shownFor("studio_notes", "read_note")).toMatchObject({ resources: [] });
  });

  it("removes entries without a name, and returns an empty list for a malformed result", () => {
    expect(lists.filter("tools/list", { tools: [{}, { name: 7 }] }, reader)).toMatchObject({
      tools: [],
    });
    const endpoint = [{ name: "GET /notes" }, { name: "" }];
    expect(lists.filter("tools/list", { tools: endpoint }, reader)).toMatchObject({ tools: [] });
    expect(lists.filter("tools/list", undefined, reader)).toMatchObject({ tools: [] });
  });

  it("contains a tool of a pattern whose decision needs an argument", () => {
    const bound = definePolicy({
      name: "Bound",
      version: "1",
      scopes: { "/accounts/{id}/read": "", "admin:all": { reserved: true } },
      tools: { "account_*": "/accounts/{id}/read", "admin_*": "admin:all" },
    });
    const tools = [{ name: "account_notes" }, { name: "admin_notes" }, { name: "other" }];
    expect(createFilter(bound, {}, undefined)("tools/list", { tools }, reader)).toMatchObject({
      tools: [{ name: "account_notes" }],
    });
  });

  it("returns an empty list for a policy without tools", () => {
    const bare = definePolicy({ name: "Bare", version: "1", scopes: {} });
    const tools = [{ name: "read_note" }];
    expect(createFilter(bare, {}, undefined)("tools/list", { tools }, reader)).toMatchObject({
      tools: [],
    });
  });

  it("marks a resource that was read with a token as private", () => {
    const contents: unknown[] = [];
    const read = (result: unknown, token?: typeof reader) =>
      lists.filter("resources/read", result, token);
    expect(read({ contents }, reader)).toEqual({ contents, cacheScope: "private" });
    expect(read({ contents })).toEqual({ contents });
    expect(read(undefined, reader)).toBeUndefined();
  });
});

describe("the v2 SDK's hook before the stream", () => {
  const ask = (
    method: string,
    params: unknown,
    options: Parameters<typeof createTestAuthorizer>[0] = {},
  ) =>
    createScopeChallenge(
      createTestAuthorizer(options),
      createRequiredOperations(surface),
    )({
      request: { method, params },
      authInfo: authInfoOf(READER),
    });

  it("returns nothing for messages without a decision and for sufficient scope", async () => {
    expect(await ask("tools/list", undefined)).toBeUndefined();
    expect(await ask("tools/call", [])).toBeUndefined();
    expect(await ask("tools/call", { name: "read_note" })).toBeUndefined();
  });

  it("names the granted scopes, too, for a client that replaces its scope", async () => {
    const { params } = call("write_note");
    expect(await ask("tools/call", params)).toMatchObject({
      scopes: ["mcp:tools", "notes:read", "notes:write"],
    });
    const _meta = { "io.modelcontextprotocol/protocolVersion": "2026-07-28" };
    expect(await ask("tools/call", { ...params, _meta })).toMatchObject({
      scopes: ["notes:read", "notes:write", "mcp:tools"],
    });
  });

  it("names the scope of the second operation if the first is allowed", async () => {
    const resources = { "notes://{name}": "read_note", "notes://all": "write_note" } as const;
    const challenge = createScopeChallenge(
      createTestAuthorizer(),
      createRequiredOperations({ resources }),
    );
    const request = { method: "resources/read", params: { uri: "notes://all" } };
    expect(await challenge({ request, authInfo: authInfoOf(READER) })).toMatchObject({
      scopes: ["mcp:tools", "notes:read", "notes:write"],
    });
  });

  it("returns nothing if the token is no longer valid at the second check", async () => {
    let looks = 0;
    const isRevoked = () => {
      looks += 1;
      return looks > 1;
    };
    expect(await ask("tools/call", call("write_note").params, { isRevoked })).toBeUndefined();
    expect(looks).toBe(2);
  });
});

it("the v2 SDK's hook returns nothing if the second check finds the scope granted", async () => {
  let looks = 0;
  const verify = () => {
    looks += 1;
    return { scope: looks === 1 ? "mcp:tools" : "mcp:tools notes:read" };
  };
  const challenge = createScopeChallenge(
    createTestAuthorizer({ verify }),
    createRequiredOperations(surface),
  );
  const request = { method: "tools/call", params: { name: "read_note" } };
  expect(await challenge({ request, authInfo: authInfoOf("any") })).toBeUndefined();
  expect(looks).toBe(2);
});

it("the cache of a policy keeps a hundred values and no more", () => {
  const memory = createPolicyCache<number>();
  for (let kind = 0; kind <= 100; kind += 1) memory.set(policy, String(kind), kind);
  expect([memory.get(policy, "99"), memory.get(policy, "100")]).toEqual([99, undefined]);
  memory.set(policy, "100", 7);
  expect(memory.get(policy, "100")).toBeUndefined();
});

describe("the HTTP gate", () => {
  const post = (body: string | ReadableStream | null, token?: string) =>
    new Request("https://notes.example.com/mcp", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body,
      duplex: "half",
    });
  const serve = mcpGate(createTestAuthorizer(), surface).fetch(() => new Response("reached"));

  it("returns 400 for a request without a body and for an interrupted body", async () => {
    expect((await serve(post(null, READER))).status).toBe(400);
    const broken = new ReadableStream({ pull: (sink) => sink.error(new Error("broken")) });
    expect((await serve(post(broken, READER))).status).toBe(400);
  });

  it("passes on no `AuthInfo` for a token that did not come from one header", async () => {
    const authorizer = createTestAuthorizer();
    const own = {
      ...authorizer,
      admit: (given: AuthorizationCall) =>
        authorizer.admit({ ...given, authorization: `Bearer ${READER}` }),
    };
    const seen: McpRequestContext[] = [];
    const reach = mcpGate(own, surface).fetch((_request, passed) => {
      seen.push(passed);
      return new Response("reached");
    });
    expect((await reach(post(JSON.stringify(call("read_note"))))).status).toBe(200);
    expect(seen.map(({ token }) => token?.scope === undefined)).toEqual([false]);
    expect(Object.keys(seen[0] ?? {})).not.toContain("authInfo");
  });

  it("returns 403 for a notification with an unknown method", async () => {
    const body = JSON.stringify({ jsonrpc: "2.0", method: "notes/unknown" });
    expect((await serve(post(body, READER))).status).toBe(403);
    const malformed = JSON.stringify({ jsonrpc: "2.0", method: "tools/call" });
    expect(await (await serve(post(malformed, READER))).json()).toMatchObject({ id: null });
  });

  it("names the allowed methods only in the response to another one", async () => {
    const plain = { "cache-control": "no-store", "content-type": "application/json" };
    const refused = await serve(post("{", READER));
    expect([refused.status, Object.fromEntries(refused.headers)]).toEqual([400, plain]);
    const put = await serve(new Request("https://notes.example.com/mcp", { method: "PUT" }));
    expect([put.status, Object.fromEntries(put.headers)]).toEqual([
      405,
      { ...plain, allow: "GET, POST, DELETE" },
    ]);
  });

  it.each([
    ["without a value", [undefined as never]],
    ["twice", [`Bearer ${READER}`, `Bearer ${READER}`]],
  ])("refuses a request that has its credentials %s", async (_, values) => {
    const gate = mcpGate(createTestAuthorizer(), { anonymous: true });
    const verdict = await gate.check({
      method: "GET",
      target: "/mcp",
      field: (name) => (name === "authorization" ? values : []),
      read: () => Promise.resolve("unreadable"),
    });
    expect(verdict).toMatchObject({ kind: "answer", answer: { status: 400 } });
  });

  it("lets an anonymous stream continue where anonymous callers are allowed", async () => {
    const gate = mcpGate(createTestAuthorizer(), { anonymous: true });
    const verdict = await gate.check({
      method: "GET",
      target: "/mcp",
      field: () => [],
      read: () => Promise.resolve("unreadable"),
    });
    expect(verdict.kind === "pass" && (await verdict.mayContinue?.())).toBe(true);
  });

  it("ends a stream when its token expires, even if the verify function keeps returning the same claims", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const exp = Date.now() / 1_000 + 60;
    const claims = { scope: "mcp:tools notes:read", sub: "ada", exp };
    const gate = mcpGate(createTestAuthorizer({ verify: () => claims }));
    const verdict = await gate.check({
      method: "GET",
      target: "/mcp",
      field: (name) => (name === "authorization" ? ["Bearer abc"] : []),
      read: () => Promise.resolve("unreadable"),
    });
    const mayContinue = async () => verdict.kind === "pass" && (await verdict.mayContinue?.());
    expect(await mayContinue()).toBe(true);
    vi.setSystemTime(exp * 1_000);
    expect(await mayContinue()).toBe(false);
    vi.useRealTimers();
  });
});

it("a server with a schema that names no method is gated by the method of the request", async () => {
  const authorizer = createAuthorizer({ policy, verify: () => undefined, trustClaims: [] });
  const server = new Server(INFO, { capabilities: { tools: {} } });
  protect(server, { policy, authorizer });
  expect(() => server.setRequestHandler({} as never, (() => ({})) as never)).toThrow();
  const { ask, close } = await connectInMemory("v2", server);
  expect(
    (await ask({ method: "tools/list" }, authInfoOf(tokenOf({ scope: "" })))).error,
  ).toBeDefined();
  await close();
});
