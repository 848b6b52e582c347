// Sessions, open streams and clients that outlive the policy with which they began.

import { Client as ClientV2 } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport as InMemoryV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import {
  createMcpHandler,
  InMemoryTransport as InMemoryV2,
  McpServer,
} from "@modelcontextprotocol/server";
import { type AccessToken, definePolicy } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { mcpGate, protect } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import {
  call,
  createTestAuthorizer,
  INFO,
  initialize,
  keepDecisions,
  modern,
  policy,
  READER,
  surface,
  tokenOf,
} from "./fixture.js";
import { bearer, JSON_HEADERS, sendRaw, startHost } from "./hosts.js";
import {
  authInfoOf,
  CREATE_SERVER,
  connectInMemory,
  namesIn,
  SDK_VERSIONS,
  type SdkVersion,
  textOf,
} from "./in-memory-client.js";
import { denialCodeOf, openHandlerGate, requestOf } from "./open-gate.js";

/** Returns a later policy with other tools. */
function laterPolicy(version: string, tools: object) {
  const { definition } = policy;
  return definePolicy({
    ...definition,
    version,
    tools: { ...definition.tools, ...tools },
  } as never);
}

/** Returns a later policy that lacks a tool. */
function policyWithout(tool: string) {
  const { definition } = policy;
  const tools = Object.entries(definition.tools ?? {}).filter(([name]) => name !== tool);
  return definePolicy({ ...definition, version: "2", tools: Object.fromEntries(tools) } as never);
}

const named = (name: string) => ({ method: "tools/call", params: { name, arguments: {} } });

interface SessionRow {
  readonly title: string;
  readonly next: ReturnType<typeof laterPolicy>;
  readonly tool: string;
  /** Whether the list has the tool, before and after. */
  readonly listed: readonly [before: boolean, after: boolean];
  /** Start of the result of a call, before and after. */
  readonly texts: readonly [before: string, after: string];
}

const SESSIONS: readonly SessionRow[] = [
  {
    title: "a tool that needs another scope now",
    next: laterPolicy("2", { read_note: "notes:write" }),
    tool: "read_note",
    listed: [true, true],
    texts: ["read_note", "more scope is needed"],
  },
  {
    title: "a tool that needs fewer scopes now",
    next: laterPolicy("2", { write_note: "notes:read" }),
    tool: "write_note",
    listed: [true, true],
    texts: ["more scope is needed", "write_note"],
  },
  {
    title: "a tool that the new policy lacks",
    next: policyWithout("read_note"),
    tool: "read_note",
    listed: [true, false],
    texts: ["read_note", "unknown operation"],
  },
  {
    title: "a tool that the new policy hides, and still allows",
    next: laterPolicy("2", { read_note: { scope: "notes:read", hidden: true } }),
    tool: "read_note",
    listed: [true, false],
    texts: ["read_note", "read_note"],
  },
  {
    title: "a tool that the new policy denies",
    next: laterPolicy("2", { read_note: { deny: "Notes are closed." } }),
    tool: "read_note",
    listed: [true, false],
    texts: ["read_note", "denied: Notes are closed."],
  },
  {
    title: "a tool that was hidden",
    next: laterPolicy("2", { secret_tool: "notes:read" }),
    tool: "secret_tool",
    listed: [false, true],
    texts: ["secret_tool", "secret_tool"],
  },
  {
    title: "a registered tool that the first policy lacked",
    next: laterPolicy("2", { unmapped: "notes:read" }),
    tool: "unmapped",
    listed: [false, true],
    texts: ["unknown operation", "unmapped"],
  },
];

const ROWS = SESSIONS.flatMap(({ title, ...row }) =>
  SDK_VERSIONS.map((generation) => [title, generation, row] as const),
);

