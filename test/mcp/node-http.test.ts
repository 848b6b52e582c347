import { EventEmitter } from "node:events";
import { mcpGate, type NodeRequest, type NodeResponse } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import {
  onResponseHead,
  readNodeRequest,
  toWebRequest,
  writeAnswer,
  writeResponse,
} from "../../src/mcp/http/node-http.js";
import { call, createTestAuthorizer, initialize, READER, surface, tokenOf } from "./fixture.js";
import { bearer, JSON_HEADERS } from "./hosts.js";

type Fields = readonly (readonly [string, string])[];

/** Creates a request of Node with its body at hand. */
function requestOf(given: object = {}, fields: Fields = [...JSON_HEADERS, bearer(READER)]) {
  const request = {
    method: "POST",
    url: "/mcp",
    rawHeaders: fields.flat(),
    readableEnded: false,
    rawBody: Buffer.from(JSON.stringify(call("read_note"))),
    resume: () => undefined,
    ...given,
  };
  return Object.assign(new EventEmitter(), request) as unknown as NodeRequest & EventEmitter;
}

/** Creates a response that records its calls. */
function responseOf(given: object = {}) {
  const done: unknown[] = [];
  const response = Object.assign(new EventEmitter(), {
    headersSent: false,
    writableFinished: false,
    destroyed: false,
    writeHead: (status: number, headers: unknown) => void done.push([status, headers]),
    write: (chunk: Uint8Array) => done.push(Buffer.from(chunk).toString()) > 0,
    end: (text?: string) => void done.push(text === undefined ? "end" : JSON.parse(text)),
    destroy: () => void done.push("destroyed"),
    ...given,
  });
  return { response: response as unknown as NodeResponse & EventEmitter, done };
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 5));
const gate = mcpGate(createTestAuthorizer(), surface);
const FAILED = { jsonrpc: "2.0", error: { code: -32_603, message: "internal server error" } };
const broken = {
  writeHead: () => {
    throw new Error("a header that cannot be written");
  },
};

describe("Node's request", () => {
  it.each([
    [{ rawBody: undefined, readableEnded: true }, 4, "already_read"],
    [{ rawBody: new Uint8Array(5) }, 4, "too_large"],
    [{ rawBody: new Uint8Array(4) }, 4, new Uint8Array(4)],
  ])("with %j has its body read by the limit (row %#)", async (given, most, read) => {
    expect(await readNodeRequest(requestOf(given)).read(most)).toEqual(read);
  });

  it("has no body if the connection breaks off", async () => {
    const request = requestOf({ rawBody: undefined });
    const read = readNodeRequest(request).read(4);
    request.emit("data", new Uint8Array(2));
    request.emit("close");
    expect(await read).toBe("unreadable");
    expect(request.listenerCount("data")).toBe(0);
  });

  it("becomes a web request even without method, path and host", () => {
    const bare = requestOf({ method: undefined, url: undefined }, [[":authority", "b.example"]]);
    expect(readNodeRequest(bare)).toMatchObject({ method: "", target: "/" });
    const { url, method } = toWebRequest(bare, responseOf().response, undefined) ?? {};
    expect([url, method]).toEqual(["http://localhost/", "GET"]);
    const secure = requestOf({ socket: { encrypted: true }, originalUrl: "/a/mcp" }, [
      ["Host", "a.example"],
    ]);
    expect(toWebRequest(secure, responseOf().response, undefined)?.url).toBe(
      "https://a.example/a/mcp",
    );
  });
});

