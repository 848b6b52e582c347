import { type McpSessionStore, mcpGate } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import {
  call,
  createTestAuthorizer,
  initialize,
  modern,
  READER,
  surface,
  tokenOf,
} from "./fixture.js";
import {
  bearer,
  close,
  HOSTS,
  JSON_HEADERS,
  listen,
  type NodeListener,
  sendRaw,
  startHost,
} from "./hosts.js";

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

describe("the session store", () => {
  it("grants no access if it fails", async () => {
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

  it.each(["v1", "v2-sessions"] as const)(
    "records the session on the handshake and deletes it on DELETE: %s",
    async (name) => {
      const owners = new Map<string, string>();
      const told: string[] = [];
      const host = await startHost(name, {
        sessions: {
          get: (session) => owners.get(session),
          set: (session, owner) => {
            told.push("set");
            owners.set(session, owner);
          },
          delete: (session) => {
            told.push("delete");
            owners.delete(session);
          },
        },
      });
      const headers: Fields = [...JSON_HEADERS, bearer(READER)];
      const hello = await sendRaw(host.port, { headers, body: JSON.stringify(initialize) });
      const session: Fields = [["Mcp-Session-Id", hello.headers.get("mcp-session-id") ?? ""]];
      const inSession: Fields = [...headers, ...session];
      const body = JSON.stringify(call("read_note"));
      expect((await sendRaw(host.port, { headers: inSession, body })).status).toBe(200);
      const end = await sendRaw(host.port, {
        method: "DELETE",
        headers: [bearer(READER), ...session],
      });
      expect([end.status, told, [...owners]]).toEqual([200, ["set", "delete"], []]);
      expect((await sendRaw(host.port, { headers: inSession, body })).status).toBe(404);
      await host.close();
    },
  );
});

describe("a long stream", () => {
  const endless = () =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode(": hello\n\n")),
      }),
      { headers: { "content-type": "text/event-stream" } },
    );
  const opened = (token: string) =>
    new Request("https://notes.example.com/mcp", { headers: { authorization: `Bearer ${token}` } });

  it("ends when its token is revoked", async () => {
    const revoked = new Set<string>();
    const authorizer = createTestAuthorizer({ isRevoked: (token) => revoked.has(token.sub ?? "") });
    const serve = mcpGate(authorizer, { recheckStreams: 0.01 }).fetch(endless);
    const response = await serve(opened(READER));
    revoked.add("ada");
    expect(await response.text()).toBe(": hello\n\n");
  });

  it("ends when its token expires", async () => {
    const exp = Math.floor(Date.now() / 1_000) + 1;
    const serve = mcpGate(createTestAuthorizer()).fetch(endless);
    const response = await serve(opened(tokenOf({ scope: "mcp:tools", exp })));
    expect(await response.text()).toBe(": hello\n\n");
  });

  it("ends when the token loses the scope of its subscription", async () => {
    let tier: string | undefined = "pro";
    const authorizer = createTestAuthorizer({ subject: () => ({ tier }) });
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
    const fields = [...JSON_HEADERS, ...headers, ["authorization", `Bearer ${READER}`]] as [
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

  it("is no longer watched when the client leaves, or the server ends it or fails", async () => {
    let cancelled = false;
    const serve = (body: ReadableStream) =>
      mcpGate(createTestAuthorizer()).fetch(() => new Response(body))(opened(READER));
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

  it("is cut off on Node's own response, too", async () => {
    const revoked = new Set<string>();
    const authorizer = createTestAuthorizer({ isRevoked: (token) => revoked.has(token.sub ?? "") });
    const gate = mcpGate(authorizer, { ...surface, recheckStreams: 0.01 });
    const listener = HOSTS.v1(gate, authorizer, []);
    await serving(listener, async (port) => {
      const hello = await sendRaw(port, {
        headers: [...JSON_HEADERS, bearer(READER)],
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

describe("the gate on Node", () => {
  it("keeps cookies apart, passes long bodies whole, and returns 500 if the server fails", async () => {
    const gate = mcpGate(createTestAuthorizer(), surface);
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
          headers: [...JSON_HEADERS, ...routing, bearer(READER)] as [string, string][],
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

  it("cuts off a response whose source breaks off, and reports to the server that the client left", async () => {
    const gate = mcpGate(createTestAuthorizer(), surface);
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
        headers: [...JSON_HEADERS, ...routing, bearer(READER)] as [string, string][],
      });
      stop.abort();
      await left;
    });
  });

  it("returns 400 for an invalid host", async () => {
    const gate = mcpGate(createTestAuthorizer(), surface);
    const answered = await serving(
      gate.node(() => new Response()),
      (port) => {
        const body = JSON.stringify(call("read_note"));
        return sendRaw(port, {
          path: "http://[bad/mcp",
          headers: [...JSON_HEADERS, bearer(READER)],
          body,
        });
      },
    );
    expect(answered.status).toBe(400);
  });

  it("throws for a request that the middleware has not seen", () => {
    expect(() => mcpGate(createTestAuthorizer()).passed({})).toThrow(/did not pass the gate/);
  });
});