describe("a session that outlives its policy", () => {
  it.each(ROWS)("lists and calls by the new policy %s, %s", async (_title, generation, row) => {
    const { next, tool, listed, texts } = row;
    const events: AuditEvent[] = [];
    const authorizer = createTestAuthorizer({ audit: keepDecisions(events) });
    const client = await connectInMemory(generation, CREATE_SERVER[generation](authorizer));
    const auth = authInfoOf(READER);
    const observe = async () => {
      const names = namesIn(await client.ask({ method: "tools/list" }, auth), "tools");
      return { isListed: names.includes(tool), text: textOf(await client.ask(named(tool), auth)) };
    };
    const before = await observe();
    authorizer.replacePolicy(next);
    const after = await observe();
    expect([before.isListed, after.isListed]).toEqual(listed);
    expect(before.text.slice(0, texts[0].length)).toBe(texts[0]);
    expect(after.text.slice(0, texts[1].length)).toBe(texts[1]);
    const versions = events.map((event) => event.policy.version);
    expect([versions[0], versions.at(-1)]).toEqual(["1", "2"]);
    await client.close();
  });

  it.each(SDK_VERSIONS)(
    "ends a call under the policy with which it began, %s",
    async (generation) => {
      const events: AuditEvent[] = [];
      let resume: (() => void) | undefined;
      const opened = new Promise<void>((resolve) => {
        resume = resolve;
      });
      const verify = async () => {
        await opened;
        return { scope: "mcp:tools notes:read", sub: "ada" };
      };
      const authorizer = createTestAuthorizer({ verify, audit: keepDecisions(events) });
      const client = await connectInMemory(generation, CREATE_SERVER[generation](authorizer));
      const list = client.ask({ method: "tools/list" }, authInfoOf("t"));
      const reply = client.ask(named("read_note"), authInfoOf("t"));
      await new Promise((resolve) => setTimeout(resolve, 20));
      authorizer.replacePolicy(policyWithout("read_note"));
      resume?.();
      expect(namesIn(await list, "tools")).toContain("read_note");
      expect(textOf(await reply)).toBe("read_note");
      expect(events.map((event) => event.policy.version)).toEqual(["1"]);
      await client.close();
    },
  );

  it.each(["v1", "v2-sessions"] as const)("is kept over HTTP: %s", async (name) => {
    let replace: (() => void) | undefined;
    const host = await startHost(name, {}, {}, (authorizer) => {
      replace = () => authorizer.replacePolicy(policyWithout("read_note"));
    });
    const headers = [...JSON_HEADERS, bearer(READER)];
    const hello = await sendRaw(host.port, { headers, body: JSON.stringify(initialize) });
    const session = ["Mcp-Session-Id", hello.headers.get("mcp-session-id") ?? ""] as const;
    const ask = (tool: string) =>
      sendRaw(host.port, { headers: [...headers, session], body: JSON.stringify(call(tool)) });
    expect((await ask("read_note")).text).toContain('"read_note"');
    replace?.();
    expect((await ask("read_note")).json).toMatchObject({
      result: { _meta: { "scope-policy/denial": { error: "unknown_operation" } } },
    });
    expect((await ask("list_notes")).text).toContain('"list_notes"');
    expect(host.runs.map(({ tool }) => tool)).toEqual(["read_note", "list_notes"]);
    await host.close();
  });
});

describe("a request on which several operations decide", () => {
  const notifications = { resourceSubscriptions: ["notes://all", "notes://a/notes"] };
  const listen = { method: "subscriptions/listen", params: { notifications } };
  const token = tokenOf({ scope: "mcp:tools notes:read /accounts/a/notes.read" });

  /** Creates an authorizer whose policy is replaced as soon as the first operation is decided. */
  function createReplaced() {
    const versions: string[] = [];
    const authorizer = createTestAuthorizer({
      audit: (event) => {
        if (Object.hasOwn(event, "kind")) return; // the status of the response
        versions.push(event.policy.version);
        authorizer.replacePolicy(policyWithout("account_notes"));
      },
    });
    return { authorizer, versions };
  }

  it("is decided by one policy in front of the server", async () => {
    const { authorizer, versions } = createReplaced();
    const gate = mcpGate(authorizer, surface);
    const { body, headers } = modern({ jsonrpc: "2.0", id: 1, ...listen });
    const fields = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
    expect((await gate.check(requestOf(body, { token, fields }))).kind).toBe("pass");
    expect(versions).toEqual(["1", "1", "1"]);
    const later = await gate.check(requestOf(body, { token, fields }));
    expect([later.kind, ...new Set(versions.slice(3))]).toEqual(["answer", "2"]);
  });

  it("is decided by one policy in front of its handler", async () => {
    const { authorizer, versions } = createReplaced();
    const { call: handle } = openHandlerGate(surface, authorizer);
    expect(await handle(listen, { token })).toEqual({ ran: true });
    expect(versions).toEqual(["1", "1", "1"]);
    await expect(handle(listen, { token })).rejects.toMatchObject({ code: -32_010 });
    expect([...new Set(versions.slice(3))]).toEqual(["2"]);
  });
});

