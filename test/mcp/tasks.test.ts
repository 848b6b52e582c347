import { randomUUID } from "node:crypto";
import { InMemoryTaskStore } from "@modelcontextprotocol/sdk/experimental/tasks";
import { Server as LowLevelV1 } from "@modelcontextprotocol/sdk/server/index.js";
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import {
  CallToolRequestSchema,
  CancelTaskRequestSchema,
  GetTaskPayloadRequestSchema,
  GetTaskRequestSchema,
  ListTasksRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { createMcpHandler, Server as LowLevelV2 } from "@modelcontextprotocol/server";
import type { AuditEvent } from "scope-policy/audit";
import { type McpSessionStore, mcpGate, protect } from "scope-policy/mcp";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { createTaskOwners, defaultTaskOwners } from "../../src/mcp/server/task-owners.js";
import {
  createTestAuthorizer,
  INFO,
  initialize,
  keepDecisions,
  type Message,
  modern,
  policy,
  READER,
  type TestAuthorizer,
  tokenOf,
  WRITER,
} from "./fixture.js";
import { bearer, close, JSON_HEADERS, listen, sendRaw } from "./hosts.js";
import { authInfoOf, connectInMemory } from "./in-memory-client.js";
import { openGate } from "./open-gate.js";

const EVE = tokenOf({ sub: "eve", scope: "mcp:tools notes:read" });
const OTHER_CLIENT = tokenOf({ client_id: "other", scope: "mcp:tools notes:read" });
const SHORT = tokenOf({ scope: "mcp:tools" });

const methods = {
  "tasks/get": "read_note",
  "tasks/result": "read_note",
  "tasks/cancel": "read_note",
  "tasks/list": "read_note",
} as const;

/** Creates a task store without owners, as the handlers of a host have it. */
function createStore() {
  const ids: string[] = [];
  const at = "2026-01-01T00:00:00Z";
  const taskOf = (taskId: string) => ({
    taskId,
    status: "working" as const,
    ttl: null,
    createdAt: at,
    lastUpdatedAt: at,
  });
  return {
    ids,
    taskOf,
    create: () => {
      const taskId = randomUUID();
      ids.push(taskId);
      return taskOf(taskId);
    },
  };
}

type Store = ReturnType<typeof createStore>;
type Options = Partial<Parameters<typeof protect>[1]>;

function serverV1(authorizer: TestAuthorizer, store: Store, options: Options = {}): LowLevelV1 {
  const server = new LowLevelV1(INFO, {
    capabilities: {
      tools: {},
      tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } },
    },
  });
  protect(server, { policy, authorizer, methods, ...(options as object) });
  server.setRequestHandler(CallToolRequestSchema, ({ params }) =>
    params.task === undefined ? { content: [] } : { task: store.create() },
  );
  const found = (request: { params: { taskId: string } }) => store.taskOf(request.params.taskId);
  server.setRequestHandler(GetTaskRequestSchema, found);
  server.setRequestHandler(CancelTaskRequestSchema, found);
  server.setRequestHandler(GetTaskPayloadRequestSchema, () => ({ content: [] }));
  server.setRequestHandler(ListTasksRequestSchema, () => ({ tasks: store.ids.map(store.taskOf) }));
  return server;
}

const creating: Omit<Message, "jsonrpc"> = {
  method: "tools/call",
  params: { name: "read_note", arguments: {}, task: {} },
};
const naming = (method: string, taskId: unknown) => ({ method, params: { taskId } });

