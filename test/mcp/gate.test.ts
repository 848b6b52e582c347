import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  call,
  EXPIRED,
  initialize,
  type Message,
  modern,
  READER,
  RESOURCE,
  tokenOf,
  WRITER,
} from "./fixture.js";
import {
  bearer,
  HOSTS,
  type Host,
  type HostName,
  JSON_HEADERS,
  type RawResponse,
  sendRaw,
  startHost,
} from "./hosts.js";
import { authInfoOf, type Reply, textOf } from "./in-memory-client.js";

const METADATA =
  'resource_metadata="https://notes.example.com/.well-known/oauth-protected-resource/mcp"';
const NONE: readonly (readonly [string, string])[] = [];

describe.each(Object.keys(HOSTS) as HostName[])("the gate in front of %s", (name) => {
  let host: Host;
  let session: readonly (readonly [string, string])[] = [];
  const isModern = name === "v2";

  /** Sends one message as a client of this host does. */
  const post = (message: Message, token?: string, headers = session): Promise<RawResponse> => {
    const { body, headers: routing } = isModern
      ? modern(message)
      : { body: JSON.stringify(message), headers: NONE };
    const credentials = token === undefined ? [] : [bearer(token)];
    return sendRaw(host.port, {
      headers: [...JSON_HEADERS, ...credentials, ...routing, ...headers],
      body,
    });
  };

  const shakeHands = async (token: string) => {
    const opened = await sendRaw(host.port, {
      headers: [...JSON_HEADERS, bearer(token)],
      body: JSON.stringify(initialize),
    });
    expect(opened.status).toBe(200);
    const id = opened.headers.get("mcp-session-id");
    return id === null ? [] : [["Mcp-Session-Id", id] as const];
  };

  beforeAll(async () => {
    host = await startHost(name);
    session = await shakeHands(READER);
  });
  afterAll(() => host.close());

  it("allows a call, with one event and the verified token", async () => {
    host.events.length = 0;
    const answered = await post(call("read_note"), READER);
    expect(answered.status).toBe(200);
    expect(textOf(answered.json as never)).toBe("read_note");
    expect(host.runs.at(-1)).toMatchObject({ tool: "read_note", token: { sub: "ada" } });
    expect(host.events.map((event) => event.decision.code)).toEqual(["allowed"]);
  });

  it("sends a challenge for missing scope before the stream, by the version of the client", async () => {
    host.events.length = 0;
    const answered = await post(call("write_note"), READER);
    expect(answered.status).toBe(403);
    const scope = isModern
      ? "notes:read notes:write mcp:tools"
      : "mcp:tools notes:read notes:write";
    expect(answered.headers.get("www-authenticate")).toBe(
      `Bearer error="insufficient_scope", scope="${scope}", ${METADATA}, error_description="More scope is needed"`,
    );
    expect(answered.json).toMatchObject({ error: "insufficient_scope", tool: "write_note", scope });
    expect(host.events.map((event) => event.decision.code)).toEqual(["insufficient_scope"]);
  });

  it("returns 401 without a code to an anonymous caller, and with `invalid_token` for an expired token", async () => {
    const anonymous = await post(call("read_note"));
    expect(anonymous.status).toBe(401);
    expect(anonymous.headers.get("www-authenticate")).toBe(`Bearer scope="mcp:tools", ${METADATA}`);
    const expired = await post(call("read_note"), EXPIRED);
    expect(expired.status).toBe(401);
    expect(expired.headers.get("www-authenticate")).toContain('error="invalid_token"');
    expect(expired.headers.get("www-authenticate")).not.toContain("scope=");
    const hello = await sendRaw(host.port, {
      headers: JSON_HEADERS,
      body: JSON.stringify(initialize),
    });
    expect(hello.status).toBe(401);
    expect((await sendRaw(host.port, { method: "GET" })).status).toBe(401);
    expect((await sendRaw(host.port, { method: "DELETE" })).status).toBe(401);
  });

  it("returns 503 in an outage, and does not disclose the reason", async () => {
    const answered = await post(call("read_note"), "outage");
    expect(answered.status).toBe(503);
    expect(answered.headers.get("retry-after")).toBe("5");
    expect(answered.text).not.toContain("secret");
  });

  it("returns a denial that consent cannot fix as a tool result", async () => {
    host.events.length = 0;
    for (const [tool, state] of [
      ["export_notes", "upgrade required: "],
      ["delete_account", "denied: "],
      ["purge", "reserved: "],
      ["account_notes", "invalid parameter"],
      ["constructor", "unknown operation: "],
    ] as const) {
      const answered = await post(call(tool), READER);
      expect(answered.status, tool).toBe(200);
      expect(textOf(answered.json as never), tool).toMatch(new RegExp(`^${state}`));
      expect(answered.headers.get("www-authenticate"), tool).toBeNull();
    }
    expect(host.events).toHaveLength(5);
  });

  it("never runs a denied tool", async () => {
    host.runs.length = 0;
    for (const token of [undefined, EXPIRED, READER, "a b"]) await post(call("write_note"), token);
    expect(host.runs).toEqual([]);
  });

  it.each([
    ["resources/read", { uri: "notes://all" }, READER, 200, undefined],
    ["resources/read", { uri: "notes://hidden" }, WRITER, 200, -32_602],
    ["resources/read", { uri: "file:///etc/passwd" }, WRITER, 200, -32_602],
    ["prompts/get", { name: "summary" }, READER, 200, undefined],
    ["prompts/get", { name: "plan" }, READER, 403, undefined],
    ["prompts/get", { name: "other" }, WRITER, 200, -32_602],
    ["resources/list", {}, READER, 200, undefined],
  ] as const)("decides on %s %j", async (method, params, token, status, code) => {
    const answered = await post({ jsonrpc: "2.0", id: 5, method, params }, token);
    expect(answered.status).toBe(status);
    expect((answered.json as Reply).error?.code).toBe(code);
  });

  it.each([
    ["notes/unknown", {}],
    ["tasks/get", { taskId: "1" }],
    ["tasks/list", {}],
  ])("does not find the method %s, and audits the caller", async (method, params) => {
    host.events.length = 0;
    const answered = await post({ jsonrpc: "2.0", id: 5, method, params }, WRITER);
    expect(answered.status).toBe(isModern ? 404 : 200);
    expect(answered.json).toEqual({
      jsonrpc: "2.0",
      id: 5,
      error: { code: -32_601, message: "method not found: the policy does not name this method" },
    });
    expect(host.events.map(({ operation, decision }) => [operation.name, decision.code])).toEqual([
      [`mcp:${method}`, "unknown_operation"],
    ]);
  });

  it("answers HEAD with a challenge, and lets the server respond to an authenticated caller", async () => {
    const head = (...headers: readonly (readonly [string, string])[]) =>
      sendRaw(host.port, { method: "HEAD", headers });
    const challenged = await head();
    expect(challenged).toMatchObject({ status: 401, text: "" });
    expect(challenged.headers.get("www-authenticate")).toContain('scope="mcp:tools"');
    expect(challenged.headers.get("www-authenticate")).toContain(METADATA);
    expect((await head(bearer(EXPIRED))).status).toBe(401);
    expect((await head(bearer(READER), ...session)).status).toBe(405);
    if (session.length === 0) return;
    const eve = tokenOf({ sub: "eve", scope: "mcp:tools" });
    expect((await head(bearer(eve), ...session)).status).toBe(404);
  });

  it("supports subscriptions to a resource only in the older protocol", async () => {
    const ask = (params: Record<string, unknown>) =>
      post({ jsonrpc: "2.0", id: 6, method: "resources/subscribe", params }, WRITER);
    const answers = [await ask({ uri: "notes://hidden" }), await ask({})];
    expect(answers.map(({ status }) => status)).toEqual(isModern ? [404, 404] : [200, 400]);
    const codes = answers.map(({ json }) => (json as Reply).error?.code);
    expect(codes).toEqual(isModern ? [-32_601, -32_601] : [-32_602, -32_602]);
  });

  it("repeats the id of a message that it can read", async () => {
    const send = (body: string, ...fields: readonly (readonly [string, string])[]) =>
      sendRaw(host.port, { headers: [...JSON_HEADERS, bearer(READER), ...fields], body });
    const message = JSON.stringify(call("read_note", {}, 301));
    const twice = ["Mcp-Method", "tools/call"] as const;
    const malformed = JSON.stringify({ jsonrpc: "2.0", id: "a", method: "tools/call" });
    for (const [answered, code, id] of [
      [await send(message, ["Mcp-Method", "tools/list"]), -32_020, 301],
      [await send(message, twice, twice), -32_020, 301],
      [await send(malformed), -32_602, "a"],
      [await send(message, ["Mcp-Session-Id", "guessed"]), -32_001, 301],
      [await send(`[${message}]`, twice), -32_020, null],
      [await send("{}"), -32_600, null],
      [await send("{"), -32_700, null],
    ] as const) {
      expect(answered.json).toMatchObject({ id, error: { code } });
    }
  });

  it("returns 401 before any error about the message", async () => {
    const malformed = { jsonrpc: "2.0", id: 1, method: "tools/call" } as const;
    expect((await post(malformed)).status).toBe(401);
    expect((await post(malformed, READER)).status).toBe(400);
  });

  it("passes an unknown version on to the SDK, which names the supported versions", async () => {
    const version = "v999.0.0";
    const message = call("read_note", {}, 7);
    host.runs.length = 0;
    const answered = await sendRaw(host.port, {
      headers: [
        ...JSON_HEADERS,
        bearer(READER),
        ...session,
        ["MCP-Protocol-Version", version],
        ["Mcp-Method", message.method],
        ["Mcp-Name", "read_note"],
      ],
      body: isModern
        ? modern(message).body.replace("2026-07-28", version)
        : JSON.stringify(message),
    });
    expect(host.runs).toEqual([]);
    expect(answered.status).toBe(400);
    if (!isModern) return expect(answered.text).toContain("nsupported protocol version");
    expect(answered.json).toMatchObject({
      id: 7,
      error: {
        code: -32_022,
        data: { requested: version, supported: expect.anything() as unknown },
      },
    });
  });

  it("lists what the caller may see, private and not cacheable", async () => {
    const answered = await post({ jsonrpc: "2.0", id: 2, method: "tools/list" }, READER);
    const { result } = answered.json as { result: Record<string, unknown> };
    const names = (result["tools"] as { name: string }[]).map((tool) => tool.name);
    expect(names).toEqual([
      "write_note",
      "read_note",
      "account_notes",
      "export_notes",
      "ping_public",
      "whoami",
      "list_notes",
    ]);
    expect([result["ttlMs"], result["cacheScope"]]).toEqual([0, "private"]);
  });

  it("accepts a batch in the version with batches, and denies all of it for one message", async () => {
    if (isModern || name === "v2-sessions" || name === "v1") return expect(session).toBeDefined();
    const send = (batch: readonly Message[], version: string, token = READER) =>
      sendRaw(host.port, {
        headers: [...JSON_HEADERS, bearer(token), ["MCP-Protocol-Version", version]],
        body: JSON.stringify(batch),
      });
    host.runs.length = 0;
    const good = [call("read_note", {}, 1), call("list_notes", {}, 2)];
    expect((await send(good, "2025-03-26")).status).toBe(200);
    expect((await send(good, "2025-11-25")).status).toBe(400);
    expect(host.runs).toHaveLength(2);
    const short = await send([...good, call("write_note", {}, 3)], "2025-03-26");
    expect(short.status).toBe(403);
    const denied = await send([call("write_note", {}, 1), call("purge", {}, 2)], "2025-03-26");
    expect(denied.status).toBe(200);
    expect(denied.json).toMatchObject(
      [1, 2].map((id) => ({
        id,
        error: { code: -32_010, data: { "scope-policy/denial": { error: "reserved_scope" } } },
      })),
    );
    expect(denied.headers.get("www-authenticate")).toBeNull();
    expect(host.runs).toHaveLength(2);
  });

  it("keeps a session for the user and client that opened it", async () => {
    if (session.length === 0) return expect(["v2", "v1-stateless"]).toContain(name);
    const eve = tokenOf({ sub: "eve", scope: "mcp:tools notes:read notes:write" });
    const otherClient = tokenOf({ client_id: "other", scope: "mcp:tools notes:read" });
    host.runs.length = 0;
    for (const token of [eve, otherClient]) {
      expect((await post(call("read_note"), token)).status).toBe(404);
      const headers = [bearer(token), ["Accept", "text/event-stream"] as const, ...session];
      expect((await sendRaw(host.port, { method: "GET", headers })).status).toBe(404);
      expect((await sendRaw(host.port, { method: "DELETE", headers })).status).toBe(404);
    }
    expect((await post(call("ping_public"))).status).toBe(404);
    expect((await post(call("read_note"), READER, [["Mcp-Session-Id", "guessed"]])).status).toBe(
      404,
    );
    expect(host.runs).toEqual([]);
    // a step-up is another token of the same user through the same client
    expect((await post(call("write_note"), WRITER)).status).toBe(200);
    expect(host.runs.map((run) => run.tool)).toEqual(["write_note"]);
  });

  it("deletes a session that is closed", async () => {
    const own = await shakeHands(READER);
    if (own.length === 0) return expect(["v2", "v1-stateless"]).toContain(name);
    const headers = [bearer(READER), ...own];
    expect((await sendRaw(host.port, { method: "DELETE", headers })).status).toBe(200);
    expect((await post(call("read_note"), READER, own)).status).toBe(404);
  });

  it("publishes the resource metadata", async () => {
    const path = "/.well-known/oauth-protected-resource/mcp";
    const answered = await sendRaw(host.port, { method: "GET", path });
    expect(answered.status).toBe(200);
    expect(answered.json).toMatchObject({ resource: RESOURCE, scopes_supported: ["mcp:tools"] });
  });

  it("ignores an `authInfo` in the parameters", async () => {
    const params = { name: "write_note", arguments: {}, authInfo: authInfoOf(WRITER) };
    const answered = await post({ jsonrpc: "2.0", id: 1, method: "tools/call", params }, READER);
    expect(answered.status).toBe(403);
  });
});
