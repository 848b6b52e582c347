import { Server as LowLevelV1 } from "@modelcontextprotocol/sdk/server/index.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { CallToolRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { createMcpHandler, Server as LowLevelV2 } from "@modelcontextprotocol/server";
import type { AuditEvent } from "scope-policy/audit";
import { mcpGate, protect } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { titled } from "../titled.js";
import {
  call,
  createTestAuthorizer,
  INFO,
  keepDecisions,
  modern,
  policy,
  READER,
  type TestAuthorizer,
  WRITER,
} from "./fixture.js";
import { bearer, close, JSON_HEADERS, listen, type NodeListener, sendRaw } from "./hosts.js";
import { authInfoOf, connectInMemory, SDK_VERSIONS, type SdkVersion } from "./in-memory-client.js";
import { openGate } from "./open-gate.js";

// only a message without `id` is a notification, whatever its method

const WIPE = "notifications/admin/wipe";
const capabilities = { tools: {} };

/** Creates a low-level server that would run anything: each handler records the calls that reach it. */
const SERVERS = {
  v1: (authorizer: TestAuthorizer, reached: string[], anonymous: boolean) => {
    const server = new LowLevelV1(INFO, { capabilities });
    protect(server, { policy, authorizer, anonymous });
    const own = z.object({ method: z.literal("notifications/own"), params: z.any() });
    server.setRequestHandler(own, ({ method }) => ({ [method]: reached.push(method) }));
    server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
      reached.push(params.name);
      return { content: [] };
    });
    server.fallbackRequestHandler = async ({ method }) => ({ [method]: reached.push(method) });
    server.fallbackNotificationHandler = async ({ method }) => void reached.push(`told ${method}`);
    return server;
  },
  v2: (authorizer: TestAuthorizer, reached: string[], anonymous: boolean) => {
    const server = new LowLevelV2(INFO, { capabilities });
    protect(server, { policy, authorizer, anonymous });
    const params = z.looseObject({});
    server.setRequestHandler("notifications/own", { params }, () => {
      reached.push("notifications/own");
      return {};
    });
    server.setRequestHandler("tools/call", ({ params: { name } }) => {
      reached.push(name);
      return { content: [] };
    });
    server.fallbackRequestHandler = async ({ method }) => ({ [method]: reached.push(method) });
    server.fallbackNotificationHandler = async ({ method }) => void reached.push(`told ${method}`);
    return server;
  },
};

function auditing() {
  const events: AuditEvent[] = [];
  const authorizer = createTestAuthorizer({ audit: keepDecisions(events) });
  const names = () => events.map(({ operation, decision }) => [operation.name, decision.code]);
  return { authorizer, names };
}

const CASES = SDK_VERSIONS.flatMap((generation) =>
  [false, true].flatMap((anonymous) =>
    [WIPE, "notifications/own", "notifications/initialized", "notifications/cancelled"].map(
      (method) => ({ generation, anonymous, method }),
    ),
  ),
);

describe("a request with the name of a notification", () => {
  it.each(
    titled(
      CASES,
      ({ method, generation, anonymous }) => `${method}, ${generation}, anonymous ${anonymous}`,
    ),
  )(
    "is not found and leaves an audit event: %s",
    async (_title, { generation, anonymous, method }) => {
      const reached: string[] = [];
      const { authorizer, names } = auditing();
      const server = SERVERS[generation](authorizer, reached, anonymous);
      const { ask, close: end } = await connectInMemory(generation, server);
      for (const authInfo of [undefined, authInfoOf(READER), authInfoOf("bad")]) {
        const { error } = await ask({ method, params: {} }, authInfo);
        expect(error?.code).toBe(-32_601);
      }
      expect(reached).toEqual([]);
      expect(names()).toEqual(Array(3).fill([`mcp:${method}`, "unknown_operation"]));
      await end();
    },
  );

  it.each(SDK_VERSIONS)("reaches no fallback of %s without the HTTP gate", async (generation) => {
    const reached: string[] = [];
    const { authorizer, names } = auditing();
    const { ask, close: end } = await connectInMemory(
      generation,
      SERVERS[generation](authorizer, reached, true),
    );
    expect((await ask({ method: WIPE })).error?.code).toBe(-32_601);
    expect([reached, names()]).toEqual([[], [[`mcp:${WIPE}`, "unknown_operation"]]]);
    await end();
  });

  it.each([
    ["a caller with a sufficient token", READER, 200, "unknown_operation"],
    ["an anonymous caller", undefined, 401, "unauthenticated"],
    ["a caller with an invalid token", "bad", 401, "invalid_token"],
  ] as const)("is denied in front of a server to %s", async (_, token, status, code) => {
    for (const anonymous of [false, true]) {
      const { ask, events } = openGate({ anonymous });
      const answered = await ask({ jsonrpc: "2.0", id: 1, method: WIPE }, { token });
      expect(answered?.status).toBe(status);
      expect(events.map(({ operation, decision }) => [operation.name, decision.code])).toEqual([
        [`mcp:${WIPE}`, code],
      ]);
    }
  });

  it("gets 404 in the version that defines this status", async () => {
    const { ask } = openGate();
    const { body, headers } = modern({ jsonrpc: "2.0", id: 1, method: WIPE });
    const fields = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
    expect(await ask(body, { token: READER, fields })).toMatchObject({
      status: 404,
      body: { error: { code: -32_601 } },
    });
  });

  it("cannot be mapped to a tool, since the gate decides on it itself", () => {
    const methods = { [WIPE]: "read_note" } as const;
    expect(() => mcpGate(createTestAuthorizer(), { methods })).toThrow(/cannot be mapped/);
  });
});

