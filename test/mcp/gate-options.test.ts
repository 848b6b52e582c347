import type { AddressInfo } from "node:net";
import { createMcpHandler } from "@modelcontextprotocol/server";
import express from "express";
import fastify from "fastify";
import { createAuthorizer } from "scope-policy";
import { mcpGate } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import {
  call,
  createServerV2,
  createTestAuthorizer,
  initialize,
  modern,
  policy,
  READER,
  surface,
  tokenOf,
  verify,
  WRITER,
} from "./fixture.js";
import {
  bearer,
  close,
  JSON_HEADERS,
  listen,
  type NodeListener,
  sendRaw,
  startHost,
} from "./hosts.js";
import { textOf } from "./in-memory-client.js";

type Fields = readonly (readonly [string, string])[];

async function asked(port: number, message: Parameters<typeof modern>[0], headers: Fields = []) {
  const { body, headers: routing } = modern(message);
  return sendRaw(port, { headers: [...JSON_HEADERS, ...routing, ...headers], body });
}

/** Runs a listener for the duration of a test. */
async function serving<Result>(listener: NodeListener, use: (port: number) => Promise<Result>) {
  const { server, port } = await listen(listener);
  try {
    return await use(port);
  } finally {
    await close(server);
  }
}

describe("a denial for missing scope", () => {
  it.each([
    ["tool-result", undefined, 200],
    ["auto", "openai-mcp/1.0.0", 200],
    ["auto", "node", 403],
    ["http", "openai-mcp/1.0.0", 403],
  ] as const)(
    "in the form %s to the client %s has status %i",
    async (challenge, userAgent, status) => {
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
    },
  );
});

describe("a client without credentials", () => {
  const list = { jsonrpc: "2.0", id: 1, method: "tools/list" } as const;

  it("calls public tools, and nothing else", async () => {
    const host = await startHost("v2");
    expect(textOf((await asked(host.port, call("ping_public"))).json as never)).toBe("ping_public");
    expect((await asked(host.port, list)).status).toBe(401);
    expect(host.runs).toEqual([{ tool: "ping_public", token: undefined }]);
    await host.close();
  });

  it("may initialize and list if the options allow it, and gets a 401 as a tool result", async () => {
    const options = { anonymous: true, challenge: "tool-result" } as const;
    const host = await startHost("v1-stateless", options);
    const hello = await sendRaw(host.port, {
      headers: JSON_HEADERS,
      body: JSON.stringify(initialize),
    });
    expect(hello.status).toBe(200);
    const body = JSON.stringify(call("read_note"));
    const answered = await sendRaw(host.port, { headers: JSON_HEADERS, body });
    expect(answered.status).toBe(200);
    expect(textOf(answered.json as never)).toMatch(/^authentication required/);
    await host.close();
  });

  it("sees the tools that a sign-in would open, if gate and server allow anonymous callers", async () => {
    const authorizer = createTestAuthorizer();
    const gate = mcpGate(authorizer, { ...surface, anonymous: true });
    const handler = createMcpHandler(() => createServerV2(authorizer, [], { anonymous: true }), {
      keepAliveMs: 0,
    });
    const { text } = await serving(gate.node(handler.fetch), (port) => asked(port, list));
    expect(text).toContain('"read_note"');
    expect(text).not.toContain('"purge"');
  });
});

describe("an audit sink that fails", () => {
  it("before an allowed call closes the gate in front of the server", async () => {
    const authorizer = createAuthorizer({
      policy,
      verify,
      trustClaims: [],
      resource: "https://api.example.com/mcp",
      audit: () => {
        throw new Error("the disk is full");
      },
      onOutage: () => undefined,
    });
    const ran: string[] = [];
    const gate = mcpGate(authorizer, { ...surface, auditAllowed: true });
    const serve = () => {
      ran.push("the server");
      return new Response();
    };
    const answered = await serving(gate.node(serve), (port) =>
      asked(port, call("read_note"), [bearer(READER)]),
    );
    // neither event of the call was written
    expect([answered.status, authorizer.outages.audit]).toEqual([503, 2]);
    expect(answered.text).toContain("temporarily_unavailable");
    expect(ran).toEqual([]);
  });
});

