import { createServer } from "node:http";
import { createMcpHandler } from "@modelcontextprotocol/server";
import type { AuditEvent } from "scope-policy/audit";
import { type McpGateOptions, mcpGate } from "scope-policy/mcp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  call,
  createServerV2,
  createTestAuthorizer,
  initialize,
  type Message,
  modern,
  READER,
  surface,
  type Types,
  tokenOf,
} from "./fixture.js";
import { bearer, close, HOSTS, type HostName, JSON_HEADERS, listen, sendRaw } from "./hosts.js";
import { authInfoOf, open, SDK_VERSIONS } from "./in-memory-client.js";
import { openGate } from "./open-gate.js";

const asking = (method: string, params: Record<string, unknown> = {}): Message => ({
  jsonrpc: "2.0",
  id: 1,
  method,
  params,
});

interface Row {
  readonly message: Message;
  readonly token: string | undefined;
  readonly code: string;
  readonly status: number;
}

const ROWS: readonly Row[] = [
  { message: call("read_note"), token: READER, code: "allowed", status: 200 },
  { message: call("export_notes"), token: READER, code: "upgrade_required", status: 200 },
  { message: call("write_note"), token: READER, code: "insufficient_scope", status: 403 },
  { message: call("read_note"), token: undefined, code: "unauthenticated", status: 401 },
  { message: call("read_note"), token: "bad", code: "invalid_token", status: 401 },
  { message: call("read_note"), token: "outage", code: "temporarily_unavailable", status: 503 },
  {
    message: asking("resources/read", { uri: "notes://all" }),
    token: READER,
    code: "allowed",
    status: 200,
  },
  {
    message: asking("resources/read", { uri: "notes://x" }),
    token: READER,
    code: "unknown_operation",
    status: 200,
  },
  { message: asking("tools/list"), token: "bad", code: "invalid_token", status: 401 },
];

describe.each(["v1-stateless", "v2"] satisfies HostName[])("the audit of a server %s", (name) => {
  const events: AuditEvent[] = [];
  let port = 0;
  let stop = () => Promise.resolve();
  beforeAll(async () => {
    const authorizer = createTestAuthorizer({ audit: (event) => void events.push(event) });
    const gate = mcpGate(authorizer, surface);
    const listening = await listen(HOSTS[name](gate, authorizer, []));
    ({ port } = listening);
    stop = () => close(listening.server);
  });
  afterAll(() => stop());

  it.each(ROWS)("has the status that the client got: %j", async (row) => {
    const { message, token, code, status } = row;
    events.length = 0;
    const { body, headers } =
      name === "v2" ? modern(message) : { body: JSON.stringify(message), headers: [] };
    const credentials = token === undefined ? [] : [bearer(token)];
    const answered = await sendRaw(port, {
      headers: [...JSON_HEADERS, ...credentials, ...headers],
      body,
    });
    expect(answered.status).toBe(status);
    await expect.poll(() => events.length).toBe(2);
    const [first, second] = events;
    expect(first?.decision.code).toBe(code);
    expect(first).not.toHaveProperty("kind");
    expect(second).toEqual({ ...first, kind: "answered", time: second?.time, status });
  });
});

describe("the gate in front of the server", () => {
  const statusesOf = (events: readonly AuditEvent[]) =>
    events.filter(({ kind }) => kind === "answered").map(({ status }) => status);

  const openAudited = (options: McpGateOptions<Types> = {}) => {
    const events: AuditEvent[] = [];
    const opened = openGate(options, { audit: (event) => void events.push(event) });
    return { ...opened, events };
  };

  it("reports the status of the server for calls whose events it writes", async () => {
    const { check, events } = openAudited({ auditAllowed: true });
    const verdict = await check(call("read_note"), { token: READER });
    if (verdict.kind !== "pass") throw new Error("the call is refused");
    expect(statusesOf(events)).toEqual([]);
    await verdict.answered?.(500, undefined);
    await verdict.answered?.(200, undefined);
    await expect.poll(() => statusesOf(events)).toEqual([500]);
  });

  it("reports the status for a call that opens a session in its batch, and binds the session to the caller", async () => {
    const { check, ask, events } = openAudited({ auditAllowed: true });
    // later versions have no batches
    const opening = {
      ...initialize,
      params: { ...initialize.params, protocolVersion: "2025-03-26" },
    };
    const verdict = await check([opening, call("read_note", {}, 1)], { token: READER });
    if (verdict.kind !== "pass") throw new Error("the batch is refused");
    await verdict.answered?.(200, "opened");
    await expect.poll(() => statusesOf(events)).toEqual([200]);
    const fields = { "mcp-session-id": "opened" };
    const other = tokenOf({ sub: "bob", scope: "mcp:tools notes:read" });
    expect(await ask(call("read_note"), { token: READER, fields })).toBeUndefined();
    expect(await ask(call("read_note"), { token: other, fields })).toMatchObject({ status: 404 });
  });

  it("reports one status for all messages of a batch", async () => {
    const { ask, events } = openAudited();
    const batch = [call("write_note", {}, 1), call("export_notes", {}, 2)];
    await ask(batch, { token: READER });
    await expect.poll(() => statusesOf(events)).toEqual([200, 200]);
  });

  it("reports the status of a session that belongs to another caller", async () => {
    const { ask, events } = openAudited({ auditAllowed: true });
    const fields = { "mcp-session-id": "guessed" };
    expect(await ask(call("read_note"), { token: READER, fields })).toMatchObject({ status: 404 });
    await expect.poll(() => statusesOf(events)).toEqual([404]);
  });

  it("reports the status of a batch with a message that it cannot read", async () => {
    const { ask, events } = openAudited({ auditAllowed: true });
    const batch = [call("read_note", {}, 1), asking("tools/call")];
    expect(await ask(batch, { token: READER })).toMatchObject({ status: 400 });
    await expect.poll(() => statusesOf(events)).toEqual([400]);
  });

  it("reports the status for a body that it cannot read", async () => {
    const { ask, events } = openAudited();
    expect(await ask("{", { token: "bad" })).toMatchObject({ status: 401 });
    await expect.poll(() => statusesOf(events)).toEqual([401]);
  });

  it("reports 403 for a token without the baseline", async () => {
    const { ask, events } = openAudited({ handshake: "baseline" });
    await ask(asking("tools/list"), { token: tokenOf({ scope: "notes:read" }) });
    await expect.poll(() => statusesOf(events)).toEqual([403]);
  });
});