it("a notification with that name needs only a valid token in front of a server", async () => {
  const { ask, events } = openGate();
  const message = { jsonrpc: "2.0", method: WIPE };
  expect(await ask(message, { token: READER })).toBeUndefined();
  expect((await ask(message))?.status).toBe(401);
  expect(events.map(({ decision }) => decision.code)).not.toContain("allowed");
});

it("the gate decides on what v1 leaves to a fallback: a handshake of another version needs a token", async () => {
  const reached: string[] = [];
  const { ask, close: end } = await connectInMemory(
    "v1",
    SERVERS.v1(createTestAuthorizer(), reached, false),
  );
  expect((await ask({ method: "server/discover" })).error?.code).toBe(-32_010);
  expect(reached).toEqual([]);
  expect((await ask({ method: "server/discover" }, authInfoOf(READER))).error).toBeUndefined();
  expect(reached).toEqual(["server/discover"]);
  await end();
});

/** Hosts of the servers above behind a gate, with a server for each request. */
const MOUNTS: Readonly<
  Record<SdkVersion, (authorizer: TestAuthorizer, reached: string[]) => NodeListener>
> = {
  v1: (authorizer, reached) => {
    const gate = mcpGate(authorizer);
    const guard = gate.middleware();
    return (request, response) =>
      guard(request, response, () => {
        void (async () => {
          const { authInfo, parsedBody } = gate.passed(request);
          const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
          await SERVERS.v1(authorizer, reached, false).connect(transport);
          const withAuth = Object.assign(request, authInfo && { auth: authInfo });
          await transport.handleRequest(withAuth, response, parsedBody);
        })();
      });
  },
  v2: (authorizer, reached) => {
    const handler = createMcpHandler(() => SERVERS.v2(authorizer, reached, false), {
      keepAliveMs: 0,
    });
    return mcpGate(authorizer).node(handler.fetch);
  },
};

describe.each(SDK_VERSIONS)("a notification with the name of a request, to %s", (generation) => {
  const told = (method: string, params: Record<string, unknown>) =>
    ({ jsonrpc: "2.0", method, params }) as const;

  it("is decided like the request in front of the server", async () => {
    const reached: string[] = [];
    const { authorizer, names } = auditing();
    const { server, port } = await listen(MOUNTS[generation](authorizer, reached));
    const send = async (message: object, token: string) =>
      (
        await sendRaw(port, {
          headers: [...JSON_HEADERS, bearer(token)],
          body: JSON.stringify(message),
        })
      ).status;
    expect(await send(told("tools/call", { name: "write_note" }), READER)).toBe(403);
    expect(await send(told("resources/read", { uri: "notes://all" }), READER)).toBe(403);
    expect(await send(told("acme/wipe", {}), READER)).toBe(403);
    expect(reached).toEqual([]);
    expect(names().map(([, code]) => code)).toEqual([
      "insufficient_scope",
      "unknown_operation",
      "unknown_operation",
    ]);
    // an allowed one runs no tool either: both SDKs pass it to the handlers of notifications
    expect(await send(told("tools/call", { name: "write_note" }), WRITER)).toBe(202);
    expect(reached.filter((name) => !name.startsWith("told "))).toEqual([]);
    await close(server);
  });

  it("runs no handler of a request", async () => {
    const reached: string[] = [];
    const server = SERVERS[generation](createTestAuthorizer(), reached, false);
    const { tell, close: end } = await connectInMemory(generation, server);
    await tell({ method: "tools/call", params: { name: "write_note" } }, authInfoOf(WRITER));
    await tell({ method: "acme/wipe" });
    expect(reached).not.toContain("write_note");
    expect(reached).not.toContain("acme/wipe");
    expect(reached).toContain("told acme/wipe");
    await end();
  });
});

it.each([
  ["mcp-method", "tools/call"],
  ["mcp-name", "read_note"],
])(
  "a batch of one message is refused with the header %s: %s, which names one message",
  async (name, value) => {
    const { ask } = openGate();
    const batch = [call("read_note")];
    expect(await ask(batch, { token: READER })).toBeUndefined();
    expect(await ask(batch, { token: READER, fields: { [name]: value } })).toMatchObject({
      status: 400,
      body: { id: null, error: { code: -32_020 } },
    });
  },
);