describe("a body", () => {
  it("above the limit is not read, with or without `Content-Length`", async () => {
    const host = await startHost("v2", { maxBodySize: 2_000 });
    const long = JSON.stringify(call("read_note", { text: "x".repeat(3_000) }));
    const answered = await sendRaw(host.port, {
      headers: [...JSON_HEADERS, bearer(READER)],
      body: long,
    });
    expect(answered.status).toBe(413);
    const web = mcpGate(createTestAuthorizer(), { maxBodySize: 2_000 }).fetch(() => new Response());
    const request = new Request("https://a.example/mcp", {
      method: "POST",
      headers: [...JSON_HEADERS].map(([name, value]) => [name, value] as [string, string]),
      body: long,
    });
    expect((await web(request)).status).toBe(413);
    await host.close();
  });

  it("that other code has read gets 500, and never passes", async () => {
    const authorizer = createTestAuthorizer();
    const app = express();
    app.use(express.json());
    app.all(
      "/mcp",
      mcpGate(authorizer, surface).node(createMcpHandler(() => createServerV2(authorizer)).fetch),
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

  it("reaches the gate unread behind Fastify, in a context without body parsers", async () => {
    const authorizer = createTestAuthorizer();
    const listener = mcpGate(authorizer, surface).node(
      createMcpHandler(() => createServerV2(authorizer), { keepAliveMs: 0 }).fetch,
    );
    const app = fastify();
    await app.register(async (context) => {
      context.removeAllContentTypeParsers();
      context.addContentTypeParser("*", (_request, _body, done) => done(null));
      context.all("/mcp", (request, reply) => {
        reply.hijack();
        return listener(request.raw, reply.raw);
      });
    });
    await app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const answered = await asked(port, call("read_note"), [bearer(READER)]);
    expect(textOf(answered.json as never)).toBe("read_note");
    expect((await asked(port, call("read_note"))).status).toBe(401);
    await app.close();
  });

  it("is taken from `rawBody` where the platform has read it", async () => {
    const authorizer = createTestAuthorizer();
    const serve = mcpGate(authorizer, surface).node(
      createMcpHandler(() => createServerV2(authorizer), { keepAliveMs: 0 }).fetch,
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
  ])("with %s is refused", async (_, batch) => {
    const host = await startHost("v1-stateless", { maxBatch: 2 });
    const answered = await sendRaw(host.port, {
      headers: [...JSON_HEADERS, bearer(READER)],
      body: JSON.stringify(batch),
    });
    expect(answered.status).toBe(400);
    await host.close();
  });

  it("with several messages that lack scope gets one challenge with the scopes of all", async () => {
    const host = await startHost("v1-stateless", {}, { challenge: "minimum" });
    const batch = [call("read_note", {}, 1), call("write_note", {}, 2), call("list_notes", {}, 3)];
    const headers = [...JSON_HEADERS, bearer(tokenOf({ scope: "mcp:tools" }))];
    const answered = await sendRaw(host.port, { headers, body: JSON.stringify(batch) });
    expect(answered.status).toBe(403);
    expect(answered.headers.get("www-authenticate")).toContain(
      'scope="mcp:tools notes:read notes:write"',
    );
    expect(host.events).toHaveLength(3);
    expect(host.runs).toEqual([]);
    await host.close();
  });

  it("of a method other than GET, POST and DELETE is refused", async () => {
    const host = await startHost("v2");
    const answered = await sendRaw(host.port, {
      method: "PUT",
      headers: [...JSON_HEADERS, bearer(READER)],
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

describe("the gate for web requests", () => {
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

  it("passes on what it decided on", async () => {
    const authorizer = createTestAuthorizer();
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

  it("responds to HEAD for the metadata without a body", async () => {
    const url = "https://notes.example.com/.well-known/oauth-protected-resource/mcp";
    const serve = mcpGate(createTestAuthorizer()).fetch(() => new Response());
    const answered = await serve(new Request(url, { method: "HEAD" }));
    expect([answered.status, await answered.text()]).toEqual([200, ""]);
  });

  it("serves no metadata without a `resource`", async () => {
    const gate = mcpGate(createTestAuthorizer({ resource: undefined as never }));
    const metadata = new Request(
      "https://notes.example.com/.well-known/oauth-protected-resource/mcp",
    );
    expect((await gate.fetch(() => new Response())(metadata)).status).toBe(401);
  });

  it("refuses two tokens", async () => {
    const serve = mcpGate(createTestAuthorizer(), surface).fetch(() => new Response());
    const request = post(JSON.stringify(call("read_note")), { authorization: `Bearer ${READER}` });
    request.headers.append("authorization", `Bearer ${WRITER}`);
    expect((await serve(request)).status).toBe(400);
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
    expect(() => mcpGate(createTestAuthorizer(), options as never)).toThrow(message);
  });
});