describe("an in-memory task of v1", () => {
  const open = async (audit: (event: AuditEvent) => unknown = () => undefined) => {
    const store = createStore();
    const talk = await connectInMemory("v1", serverV1(createTestAuthorizer({ audit }), store));
    const create = async (token?: string) => {
      const { result = {} } = await talk.ask(creating, token && authInfoOf(token));
      return (result["task"] as { taskId: string }).taskId;
    };
    return { ...talk, create, store };
  };

  it.each(["tasks/get", "tasks/result", "tasks/cancel"])(
    "is accessible by %s only to the user and client that created it, through a step-up",
    async (method) => {
      const events: AuditEvent[] = [];
      const { ask, create, close } = await open(keepDecisions(events));
      const taskId = await create(READER);
      const codeFor = async (token?: string) =>
        (await ask(naming(method, taskId), token && authInfoOf(token))).error?.code;
      expect(await codeFor(READER)).toBeUndefined();
      expect(await codeFor(WRITER)).toBeUndefined();
      events.length = 0;
      for (const token of [EVE, OTHER_CLIENT, undefined, "bad"]) {
        expect(await codeFor(token), token).toBe(-32_010);
      }
      expect(events.map(({ operation, decision }) => [operation.name, decision.code])).toEqual([
        [`mcp:${method}`, "unknown_operation"],
        [`mcp:${method}`, "unknown_operation"],
        [`mcp:${method}`, "unauthenticated"],
        [`mcp:${method}`, "invalid_token"],
      ]);
      // the tool of the mapped method decides as before
      expect(await codeFor(SHORT)).toBe(-32_010);
      expect(events.at(-1)?.decision.code).toBe("insufficient_scope");
      await close();
    },
  );

  it("is denied if the gate has not seen its creation", async () => {
    const { ask, store, close } = await open();
    const { taskId } = store.create();
    expect((await ask(naming("tasks/get", taskId), authInfoOf(READER))).error?.code).toBe(-32_010);
    await close();
  });

  it("is listed only for its creator", async () => {
    const { ask, create, close } = await open();
    const [mine, theirs] = [await create(READER), await create(EVE)];
    const listed = async (token: string) => {
      const { result = {} } = await ask({ method: "tasks/list" }, authInfoOf(token));
      return (result["tasks"] as { taskId: string }[]).map(({ taskId }) => taskId);
    };
    expect(await listed(READER)).toEqual([mine]);
    expect(await listed(EVE)).toEqual([theirs]);
    expect(await listed(OTHER_CLIENT)).toEqual([]);
    await close();
  });

  it("can be related to only by its creator", async () => {
    const { ask, create, close } = await open();
    const related = (taskId: unknown) => ({ "io.modelcontextprotocol/related-task": { taskId } });
    const run = async (taskId: unknown, token: string) => {
      const params = { name: "read_note", arguments: {}, _meta: related(taskId) };
      return (await ask({ method: "tools/call", params }, authInfoOf(token))).result?.isError;
    };
    const taskId = await create(READER);
    expect(await run(taskId, READER)).toBeUndefined();
    expect(await run(taskId, EVE)).toBe(true);
    await close();
  });
});

describe("a task of v2 over HTTP", () => {
  const serving = (authorizer: TestAuthorizer, store: Store, options: Options = {}) => {
    const handler = createMcpHandler(
      () => {
        const server = new LowLevelV2(INFO, { capabilities: { tools: {} } });
        protect(server, { policy, authorizer, methods, ...(options as object) });
        const created = () => ({ resultType: "task", ...store.create() });
        server.setRequestHandler("tools/call", created as never);
        const params = z.object({ taskId: z.string() });
        server.setRequestHandler("tasks/get", { params }, ({ taskId }) => store.taskOf(taskId));
        return server;
      },
      { keepAliveMs: 0 },
    );
    const serve = mcpGate(authorizer, { methods }).fetch(handler.fetch);
    return async (message: Omit<Message, "jsonrpc">, token: string) => {
      const { body, headers } = modern({ jsonrpc: "2.0", id: 1, ...message });
      const fields = [
        ["content-type", "application/json"],
        ["accept", "application/json, text/event-stream"],
        ["authorization", `Bearer ${token}`],
        ...headers,
      ] as [string, string][];
      const url = "https://notes.example.com/mcp";
      const response = await serve(new Request(url, { method: "POST", headers: fields, body }));
      return (await response.json()) as {
        readonly result?: { readonly taskId?: string };
        readonly error?: { readonly code: number };
      };
    };
  };
  const call = { method: "tools/call", params: { name: "read_note", arguments: {} } };

  it("belongs to its creator on every server of the authorizer", async () => {
    const store = createStore();
    const authorizer = createTestAuthorizer();
    const [one, other] = [serving(authorizer, store), serving(authorizer, store)];
    const { result } = await one(call, READER);
    const taskId = result?.taskId;
    expect(taskId).toBe(store.ids[0]);
    expect((await other(naming("tasks/get", taskId), READER)).result?.taskId).toBe(taskId);
    expect((await one(naming("tasks/get", taskId), EVE)).error?.code).toBe(-32_010);
  });

  it("belongs to its creator in another process with the same owner store", async () => {
    const store = createStore();
    const owners = new Map<string, string>();
    const tasks: McpSessionStore = {
      get: (task) => Promise.resolve(owners.get(task)),
      set: (task, owner) => owners.set(task, owner),
      delete: (task) => owners.delete(task),
    };
    const one = serving(createTestAuthorizer(), store, { tasks });
    const shared = serving(createTestAuthorizer(), store, { tasks });
    const apart = serving(createTestAuthorizer(), store);
    const { result } = await one(call, READER);
    const get = naming("tasks/get", result?.taskId);
    expect((await shared(get, READER)).error).toBeUndefined();
    expect((await shared(get, EVE)).error?.code).toBe(-32_010);
    expect((await apart(get, READER)).error?.code).toBe(-32_010);
  });
});

