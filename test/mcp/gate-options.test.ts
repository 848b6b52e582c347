import { createMcpHandler } from "@modelcontextprotocol/server";
import express from "express";
import { type McpSessionStore, mcpGate } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import {
  call,
  initialize,
  modern,
  newAuthorizer,
  newServerV2,
  READER,
  surface,
  tokenOf,
  WRITER,
} from "./fixture.js";
import {
  bearer,
  close,
  HOSTS,
  JSON_FIELDS,
  listen,
  type NodeListener,
  sendRaw,
  startHost,
} from "./hosts.js";
import { bearing, textOf } from "./talk.js";

type Fields = readonly (readonly [string, string])[];

async function asked(port: number, message: Parameters<typeof modern>[0], headers: Fields = []) {
  const { body, headers: routing } = modern(message);
  return sendRaw(port, { headers: [...JSON_FIELDS, ...routing, ...headers], body });
}

/** A listener for as long as a test needs it. */
async function serving<Result>(listener: NodeListener, use: (port: number) => Promise<Result>) {
  const { server, port } = await listen(listener);
  try {
    return await use(port);
  } finally {
    await close(server);
  }
}

describe("how a shortage is told", () => {
  it.each([
    ["tool-result", undefined, 200],
    ["auto", "openai-mcp/1.0.0", 200],
    ["auto", "node", 403],
    ["http", "openai-mcp/1.0.0", 403],
  ] as const)("%s to %s: %i", async (challenge, userAgent, status) => {
    const host = await startHost("v2", { challenge });
    const agent: Fields = userAgent === undefined ? [] : [["User-Agent", userAgent]];
    const answered = await asked(host.port, call("write_note"), [bearer(READER), ...agent]);
    expect(answered.status).toBe(status);
    if (status === 200) {
      expect(textOf(answered.json as never)).toMatch(/^more scope is needed/);
      expect(answered.text).toContain("mcp/www_authenticate");
      expect(answered.json).toMatchObject({ result: { resultType: "complete", isError: true } });
    }
    const expired = await asked(host.port, call("read_note"), [bearer("bad"), ...agent]);
    expect(expired.status).toBe(401);
    await host.close();
  });
});

describe("a client without credentials", () => {
  const list = { jsonrpc: "2.0", id: 1, method: "tools/list" } as const;

  it("calls what is public, and nothing else", async () => {
    const host = await startHost("v2");
    expect(textOf((await asked(host.port, call("ping_public"))).json as never)).toBe("ping_public");
    expect((await asked(host.port, list)).status).toBe(401);
    expect(host.runs).toEqual([{ tool: "ping_public", token: undefined }]);
    await host.close();
  });

  it("may shake hands and list where the options say so, and is told to sign in by a result", async () => {
    const options = { anonymous: true, challenge: "tool-result" } as const;
    const host = await startHost("v1-stateless", options);
    const hello = await sendRaw(host.port, {
      headers: JSON_FIELDS,
      body: JSON.stringify(initialize),
    });
    expect(hello.status).toBe(200);
    const body = JSON.stringify(call("read_note"));
    const answered = await sendRaw(host.port, { headers: JSON_FIELDS, body });
    expect(answered.status).toBe(200);
    expect(textOf(answered.json as never)).toMatch(/^authentication required/);
    await host.close();
  });

  it("sees behind the gate what a sign-in would open, where both say so", async () => {
    const authorizer = newAuthorizer();
    const gate = mcpGate(authorizer, { ...surface, anonymous: true });
    const handler = createMcpHandler(() => newServerV2(authorizer, [], { anonymous: true }), {
      keepAliveMs: 0,
    });
    const { text } = await serving(gate.node(handler.fetch), (port) => asked(port, list));
    expect(text).toContain('"read_note"');
    expect(text).not.toContain('"purge"');
  });
});

