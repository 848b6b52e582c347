import { InMemoryTaskStore } from "@modelcontextprotocol/sdk/experimental/tasks";
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { Server as LowLevelV2, McpServer } from "@modelcontextprotocol/server";
import { createAuthorizer, definePolicy } from "scope-policy";
import { mcpGate, protect } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createTestAuthorizer, INFO, policy } from "./fixture.js";
import { SDK_VERSIONS } from "./in-memory-client.js";

describe("`protect`", () => {
  const authorizer = createTestAuthorizer();
  const other = createAuthorizer({
    policy: definePolicy({ name: "Other", version: "1", scopes: {} }),
    verify: () => undefined,
  });
  const fresh = () => new McpServer(INFO);
  const LATE = /already has a handler for `tools\/list`, `tools\/call`/;

  const FAULTS: readonly [label: string, start: () => unknown, code: string, message: RegExp][] = [
    [
      "neither a policy nor an authorizer",
      () => protect(fresh(), {}),
      "ERR_OPTIONS_INVALID",
      /expected a `policy`, an `authorizer`, or both/,
    ],
    [
      "a policy other than the authorizer's",
      () => protect(fresh(), { policy, authorizer: other as never }),
      "ERR_OPTIONS_INVALID",
      /differs from the policy/,
    ],
    [
      "a misspelled option",
      () => protect(fresh(), { authorizer, resorces: {} } as never),
      "ERR_OPTIONS_INVALID",
      /resorces/,
    ],
    [
      "a tool that the policy lacks",
      () => protect(fresh(), { authorizer, prompts: { a: "nope" as never } }),
      "ERR_OPERATION_UNKNOWN",
      /nope/,
    ],
    [
      "an invalid tool name",
      () => protect(fresh(), { authorizer, prompts: { a: "GET /" as never } }),
      "ERR_OPERATION_UNKNOWN",
      /not a valid tool name/,
    ],
    [
      "an invalid map",
      () => protect(fresh(), { authorizer, prompts: ["a"] as never }),
      "ERR_OPTIONS_INVALID",
      /prompts/,
    ],
    [
      "an invalid local token",
      () => protect(fresh(), { authorizer, localToken: "a" as never }),
      "ERR_OPTIONS_INVALID",
      /localToken/,
    ],
    [
      "an invalid switch",
      () => protect(fresh(), { authorizer, securitySchemes: 1 as never }),
      "ERR_OPTIONS_INVALID",
      /securitySchemes/,
    ],
    [
      "a method on which the gate decides itself",
      () => protect(fresh(), { authorizer, methods: { "tools/call": "read_note" } }),
      "ERR_OPTIONS_INVALID",
      /`tools\/call`/,
    ],
    [
      "an invalid URI",
      () => protect(fresh(), { authorizer, resources: { "all notes": "read_note" } }),
      "ERR_OPTIONS_INVALID",
      /all notes/,
    ],
    [
      "a server with the capability and a tool",
      () => {
        const server = new McpServer(INFO, { capabilities: { tools: {} } });
        server.registerTool("read_note", {}, () => ({ content: [] }));
        protect(server, { authorizer });
      },
      "ERR_OPTIONS_INVALID",
      LATE,
    ],
    [
      "a v1 server with the capability and a prompt",
      () => {
        const server = new McpServerV1(INFO, { capabilities: { tools: {} } });
        server.registerPrompt("summary", {}, () => ({ messages: [] }));
        protect(server, { authorizer });
      },
      "ERR_OPTIONS_INVALID",
      /call `protect` right after the server is created, before the first tool/,
    ],
    [
      "a low-level server with a handler",
      () => {
        const server = new LowLevelV2(INFO, { capabilities: { tools: {} } });
        server.setRequestHandler("tools/list", () => ({ tools: [] }));
        protect(server, { authorizer });
      },
      "ERR_OPTIONS_INVALID",
      /already has a handler for `tools\/list`:/,
    ],
    [
      "a v1 server with tasks",
      () =>
        protect(
          new McpServerV1(INFO, {
            taskStore: new InMemoryTaskStore(),
            capabilities: { tasks: {} },
          }),
          { authorizer },
        ),
      "ERR_OPTIONS_INVALID",
      /tasks\/get/,
    ],
    [
      "a server with its own method",
      () => {
        const server = fresh();
        server.server.setRequestHandler("acme/delete", { params: z.object({}) }, () => ({}));
        protect(server, { authorizer });
      },
      "ERR_OPTIONS_INVALID",
      /already has a handler for `acme\/delete`:/,
    ],
    [
      "a v1 server with its own method",
      () => {
        const server = new McpServerV1(INFO);
        const schema = z.object({ method: z.literal("acme/delete") });
        server.server.setRequestHandler(schema, () => ({}));
        protect(server, { authorizer });
      },
      "ERR_OPTIONS_INVALID",
      /already has a handler for `acme\/delete`:/,
    ],
    [
      "a server with a tool",
      () => {
        const server = fresh();
        server.registerTool("read_note", {}, () => ({ content: [] }));
        protect(server, { authorizer });
      },
      "ERR_OPTIONS_INVALID",
      LATE,
    ],
    [
      "a server twice",
      () => {
        const server = fresh();
        protect(server, { authorizer });
        protect(server, { authorizer });
      },
      "ERR_OPTIONS_INVALID",
      /already protected/,
    ],
    [
      "a tool that the policy lacks, later",
      () =>
        protect(fresh(), { authorizer }).registerTool("nope" as never, {}, () => ({ content: [] })),
      "ERR_OPERATION_UNKNOWN",
      /nope/,
    ],
  ];

  it("reports every tool that the policy lacks at once", () => {
    const maps = {
      resources: { "notes://{id}": "read_nte" as never },
      prompts: { a: "GET /" as never, b: "read_note" as const },
      methods: { "x/y": "nope" as never },
    };
    expect(() => mcpGate(authorizer, maps)).toThrow(
      expect.objectContaining({
        code: "ERR_OPERATION_UNKNOWN",
        message: expect.stringContaining("the map of resources, prompts and methods") as string,
        findings: [
          expect.objectContaining({ code: "unknown_tool", path: 'resources["notes://{id}"]' }),
          expect.objectContaining({ path: 'prompts["a"]' }),
          expect.objectContaining({ path: 'methods["x/y"]' }),
        ] as object[],
      }) as Error,
    );
  });

  it.each(FAULTS)("refuses %s", (_, start, code, message) => {
    expect(start).toThrow(
      expect.objectContaining({
        name: "PolicyError",
        code,
        message: expect.stringMatching(message) as string,
      }),
    );
  });

  it("sets no fallback on an object that only inherits from the server, where it would not be gated", () => {
    const server = new LowLevelV2(INFO, { capabilities: { tools: {} } });
    protect(server, { authorizer });
    const derived = Object.create(server) as LowLevelV2;
    derived.fallbackRequestHandler = async () => ({ ran: true });
    expect([derived.fallbackRequestHandler, server.fallbackRequestHandler]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it("leaves a handler that is not a function to the SDK", () => {
    const server = new LowLevelV2(INFO, { capabilities: { tools: {} } });
    protect(server, { authorizer });
    expect(() => server.setRequestHandler("tools/list", undefined as never)).toThrow(
      /handler is required/,
    );
  });
});

describe("the coverage of a server's tools", () => {
  const small = definePolicy({
    name: "Small",
    version: "1",
    scopes: { "notes:read": "Read notes" },
    tools: {
      read_note: "notes:read",
      find_note: "notes:read",
      watch: "notes:read",
      "list_*": "notes:read",
      drop: { deny: "Never." },
    },
  });
  const authorizer = createAuthorizer({ policy: small, verify: () => undefined });
  const nothing = () => ({ content: [] });

  it.each(SDK_VERSIONS)("reports what is missing on either side at once, %s", (generation) => {
    const server = generation === "v1" ? new McpServerV1(INFO) : new McpServer(INFO);
    const mcp = protect(server, { authorizer, methods: { "subscriptions/listen": "watch" } });
    const register = server.registerTool.bind(server) as (
      name: string,
      config: object,
      run: () => object,
    ) => { disable(): void };
    register("read_note", {}, nothing);
    register("list_all", {}, nothing);
    register("other", {}, nothing).disable();
    expect(() => mcp.assertComplete()).toThrow(
      expect.objectContaining({
        code: "ERR_COVERAGE",
        findings: [
          {
            code: "unmapped_tool",
            path: "tools.other",
            message: "the server has a tool `other` that is not in the policy",
          },
          {
            code: "unregistered_tool",
            path: "tools.find_note",
            message: "the policy has a tool `find_note` that is not registered on the server",
          },
        ],
      }),
    );
    expect(() => mcp.assertComplete(["read_note", "find_note"])).not.toThrow();
  });

  it("reports nothing if both are the same, and is cached for the next equal server", () => {
    let listings = 0;
    const listed = () => {
      listings += 1;
      return undefined;
    };
    for (let round = 0; round < 2; round += 1) {
      const server = new McpServer(INFO);
      const mcp = protect(server, { authorizer, prompts: { a: "watch" } });
      const tool = mcp.registerTool("read_note", {}, nothing);
      mcp.registerTool("find_note", {}, nothing);
      Object.defineProperty(tool, "title", { get: listed });
      expect(() => mcp.assertComplete()).not.toThrow();
    }
    expect(listings).toBe(1);
  });

  it("is checked again for a low-level server, since only its list handler knows the tools", () => {
    const complete = (names: readonly string[]) => {
      const server = new LowLevelV2(INFO, { capabilities: { tools: {} } });
      const mcp = protect(server, { authorizer, prompts: { a: "watch" } });
      const inputSchema = { type: "object" as const };
      server.setRequestHandler("tools/list", (() => ({
        tools: names.map((name) => ({ name, inputSchema })),
      })) as never);
      mcp.assertComplete();
    };
    expect(() => complete(["read_note", "find_note"])).not.toThrow();
    expect(() => complete(["read_note", "find_note", "evil"])).toThrow(/`evil`/);
    expect(() => complete(["read_note"])).toThrow(/`find_note`/);
  });

  it.each(SDK_VERSIONS)("uses the current name of a renamed tool, %s", (generation) => {
    const made = (rename?: string) => {
      const server = generation === "v1" ? new McpServerV1(INFO) : new McpServer(INFO);
      const mcp = protect(server, { authorizer, prompts: { a: "watch" } });
      const register = server.registerTool.bind(server) as (
        name: string,
        config: object,
        run: () => object,
      ) => { update(changes: object): void };
      register("read_note", {}, nothing);
      const tool = register("find_note", {}, nothing);
      if (rename !== undefined) tool.update({ name: rename });
      return mcp;
    };
    expect(() => made().assertComplete()).not.toThrow();
    const renamed = made("evil");
    expect(() => renamed.assertComplete()).toThrow(/`evil`.*`find_note`/s);
  });

  it("includes a tool of v1 that runs as a task", () => {
    const made = (isMore: boolean) => {
      const server = new McpServerV1(INFO);
      const mcp = protect(server, { authorizer, prompts: { a: "watch" } });
      server.registerTool("read_note", {}, nothing);
      server.registerTool("find_note", {}, nothing);
      const run = () => Promise.reject(new Error("never called"));
      const handler = { createTask: run, getTask: run, getTaskResult: run };
      const config = { execution: { taskSupport: "required" as const } };
      if (isMore) server.experimental.tasks.registerToolTask("evil", config, handler);
      return mcp;
    };
    expect(() => made(false).assertComplete()).not.toThrow();
    expect(() => made(true).assertComplete()).toThrow(/`evil`/);
  });

  it("calls a list handler that replaces the SDK's", () => {
    const server = new McpServer(INFO);
    const mcp = protect(server, { authorizer, prompts: { a: "watch" } });
    mcp.registerTool("read_note", {}, nothing);
    mcp.registerTool("find_note", {}, nothing);
    const tools = [{ name: "evil", inputSchema: { type: "object" as const } }];
    server.server.setRequestHandler("tools/list", () => ({ tools }));
    expect(() => mcp.assertComplete()).toThrow(/`evil`/);
  });

  it("includes tools of v1's older registration method", () => {
    const server = new McpServerV1(INFO);
    const mcp = protect(server, { authorizer });
    server.tool("other", nothing);
    expect(() => mcp.assertComplete()).toThrow(/`other`/);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("not now");
      },
    ],
    ["rejects", () => Promise.reject(new Error("not now"))],
    ["returns no list", () => ({ tools: "none" })],
    ["returns an entry without a name", () => ({ tools: [{}, { name: 7 }, null] })],
    ["is missing", undefined],
  ])("reports every tool of the policy if the list of a low-level server %s", (_, list) => {
    const server = new LowLevelV2(INFO, { capabilities: { tools: {} } });
    const mcp = protect(server, { authorizer });
    if (list !== undefined) server.setRequestHandler("tools/list", list as never);
    expect(() => mcp.assertComplete()).toThrow(/`read_note`.*`find_note`.*`watch`/s);
  });

  it("reports the tools of a server if the policy has none", () => {
    const bare = definePolicy({ name: "Bare", version: "1", scopes: {} });
    const mcp = protect(new McpServer(INFO), {
      authorizer: createAuthorizer({ policy: bare, verify: () => undefined }),
    });
    expect(() => mcp.assertComplete()).not.toThrow();
    expect(() => mcp.assertComplete(["evil"])).toThrow(/`evil`/);
  });

  it("accepts the names of a low-level server with an asynchronous list", () => {
    const server = new LowLevelV2(INFO, { capabilities: { tools: {} } });
    const mcp = protect(server, { authorizer });
    server.setRequestHandler("tools/list", async () => ({ tools: [] }));
    expect(() => mcp.assertComplete()).toThrow(/is not registered/);
    expect(() => mcp.assertComplete(["read_note", "find_note", "watch"])).not.toThrow();
  });
});