/** Creates a server of the v2 SDK with a gate, and opens subscriptions. */
function serve(verify: () => AccessToken) {
  const authorizer = createTestAuthorizer({ verify });
  const handler = createMcpHandler(
    () => {
      const server = new McpServer(INFO);
      const mcp = protect(server, { authorizer, ...surface });
      mcp.registerTool("read_note", {}, () => ({ content: [] }));
      server.server.registerCapabilities({ resources: { subscribe: true } });
      return server;
    },
    { keepAliveMs: 0 },
  );
  const answer = mcpGate(authorizer, { ...surface, recheckStreams: 0.02 }).fetch(handler.fetch);
  const open = (notifications: object) => {
    const message = { jsonrpc: "2.0", id: 1, method: "subscriptions/listen" } as const;
    const { body, headers } = modern({ ...message, params: { notifications } });
    const fields = [...JSON_HEADERS, bearer("any"), ...headers] as [string, string][];
    return answer(
      new Request("https://notes.example.com/mcp", { method: "POST", headers: fields, body }),
    );
  };
  return { authorizer, handler, open };
}

describe("an open stream of the MCP gate", () => {
  interface StreamRow {
    readonly title: string;
    readonly next: ReturnType<typeof laterPolicy>;
    /** The code of the denial of a later subscription. */
    readonly code: string;
  }

  const ENDS: readonly StreamRow[] = [
    {
      title: "needs another scope for a resource",
      next: laterPolicy("2", { read_note: "notes:write" }),
      code: "insufficient_scope",
    },
    {
      title: "lacks the tool of a resource",
      next: policyWithout("read_note"),
      code: "unknown_operation",
    },
  ];

  const reads = { resourceSubscriptions: ["notes://all"] };

  it.each(titled(ENDS))(
    "ends at its next check if the new policy %s",
    async (_title, { next, code }) => {
      const { authorizer, handler, open } = serve(() => ({ scope: "mcp:tools notes:read" }));
      const stream = await open(reads);
      expect(stream.status).toBe(200);
      authorizer.replacePolicy(next);
      expect(await stream.text()).toContain("notifications/subscriptions/acknowledged");
      const refused = await open(reads);
      expect(
        denialCodeOf({ status: refused.status, headers: {}, body: await refused.json() }),
      ).toBe(code);
      await handler.close();
    },
  );

  it("stays open across checks if the new policy allows it, and gets later notifications", async () => {
    let checks = 0;
    const { authorizer, handler, open } = serve(() => {
      checks += 1;
      return { scope: "mcp:tools notes:read" };
    });
    const stream = await open(reads);
    authorizer.replacePolicy(laterPolicy("2", { write_note: "notes:write" }));
    const start = checks;
    await expect.poll(() => checks, { timeout: 20_000 }).toBeGreaterThan(start + 2);
    handler.notify.resourceUpdated("notes://all");
    await handler.close();
    expect(await stream.text()).toContain("notifications/resources/updated");
  });

  it("carries the notification of changed tools that the handler sends", async () => {
    const { authorizer, handler, open } = serve(() => ({ scope: "mcp:tools notes:read" }));
    const stream = await open({ toolsListChanged: true });
    authorizer.replacePolicy(laterPolicy("2", { write_note: "notes:read" }));
    handler.notify.toolsChanged();
    await handler.close();
    expect(await stream.text()).toContain("notifications/tools/list_changed");
  });
});

type Named = readonly { readonly name: string }[] | null;

/** Connects a client of an SDK, which lists the tools again when the server sends that they changed. */
async function connectClient(
  generation: SdkVersion,
  server: { connect(transport: never): Promise<void> },
  onChanged: (error: Error | null, tools: Named) => void,
) {
  const options = { listChanged: { tools: { debounceMs: 0, onChanged } } };
  const [InMemory, Client] = generation === "v1" ? [InMemoryV1, ClientV1] : [InMemoryV2, ClientV2];
  const [mine, theirs] = InMemory.createLinkedPair();
  await server.connect(theirs as never);
  const client = new Client(INFO, options);
  await client.connect(mine);
  return client;
}

describe("a client of an SDK", () => {
  it.each(SDK_VERSIONS)(
    "gets the tools of the new policy after `sendToolListChanged`, %s",
    async (generation) => {
      const authorizer = createTestAuthorizer({ verify: () => undefined });
      const localToken = { scope: "mcp:tools notes:read" };
      const server = CREATE_SERVER[generation](authorizer, [], { localToken });
      let settle: (tools: Named) => void = () => undefined;
      const changed = new Promise<Named>((resolve) => {
        settle = resolve;
      });
      const client = await connectClient(generation, server, (error, tools) => {
        expect(error).toBeNull();
        settle(tools);
      });
      const before = (await client.listTools()).tools.map(({ name }) => name);
      authorizer.replacePolicy(policyWithout("read_note"));
      server.sendToolListChanged();
      const after = ((await changed) ?? []).map(({ name }) => name);
      expect(before).toContain("read_note");
      expect(after).toEqual(before.filter((name) => name !== "read_note"));
      await client.close();
    },
  );
});