describe("bodies", () => {
  it("above the limit are not read, whether announced or not", async () => {
    const host = await startHost("v2", { maxBodySize: 2_000 });
    const long = JSON.stringify(call("read_note", { text: "x".repeat(3_000) }));
    const answered = await sendRaw(host.port, {
      headers: [...JSON_FIELDS, bearer(READER)],
      body: long,
    });
    expect(answered.status).toBe(413);
    const web = mcpGate(newAuthorizer(), { maxBodySize: 2_000 }).fetch(() => new Response());
    const request = new Request("https://a.example/mcp", {
      method: "POST",
      headers: [...JSON_FIELDS].map(([name, value]) => [name, value] as [string, string]),
      body: long,
    });
    expect((await web(request)).status).toBe(413);
    await host.close();
  });

  it("that somebody has read before are a fault of the program, and never pass", async () => {
    const authorizer = newAuthorizer();
    const app = express();
    app.use(express.json());
    app.all(
      "/mcp",
      mcpGate(authorizer, surface).node(createMcpHandler(() => newServerV2(authorizer)).fetch),
    );
    const answered = await serving(app, (port) => asked(port, call("read_note"), [bearer(READER)]));
    expect(answered.status).toBe(500);
    expect(answered.text).toContain("before any body parser");
    const web = mcpGate(authorizer).fetch(() => new Response());
    const request = new Request("https://a.example/mcp", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    await request.text();
    expect((await web(request)).status).toBe(500);
  });

  it("are taken from `rawBody` where the platform has read them", async () => {
    const authorizer = newAuthorizer();
    const serve = mcpGate(authorizer, surface).node(
      createMcpHandler(() => newServerV2(authorizer), { keepAliveMs: 0 }).fetch,
    );
    const answered = await serving(
      async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        await serve(Object.assign(request, { rawBody: Buffer.concat(chunks) }), response);
      },
      (port) => asked(port, call("read_note"), [bearer(READER)]),
    );
    expect(textOf(answered.json as never)).toBe("read_note");
  });

  it.each([
    ["too many messages", [call("read_note"), call("read_note"), call("read_note")]],
    ["no message", []],
  ])("with %s are refused", async (_, batch) => {
    const host = await startHost("v1-stateless", { maxBatch: 2 });
    const answered = await sendRaw(host.port, {
      headers: [...JSON_FIELDS, bearer(READER)],
      body: JSON.stringify(batch),
    });
    expect(answered.status).toBe(400);
    await host.close();
  });

  it("of several messages that are short of scope get one challenge with the scopes of all", async () => {
    const host = await startHost("v1-stateless", {}, { challenge: "minimum" });
    const batch = [call("read_note", {}, 1), call("write_note", {}, 2), call("list_notes", {}, 3)];
    const headers = [...JSON_FIELDS, bearer(tokenOf({ scope: "mcp:tools" }))];
    const answered = await sendRaw(host.port, { headers, body: JSON.stringify(batch) });
    expect(answered.status).toBe(403);
    expect(answered.headers.get("www-authenticate")).toContain(
      'scope="notes:read mcp:tools notes:write"',
    );
    expect(host.events).toHaveLength(3);
    expect(host.runs).toEqual([]);
    await host.close();
  });

  it("of other methods than three are refused", async () => {
    const host = await startHost("v2");
    const answered = await sendRaw(host.port, {
      method: "PUT",
      headers: [...JSON_FIELDS, bearer(READER)],
      body: "{}",
    });
    expect([answered.status, answered.headers.get("allow")]).toEqual([405, "GET, POST, DELETE"]);
    const doubled: Fields = [
      ["Mcp-Session-Id", "a"],
      ["Mcp-Session-Id", "b"],
    ];
    expect(
      (await sendRaw(host.port, { method: "GET", headers: [bearer(READER), ...doubled] })).status,
    ).toBe(400);
    await host.close();
  });
});

describe("the web's form", () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    new Request("https://notes.example.com/mcp", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...headers,
      },
      body,
    });

  it("hands on what was decided on", async () => {
    const authorizer = newAuthorizer();
    const gate = mcpGate(authorizer, surface);
    const seen: unknown[] = [];
    const serve = gate.fetch(async (request, passed) => {
      seen.push(
        passed.parsedBody,
        await request.json(),
        passed.authInfo?.token,
        passed.protocolVersion,
      );
      return new Response(null, { status: 204 });
    });
    const body = call("read_note");
    const answered = await serve(post(JSON.stringify(body), { authorization: `Bearer ${READER}` }));
    expect(answered.status).toBe(204);
    expect(seen).toEqual([body, body, READER, "2025-03-26"]);
    expect(
      (await serve(post(JSON.stringify(call("write_note")), { authorization: `Bearer ${READER}` })))
        .status,
    ).toBe(403);
    const metadata = new Request(
      "https://notes.example.com/.well-known/oauth-protected-resource/mcp",
    );
    expect(await (await serve(metadata)).json()).toMatchObject({
      resource: "https://notes.example.com/mcp",
    });
  });

  it("is served without metadata where there is no resource", async () => {
    const gate = mcpGate(newAuthorizer({ resource: undefined as never }));
    const metadata = new Request(
      "https://notes.example.com/.well-known/oauth-protected-resource/mcp",
    );
    expect((await gate.fetch(() => new Response())(metadata)).status).toBe(401);
  });

  it("hands two tokens to nobody", async () => {
    const serve = mcpGate(newAuthorizer(), surface).fetch(() => new Response());
    const request = post(JSON.stringify(call("read_note")), { authorization: `Bearer ${READER}` });
    request.headers.append("authorization", `Bearer ${WRITER}`);
    expect((await serve(request)).status).toBe(400);
  });
});

