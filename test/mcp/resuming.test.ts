import { randomUUID } from "node:crypto";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/server";
import { type McpGateOptions, mcpGate } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import {
  call,
  createServerV1,
  createServerV2,
  createTestAuthorizer,
  initialize,
  READER,
  surface,
  type Types,
  tokenOf,
} from "./fixture.js";
import { bearer, close, JSON_HEADERS, listen, type NodeListener } from "./hosts.js";
import { SDK_VERSIONS, type SdkVersion } from "./in-memory-client.js";
import { openGate } from "./open-gate.js";

// an event id resumes the stream to which it belongs, for any caller

const EVE = tokenOf({ sub: "eve", scope: "mcp:tools" });

/** Creates an event store that all sessions share, with ids that can be guessed. */
function createEventStore() {
  const events = new Map<string, { readonly streamId: string; readonly message: unknown }>();
  return {
    storeEvent: async (streamId: string, message: unknown) => {
      const id = String(events.size + 1);
      events.set(id, { streamId, message });
      return id;
    },
    getStreamIdForEventId: async (id: string) => events.get(id)?.streamId,
    replayEventsAfter: async (
      last: string,
      { send }: { send: (id: string, message: never) => Promise<void> },
    ) => {
      const { streamId } = events.get(last) ?? { streamId: "none" };
      for (const [id, event] of events) {
        const isBehind = Number(id) > Number(last) && event.streamId === streamId;
        if (isBehind) await send(id, event.message as never);
      }
      return streamId;
    },
  };
}

/** Creates a server for each session, all with one event store. */
const MOUNTS: Readonly<Record<SdkVersion, (options: McpGateOptions<Types>) => NodeListener>> = {
  v1: (options) => {
    const authorizer = createTestAuthorizer();
    const gate = mcpGate(authorizer, { ...surface, ...options });
    const guard = gate.middleware();
    const eventStore = createEventStore();
    const transports = new Map<string, StreamableHTTPServerTransport>();
    const open = async () => {
      const transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        eventStore,
        onsessioninitialized: (id) => void transports.set(id, transport),
      });
      await createServerV1(authorizer).connect(transport);
      return transport;
    };
    return (request, response) =>
      guard(request, response, () => {
        void (async () => {
          const { authInfo, parsedBody } = gate.passed(request);
          const id = String(request.headers["mcp-session-id"]);
          const transport = transports.get(id) ?? (await open());
          const withAuth = Object.assign(request, authInfo && { auth: authInfo });
          await transport.handleRequest(withAuth, response, parsedBody);
        })();
      });
  },
  v2: (options) => {
    const authorizer = createTestAuthorizer();
    const eventStore = createEventStore();
    const transports = new Map<string, WebStandardStreamableHTTPServerTransport>();
    return mcpGate(authorizer, { ...surface, ...options }).node(async (request, passed) => {
      const known = transports.get(request.headers.get("mcp-session-id") ?? "");
      if (known !== undefined) return known.handleRequest(request, passed);
      const transport = new WebStandardStreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        eventStore,
        onsessioninitialized: (id) => void transports.set(id, transport),
      });
      await createServerV2(authorizer).connect(transport);
      return transport.handleRequest(request, passed);
    });
  },
};

async function serving(generation: SdkVersion, options: McpGateOptions<Types>) {
  const { server, port } = await listen(MOUNTS[generation](options));
  const url = `http://127.0.0.1:${port}/mcp`;
  const shakeHands = async (token: string) => {
    const send = (method: string, fields: object, message?: object) =>
      fetch(url, {
        method,
        headers: { ...Object.fromEntries([...JSON_HEADERS, bearer(token)]), ...fields },
        ...(message !== undefined && { body: JSON.stringify(message) }),
      });
    const hello = await send("POST", {}, initialize);
    const session = { "mcp-session-id": hello.headers.get("mcp-session-id") ?? "" };
    await hello.body?.cancel();
    return (method: string, fields: object, message?: object) =>
      send(method, { ...session, "mcp-protocol-version": "2025-11-25", ...fields }, message);
  };
  return { shakeHands, close: () => close(server) };
}

describe.each(SDK_VERSIONS)("`Last-Event-ID`, in front of a server of %s", (generation) => {
  /** Opens a session. Returns the id of the first event of a call, and a function that resumes its stream in any session. */
  const serve = async (options: McpGateOptions<Types>) => {
    const { shakeHands, close: end } = await serving(generation, options);
    const ada = await shakeHands(READER);
    const text = await (await ada("POST", {}, call("read_note"))).text();
    const [first] = /(?<=^id: ).+$/m.exec(text) ?? [""];
    expect(first).toMatch(/^\d+$/);
    const resume = (send: typeof ada) =>
      send("GET", { accept: "text/event-stream", "last-event-id": first });
    return { ada, shakeHands, resume, end };
  };
  const firstOf = async ({ body }: Response) => {
    const reader = body?.getReader();
    const next = await reader?.read();
    await reader?.cancel();
    return new TextDecoder().decode(next?.value as Uint8Array | undefined);
  };

  it("is refused, since it would replay another caller's stream", async () => {
    const { shakeHands, resume, end } = await serve({});
    const refused = await resume(await shakeHands(EVE));
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain("`Last-Event-ID` is not accepted");
    await end();
  });

  it("replays the stream of another session if the options wrongly declare guessable ids unguessable", async () => {
    const { shakeHands, resume, end } = await serve({ eventIdsAreUnguessable: true });
    expect(await firstOf(await resume(await shakeHands(EVE)))).toContain("read_note");
    await end();
  });

  it("resumes the stream of the same session if the options allow it", async () => {
    const { ada, resume, end } = await serve({ eventIdsAreUnguessable: true });
    const resumed = await resume(ada);
    expect(resumed.status).toBe(200);
    expect(await firstOf(resumed)).toContain("read_note");
    await end();
  });
});

describe("the header `Last-Event-ID`", () => {
  const CASES: readonly [given: string, value: string | readonly string[], allowed: number][] = [
    ["an id", "1", 0],
    ["an empty value", "", 0],
    ["two ids", ["1", "2"], 400],
  ];

  it.each(CASES)("is refused on every method by default, with %s", async (_, value, allowed) => {
    const strict = openGate();
    const loose = openGate({ eventIdsAreUnguessable: true });
    const fields = { "last-event-id": value };
    for (const method of ["GET", "DELETE", "POST"]) {
      const asking = { token: READER, method, fields };
      const answered = await strict.ask(call("read_note", {}, 7), asking);
      expect(answered, method).toMatchObject({
        status: 400,
        body: { jsonrpc: "2.0", id: method === "POST" ? 7 : null, error: { code: -32_020 } },
      });
      expect((await loose.ask(call("read_note"), asking))?.status ?? 0, method).toBe(allowed);
    }
    expect(strict.events).toEqual([]);
  });

  it("is reported only to callers with a valid token", async () => {
    const { ask } = openGate();
    const fields = { "last-event-id": "1" };
    expect((await ask("", { method: "GET", fields }))?.status).toBe(401);
    expect((await ask("", { method: "GET", fields, token: "bad" }))?.status).toBe(401);
  });

  it("has an option that accepts only a boolean", () => {
    const options = { eventIdsAreUnguessable: 1 as never };
    expect(() => mcpGate(createTestAuthorizer(), options)).toThrow(/eventIdsAreUnguessable/);
  });
});