describe.each(SDK_VERSIONS)("a server of %s that is not behind HTTP", (generation) => {
  it("has no second event, since there is no status", async () => {
    const events: AuditEvent[] = [];
    const { ask, close: end } = await open(generation, {}, (event) => void events.push(event));
    await ask({ method: "tools/call", params: { name: "read_note" } }, authInfoOf(READER));
    await ask({ method: "tools/call", params: { name: "purge" } }, authInfoOf(READER));
    await end();
    expect(events.map(({ kind }) => kind)).toEqual([undefined, undefined]);
  });
});

describe("`auth` of the request that the gate hands on", () => {
  /** Reads the caller as `mcp-handler` 2.x does: from the request alone. */
  const serveAsMcpHandler = (runs: { tool: string; token: unknown }[]) => {
    const handler = createMcpHandler(
      () => createServerV2(createTestAuthorizer(), runs as never, { anonymous: true }),
      { keepAliveMs: 0 },
    );
    return (request: Request) => {
      const { auth } = request as { auth?: never };
      return handler.fetch(request, { ...(auth !== undefined && { authInfo: auth }) });
    };
  };

  const mounts = {
    fetch: async (options: McpGateOptions<Types>, runs: never[], token?: string) => {
      const serve = mcpGate(createTestAuthorizer(), { ...surface, ...options }).fetch(
        serveAsMcpHandler(runs),
      );
      const headers = new Headers(JSON_HEADERS.map(([name, value]) => [name, value]));
      if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
      const body = JSON.stringify(call(token === undefined ? "ping_public" : "read_note"));
      const url = "https://notes.example.com/mcp";
      return (await serve(new Request(url, { method: "POST", headers, body }))).text();
    },
    node: async (options: McpGateOptions<Types>, runs: never[], token?: string) => {
      const gate = mcpGate(createTestAuthorizer(), { ...surface, ...options });
      const listener = gate.node(serveAsMcpHandler(runs));
      const server = createServer((request, response) => void listener(request, response));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as { port: number };
      const credentials = token === undefined ? [] : [bearer(token)];
      const body = JSON.stringify(call(token === undefined ? "ping_public" : "read_note"));
      const { text } = await sendRaw(port, { headers: [...JSON_HEADERS, ...credentials], body });
      await close(server);
      return text;
    },
  };

  it.each(["fetch", "node"] as const)("is the caller, by `%s`", async (mount) => {
    const runs: { tool: string; token?: { sub: string } }[] = [];
    expect(await mounts[mount]({}, runs as never[], READER)).toContain("read_note");
    expect(runs).toMatchObject([{ tool: "read_note", token: { sub: "ada" } }]);
  });

  it.each(["fetch", "node"] as const)(
    "is own and empty without a caller, by `%s`",
    async (mount) => {
      const runs: unknown[] = [];
      Object.defineProperty(Object.prototype, "auth", {
        value: { token: READER },
        configurable: true,
        writable: true,
      });
      try {
        await mounts[mount]({ anonymous: true }, runs as never[]);
      } finally {
        Reflect.deleteProperty(Object.prototype, "auth");
      }
      expect(runs).toEqual([{ tool: "ping_public", token: undefined }]);
    },
  );
});