describe("a store of sessions", () => {
  it("that cannot be asked lets nobody in", async () => {
    const sessions: McpSessionStore = {
      get: () => Promise.reject(new Error("secret inner words")),
      set: () => undefined,
      delete: () => undefined,
    };
    const host = await startHost("v2", { sessions });
    const answered = await asked(host.port, call("read_note"), [
      bearer(READER),
      ["Mcp-Session-Id", "a"],
    ]);
    expect(answered.status).toBe(503);
    expect(answered.text).not.toContain("secret");
    expect(host.runs).toEqual([]);
    await host.close();
  });

  it("gives a session that nobody opened to the first who signs in", async () => {
    const host = await startHost("v2-sessions", { anonymous: true });
    const hello = await sendRaw(host.port, {
      headers: JSON_FIELDS,
      body: JSON.stringify(initialize),
    });
    const session: Fields = [["Mcp-Session-Id", hello.headers.get("mcp-session-id") ?? ""]];
    const run = async (tool: string, credentials: Fields) =>
      (
        await sendRaw(host.port, {
          headers: [...JSON_FIELDS, ...session, ...credentials],
          body: JSON.stringify(call(tool)),
        })
      ).status;
    expect(await run("ping_public", [])).toBe(200);
    expect(await run("read_note", [bearer(READER)])).toBe(200);
    expect(await run("ping_public", [])).toBe(404);
    expect(await run("ping_public", [bearer(tokenOf({ sub: "eve", scope: "" }))])).toBe(404);
    await host.close();
  });
});

describe("a stream that lives long", () => {
  const endless = () =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode(": hello\n\n")),
      }),
      { headers: { "content-type": "text/event-stream" } },
    );
  const opened = (token: string) =>
    new Request("https://notes.example.com/mcp", { headers: { authorization: `Bearer ${token}` } });

  it("ends with the revocation of its token", async () => {
    const revoked = new Set<string>();
    const authorizer = newAuthorizer({ isRevoked: (token) => revoked.has(token.sub ?? "") });
    const serve = mcpGate(authorizer, { recheckStreams: 0.01 }).fetch(endless);
    const response = await serve(opened(READER));
    revoked.add("ada");
    expect(await response.text()).toBe(": hello\n\n");
  });

  it("ends with the life of its token", async () => {
    const exp = Math.floor(Date.now() / 1_000) + 1;
    const serve = mcpGate(newAuthorizer()).fetch(endless);
    const response = await serve(opened(tokenOf({ scope: "mcp:tools", exp })));
    expect(await response.text()).toBe(": hello\n\n");
  });

  it("ends with the scope of a subscription", async () => {
    let tier: string | undefined = "pro";
    const authorizer = newAuthorizer({ subject: () => ({ tier }) });
    const gate = mcpGate(authorizer, {
      methods: { "subscriptions/listen": "export_notes" },
      recheckStreams: 0.01,
    });
    const { body, headers } = modern({
      jsonrpc: "2.0",
      id: 1,
      method: "subscriptions/listen",
      params: {},
    });
    const fields = [...JSON_FIELDS, ...headers, ["authorization", `Bearer ${READER}`]] as [
      string,
      string,
    ][];
    const response = await gate.fetch(endless)(
      new Request("https://notes.example.com/mcp", { method: "POST", headers: fields, body }),
    );
    expect(response.status).toBe(200);
    tier = undefined;
    expect(await response.text()).toBe(": hello\n\n");
  });

  it("is let go when the client goes, or the server ends or fails", async () => {
    let cancelled = false;
    const serve = (body: ReadableStream) =>
      mcpGate(newAuthorizer()).fetch(() => new Response(body))(opened(READER));
    const left = await serve(
      new ReadableStream({
        cancel: () => {
          cancelled = true;
        },
      }),
    );
    await left.body?.cancel();
    expect(cancelled).toBe(true);
    const ended = await serve(new ReadableStream({ start: (controller) => controller.close() }));
    expect(await ended.text()).toBe("");
    const failed = await serve(
      new ReadableStream({ start: (controller) => controller.error(new Error("broken")) }),
    );
    await expect(failed.text()).rejects.toThrow("broken");
  });

  it("of Node's own response is cut off", async () => {
    const revoked = new Set<string>();
    const authorizer = newAuthorizer({ isRevoked: (token) => revoked.has(token.sub ?? "") });
    const gate = mcpGate(authorizer, { ...surface, recheckStreams: 0.01 });
    const listener = HOSTS.v1(gate, authorizer, []);
    await serving(listener, async (port) => {
      const hello = await sendRaw(port, {
        headers: [...JSON_FIELDS, bearer(READER)],
        body: JSON.stringify(initialize),
      });
      const session = hello.headers.get("mcp-session-id") ?? "";
      const stream = await fetch(`http://127.0.0.1:${port}/mcp`, {
        headers: {
          accept: "text/event-stream",
          authorization: `Bearer ${READER}`,
          "mcp-session-id": session,
        },
      });
      expect(stream.status).toBe(200);
      revoked.add("ada");
      await expect(stream.text()).rejects.toThrow();
    });
  });
});