describe("Node's response", () => {
  it("omits the headers of the server's own connection", async () => {
    const { response, done } = responseOf();
    const headers = {
      connection: "keep-alive",
      "keep-alive": "timeout=5",
      "transfer-encoding": "chunked",
      upgrade: "h2c",
      te: "trailers",
      trailer: "etag",
      "proxy-authenticate": "Basic",
      "proxy-connection": "close",
      "content-type": "text/plain",
      "mcp-session-id": "a",
      tenant: "a",
    };
    await writeResponse(response, new Response("hello", { headers }));
    expect(done).toEqual([
      [200, { "content-type": "text/plain", "mcp-session-id": "a", tenant: "a" }],
      "hello",
      "end",
    ]);
  });

  it.each([{ destroyed: true }, { headersSent: true }])(
    "that is %j is not written",
    async (over) => {
      const { response, done } = responseOf(over);
      const cancelled: unknown[] = [];
      const endless = new ReadableStream({ cancel: (reason) => void cancelled.push(reason) });
      await writeResponse(response, new Response(endless));
      await writeResponse(response, new Response(null));
      writeAnswer(response, { status: 200, headers: {}, body: undefined });
      await gate.node(() => new Response(endless))(requestOf(), response);
      await gate.node(() => new Response(endless))(requestOf({}, []), response);
      expect([done, cancelled]).toEqual([[], [undefined]]);
    },
  );

  it("continues when the client has read the data or has left", async () => {
    for (const event of ["drain", "close"]) {
      const { response, done } = responseOf({ write: () => false });
      const headers = { "content-type": "text/plain" };
      const written = writeResponse(response, new Response("hello", { headers }));
      await soon();
      response.emit(event);
      await written;
      expect(done).toEqual([[200, headers], "end"]);
    }
  });

  it("ends when the client has left, even if its source rejects the cancellation", async () => {
    const { response, done } = responseOf();
    const cancel = () => Promise.reject(new Error("cannot be cancelled"));
    const written = writeResponse(response, new Response(new ReadableStream({ cancel })));
    await soon();
    response.emit("close");
    await written;
    expect(done).toEqual([[200, expect.anything()], "end"]);
  });

  it("is destroyed if it cannot be written", async () => {
    for (const given of [requestOf(), requestOf({}, []), requestOf({ rawHeaders: undefined })]) {
      const { response, done } = responseOf(broken);
      await gate.node(() => new Response())(given, response);
      expect(done).toEqual(["destroyed"]);
    }
  });

  it.each([
    [[200, { "Mcp-Session-Id": "a" }], "a"],
    [[200, ["Content-Type", "text/plain", "mcp-session-id", "a"]], "a"],
    [[200, "OK", { "mcp-session-id": "a" }], "a"],
    [[200, { "content-type": "text/plain" }], undefined],
    [[200], undefined],
    [[200, undefined], undefined],
    [[200, null], undefined],
  ])("reports the session in %j", (given, session) => {
    const { response } = responseOf();
    const told: unknown[] = [];
    onResponseHead(response, (...said) => void told.push(said));
    (response.writeHead as (...given: unknown[]) => unknown)(...given);
    expect(told).toEqual([[200, session]]);
  });
});

describe("the middleware", () => {
  const pass = async (
    request: NodeRequest,
    response: NodeResponse,
    next: (error?: unknown) => void,
    options: object = {},
  ) => {
    mcpGate(createTestAuthorizer(), { ...surface, ...options }).middleware()(
      request,
      response,
      next,
    );
    await soon();
  };
  const never = () => {
    throw new Error("was called");
  };

  it("responds to a malformed request object itself", async () => {
    const { response, done } = responseOf();
    await pass(requestOf({ rawHeaders: undefined }), response, never);
    expect(done).toEqual([[500, expect.anything()], { ...FAILED, id: null }]);
  });

  it("destroys a response that it cannot write", async () => {
    for (const given of [requestOf({}, []), requestOf({ rawHeaders: undefined })]) {
      const { response, done } = responseOf(broken);
      await pass(given, response, never);
      expect(done).toEqual(["destroyed"]);
    }
  });

  it.each([{ destroyed: true }, { headersSent: true }])(
    "does not continue with a response that is %j",
    async (over) => {
      const { response, done } = responseOf(over);
      await pass(requestOf(), response, never);
      expect(done).toEqual([]);
    },
  );

  it("does not catch what `next` throws, and writes no response for it", async () => {
    const listeners = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    const thrown: unknown[] = [];
    process.on("uncaughtException", (error, origin) => void thrown.push([error.message, origin]));
    const { response, done } = responseOf();
    let calls = 0;
    await pass(requestOf(), response, () => {
      calls += 1;
      throw new Error("of the host");
    });
    process.removeAllListeners("uncaughtException");
    for (const listener of listeners) process.on("uncaughtException", listener);
    expect([thrown, calls, done]).toEqual([[["of the host", "uncaughtException"]], 1, []]);
  });

  it("continues if the session store rejects the new session, which then has no owner", async () => {
    const asked: string[] = [];
    const sessions = {
      get: () => undefined,
      set: (session: string) => {
        asked.push(session);
        return Promise.reject(new Error("secret inner words"));
      },
      delete: () => undefined,
    };
    const { response, done } = responseOf();
    const end = () => {
      response.writeHead(200, { "mcp-session-id": "a" });
      response.end();
    };
    const handshake = requestOf({ rawBody: Buffer.from(JSON.stringify(initialize)) });
    await pass(handshake, response, end, { sessions });
    expect([asked, done]).toEqual([["a"], [[200, { "mcp-session-id": "a" }], "end"]]);
  });
});

describe("a failing server", () => {
  it("gets a response with the id of the message", async () => {
    const { response, done } = responseOf();
    const failing = () => {
      throw new Error("secret inner words");
    };
    await gate.node(failing)(requestOf(), response);
    expect(done).toEqual([[500, expect.anything()], { ...FAILED, id: 1 }]);
  });

  it("is not called for a caller without scope, who gets 403", async () => {
    const { response, done } = responseOf();
    await gate.node(() => new Response())(
      requestOf({}, [...JSON_HEADERS, bearer(tokenOf({ scope: "" }))]),
      response,
    );
    expect(done[0]).toMatchObject([403, {}]);
  });
});