describe("an owner store", () => {
  it("that fails causes an internal server error without its own message", async () => {
    const fail = () => Promise.reject(new Error("secret inner words"));
    const tasks = { get: fail, set: fail, delete: fail };
    const talk = await connectInMemory(
      "v1",
      serverV1(createTestAuthorizer(), createStore(), { tasks }),
    );
    const failed = { code: -32_603, message: "internal server error" };
    expect((await talk.ask(naming("tasks/get", "t-1"), authInfoOf(READER))).error).toEqual(failed);
    expect((await talk.ask(creating, authInfoOf(READER))).error).toEqual(failed);
    await talk.close();
  });

  it("that never responds fails after five seconds", async () => {
    vi.useFakeTimers();
    const never = () => new Promise<never>(() => undefined);
    const asked = createTaskOwners({ get: never, set: never, delete: never }).areOf(["t-1"], "ada");
    const failed = expect(asked).rejects.toThrow();
    await vi.advanceTimersByTimeAsync(5_000);
    await failed;
    vi.useRealTimers();
  });

  it("keeps the first owner of a task, and does not change a result without a list", async () => {
    const tasks = defaultTaskOwners({});
    const created = { task: { taskId: "t-1" } };
    for (const owner of ["ada", "eve"]) await tasks.see("tools/call", created, owner);
    expect(await tasks.areOf(["t-1"], "ada")).toBe(true);
    expect(await tasks.areOf(["t-1"], "eve")).toBe(false);
    expect(await tasks.areOf(["t-1", 7], "ada")).toBe(false);
    expect(await tasks.see("tasks/list", { tasks: "none" }, "ada")).toEqual({ tasks: "none" });
    expect(await tasks.see("tasks/list", { tasks: [null, {}] }, "ada")).toEqual({ tasks: [] });
  });

  it("is checked when `protect` is called", () => {
    expect(() => serverV1(createTestAuthorizer(), createStore(), { tasks: {} as never })).toThrow(
      /tasks/,
    );
  });
});

describe("the gate in front of a server", () => {
  it.each(["tasks/get", "tasks/result", "tasks/cancel"])(
    "treats %s without a task as malformed, and with one decides by its tool",
    async (method) => {
      const { ask } = openGate({ methods });
      const message = (params: object) => ({ jsonrpc: "2.0", id: 1, method, params });
      for (const params of [{}, { taskId: 7 }, { taskId: ["t-1"] }]) {
        expect(await ask(message(params), { token: READER })).toMatchObject({ status: 400 });
      }
      expect(await ask(message({ taskId: "t-1" }), { token: READER })).toBeUndefined();
      expect(await ask(message({ taskId: "t-1" }), { token: SHORT })).toMatchObject({
        status: 403,
      });
    },
  );
});

it("the own task store of v1, which `protect` cannot gate, binds a task to its session", async () => {
  const taskStore = new InMemoryTaskStore();
  const transports = new Map<string, StreamableHTTPServerTransport>();
  const open = async () => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      enableJsonResponse: true,
      onsessioninitialized: (id) => void transports.set(id, transport),
    });
    const server = new McpServerV1(INFO, {
      taskStore,
      capabilities: { tasks: { requests: { tools: { call: {} } } } },
    });
    const none = () => Promise.reject(new Error("never called"));
    server.experimental.tasks.registerToolTask(
      "read_note",
      { execution: { taskSupport: "required" } },
      {
        createTask: async (extra) => ({ task: await extra.taskStore.createTask({}) }),
        getTask: none,
        getTaskResult: none,
      },
    );
    await server.connect(transport);
    return transport;
  };
  const gate = mcpGate(createTestAuthorizer(), { methods, auditAllowed: true });
  const guard = gate.middleware();
  const { server, port } = await listen((request, response) =>
    guard(request, response, () => {
      void (async () => {
        const id = String(request.headers["mcp-session-id"]);
        const transport = transports.get(id) ?? (await open());
        await transport.handleRequest(request, response, gate.passed(request).parsedBody);
      })();
    }),
  );
  const shakeHands = async (token: string) => {
    const send = async (message: object, session: readonly (readonly [string, string])[] = []) =>
      sendRaw(port, {
        headers: [...JSON_HEADERS, bearer(token), ...session],
        body: JSON.stringify(message),
      });
    const { headers } = await send(initialize);
    const session = [["Mcp-Session-Id", headers.get("mcp-session-id") ?? ""]] as const;
    return (message: object) => send({ jsonrpc: "2.0", id: 2, ...message }, session);
  };
  const [ada, eve] = [await shakeHands(READER), await shakeHands(EVE)];
  const created = (await ada(creating)).json as { result: { task: { taskId: string } } };
  const get = naming("tasks/get", created.result.task.taskId);
  expect((await ada(get)).json).toMatchObject({ result: { status: "working" } });
  expect((await eve(get)).json).toMatchObject({ error: { code: -32_602 } });
  await close(server);
});