describe("on Node", () => {
  it("cookies stay apart, big bodies arrive whole, and a server that fails is a 500", async () => {
    const gate = mcpGate(newAuthorizer(), surface);
    const chunk = new Uint8Array(500_000).fill(97);
    const big = () =>
      new ReadableStream({
        start: (controller) => {
          for (let n = 0; n < 8; n += 1) controller.enqueue(chunk);
          controller.close();
        },
      });
    const headers = new Headers([
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ]);
    const answered = await serving(
      gate.node(() => new Response(big(), { headers })),
      async (port) => {
        const { body, headers: routing } = modern(call("read_note"));
        const response = await fetch(`http://127.0.0.1:${port}/mcp`, {
          method: "POST",
          body,
          headers: [...JSON_FIELDS, ...routing, bearer(READER)] as [string, string][],
        });
        return {
          cookies: response.headers.getSetCookie(),
          length: (await response.arrayBuffer()).byteLength,
        };
      },
    );
    expect(answered).toEqual({ cookies: ["a=1", "b=2"], length: 4_000_000 });
    const failing = gate.node(() => {
      throw new Error("secret inner words");
    });
    const failed = await serving(failing, (port) =>
      asked(port, call("read_note"), [bearer(READER)]),
    );
    expect([failed.status, failed.text.includes("secret")]).toEqual([500, false]);
    const silent = await serving(
      gate.node(() => new Response(null, { status: 202 })),
      (port) => asked(port, call("read_note"), [bearer(READER)]),
    );
    expect(silent.status).toBe(202);
  });

  it("a response that breaks off is broken off, and a client that leaves is told to the server", async () => {
    const gate = mcpGate(newAuthorizer(), surface);
    const broken = () =>
      new Response(
        new ReadableStream({ pull: (controller) => controller.error(new Error("broken")) }),
      );
    const cut = await serving(gate.node(broken), (port) =>
      asked(port, call("read_note"), [bearer(READER)]),
    );
    expect(cut.status).toBeNaN();
    let gone: (() => void) | undefined;
    const left = new Promise<void>((resolve) => {
      gone = resolve;
    });
    const waiting = gate.node(async (request) => {
      request.signal.addEventListener("abort", () => gone?.());
      return new Response(
        new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([97])) }),
      );
    });
    await serving(waiting, async (port) => {
      const { body, headers: routing } = modern(call("read_note"));
      const stop = new AbortController();
      await fetch(`http://127.0.0.1:${port}/mcp`, {
        method: "POST",
        body,
        signal: stop.signal,
        headers: [...JSON_FIELDS, ...routing, bearer(READER)] as [string, string][],
      });
      stop.abort();
      await left;
    });
  });

  it("a host that is none is no request", async () => {
    const gate = mcpGate(newAuthorizer(), surface);
    const answered = await serving(
      gate.node(() => new Response()),
      (port) => {
        const body = JSON.stringify(call("read_note"));
        return sendRaw(port, {
          path: "http://[bad/mcp",
          headers: [...JSON_FIELDS, bearer(READER)],
          body,
        });
      },
    );
    expect(answered.status).toBe(400);
  });

  it("a request that the middleware has not seen has passed nothing", () => {
    expect(() => mcpGate(newAuthorizer()).passed({})).toThrow(/not come through the gate/);
  });
});

describe("v2's own hook before the stream", () => {
  const authorizer = newAuthorizer();
  const handler = createMcpHandler(() => newServerV2(authorizer), { keepAliveMs: 0 });
  const ask = (message: Parameters<typeof modern>[0], authInfo?: unknown) => {
    const { body, headers } = modern(message);
    const fields = [...JSON_FIELDS, ...headers] as [string, string][];
    const request = new Request("https://notes.example.com/mcp", {
      method: "POST",
      headers: fields,
      body,
    });
    return handler.fetch(request, authInfo === undefined ? {} : { authInfo: authInfo as never });
  };

  it.each([
    ["a shortage", call("write_note"), READER, 403],
    ["enough", call("read_note"), READER, 200],
    ["a plan", call("export_notes"), READER, 200],
    ["no token", call("write_note"), undefined, 200],
    ["a bad token", call("write_note"), "bad", 200],
    [
      "a prompt's shortage",
      { jsonrpc: "2.0", id: 1, method: "prompts/get", params: { name: "summary" } } as const,
      tokenOf({ scope: "mcp:tools" }),
      403,
    ],
    [
      "a resource's shortage",
      { jsonrpc: "2.0", id: 1, method: "resources/read", params: { uri: "notes://all" } } as const,
      tokenOf({ scope: "mcp:tools" }),
      403,
    ],
    [
      "a resource that no map has",
      {
        jsonrpc: "2.0",
        id: 1,
        method: "resources/read",
        params: { uri: "notes://hidden" },
      } as const,
      READER,
      200,
    ],
  ])("answers %s", async (_, message, token, status) => {
    const response = await ask(message, token === undefined ? undefined : bearing(token));
    expect(response.status).toBe(status);
    if (status === 403)
      expect(response.headers.get("www-authenticate")).toContain('error="insufficient_scope"');
  });

  it("leaves one event for each call, whoever answers it", async () => {
    const codes: string[] = [];
    const audited = newAuthorizer({ audit: (event) => void codes.push(event.decision.code) });
    const own = createMcpHandler(() => newServerV2(audited), { keepAliveMs: 0 });
    for (const tool of ["read_note", "write_note", "export_notes", "unmapped"]) {
      const { body, headers } = modern(call(tool));
      const fields = [...JSON_FIELDS, ...headers] as [string, string][];
      const request = new Request("https://notes.example.com/mcp", {
        method: "POST",
        headers: fields,
        body,
      });
      await own.fetch(request, { authInfo: bearing(READER) as never });
    }
    expect(codes).toEqual([
      "allowed",
      "insufficient_scope",
      "upgrade_required",
      "unknown_operation",
    ]);
  });

  it("is silent where the options ask for results", async () => {
    const quiet = createMcpHandler(
      () => newServerV2(authorizer, [], { challenge: "tool-result" }),
      { keepAliveMs: 0 },
    );
    const { body, headers } = modern(call("write_note"));
    const fields = [...JSON_FIELDS, ...headers] as [string, string][];
    const request = new Request("https://notes.example.com/mcp", {
      method: "POST",
      headers: fields,
      body,
    });
    const response = await quiet.fetch(request, { authInfo: bearing(READER) as never });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("more scope is needed");
  });
});

describe("options", () => {
  it.each([
    [{ maxBatch: -1 }, /maxBatch/],
    [{ maxBodySize: 0 }, /maxBodySize/],
    [{ sessions: {} }, /sessions/],
    [{ chalenge: "http" }, /chalenge/],
    [{ upgradeUrl: "plans" }, /upgradeUrl/],
    [{ prompts: { a: "nope" } }, /nope/],
  ])("%j are refused", (options, message) => {
    expect(() => mcpGate(newAuthorizer(), options as never)).toThrow(message);
  });
});
