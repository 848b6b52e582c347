import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import type { AuthorizerOptions } from "scope-policy";
import { type McpGateOptions, mcpGate, protect } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import {
  ACCOUNT,
  createTestAuthorizer,
  INFO,
  modern,
  policy,
  READER,
  surface,
  type Types,
  tokenOf,
} from "./fixture.js";
import { denialCodeOf, openGate } from "./open-gate.js";

// `subscriptions/listen` of 2026-07-28: the gate decides on each resource that it names as on a read of it

const BOTH = tokenOf({ scope: "mcp:tools notes:read /accounts/a/notes.read" });
const { resources, methods } = surface;

const listen = (notifications: unknown, id: string | number = 1) =>
  modern({
    jsonrpc: "2.0",
    id: id as number,
    method: "subscriptions/listen",
    params: notifications === undefined ? {} : { notifications },
  });

const fieldsOf = ({ headers }: ReturnType<typeof listen>) =>
  Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));

interface Case {
  readonly title: string;
  readonly options: McpGateOptions<Types>;
  readonly token: string | undefined;
  readonly filter: unknown;
  /** Returns the status and the code of a denial; nothing for an allowed subscription. */
  readonly refused?: readonly [status: number, code: string | number];
}

const mapped = { resources, methods };
const unmapped = { resources, methods: {} };
const withoutResources = { resources: {}, methods };
const uris = (...resourceSubscriptions: readonly unknown[]) => ({ resourceSubscriptions });
const many = (count: number) =>
  uris(...Array.from({ length: count }, (_, index) => `notes://a${index}/notes`));
const everyAccount = tokenOf({
  scope: [
    "mcp:tools",
    "notes:read",
    ...many(101).resourceSubscriptions.map((_, index) => `/accounts/a${index}/notes.read`),
  ],
});

const CASES: readonly Case[] = [
  { title: "changes of lists", options: mapped, token: READER, filter: { toolsListChanged: true } },
  { title: "nothing", options: mapped, token: READER, filter: undefined },
  { title: "a resource", options: mapped, token: READER, filter: uris("notes://all") },
  { title: "two", options: mapped, token: BOTH, filter: uris("notes://all", "notes://a/notes") },
  {
    title: "one resource twice",
    options: mapped,
    token: READER,
    filter: uris("notes://all", "notes://all"),
  },
  { title: "100 resources", options: mapped, token: everyAccount, filter: many(100) },
  {
    title: "a resource that decides alone",
    options: unmapped,
    token: ACCOUNT,
    filter: { ...uris("notes://a/notes"), resourcesListChanged: true },
  },
  {
    title: "the resource of another account",
    options: mapped,
    token: BOTH,
    filter: uris("notes://victim/notes"),
    refused: [200, "binding_mismatch"],
  },
  {
    title: "a resource of the caller and one of another account",
    options: mapped,
    token: BOTH,
    filter: uris("notes://a/notes", "notes://victim/notes"),
    refused: [200, "binding_mismatch"],
  },
  {
    title: "a resource whose scope is not granted",
    options: unmapped,
    token: ACCOUNT,
    filter: uris("notes://all"),
    refused: [403, "insufficient_scope"],
  },
  {
    title: "a resource, with a token that the method's tool denies",
    options: mapped,
    token: ACCOUNT,
    filter: uris("notes://a/notes"),
    refused: [403, "insufficient_scope"],
  },
  {
    title: "a resource that no entry names",
    options: mapped,
    token: BOTH,
    filter: uris("notes://all", "notes://hidden"),
    refused: [200, "unknown_operation"],
  },
  {
    title: "another spelling of a resource",
    options: mapped,
    token: BOTH,
    filter: uris("notes://a/../all"),
    refused: [200, "unknown_operation"],
  },
  {
    title: "a resource of a server without resources",
    options: withoutResources,
    token: BOTH,
    filter: uris("notes://all"),
    refused: [200, "unknown_operation"],
  },
  {
    title: "a resource of a server without resources and without the method",
    options: { resources: {}, methods: {} },
    token: BOTH,
    filter: uris("notes://all"),
    refused: [404, -32_601],
  },
  {
    title: "changes of lists, if the options do not name the method",
    options: unmapped,
    token: BOTH,
    filter: { toolsListChanged: true },
    refused: [404, -32_601],
  },
  {
    title: "tasks, which no entry covers",
    options: mapped,
    token: BOTH,
    filter: { ...uris("notes://all"), taskIds: ["t-1"] },
    refused: [200, "unknown_operation"],
  },
  {
    title: "a filter that is a list",
    options: mapped,
    token: BOTH,
    filter: ["notes://all"],
    refused: [400, -32_602],
  },
  {
    title: "resources as a text",
    options: mapped,
    token: BOTH,
    filter: { resourceSubscriptions: "notes://all" },
    refused: [400, -32_602],
  },
  {
    title: "resources as a list of lists",
    options: mapped,
    token: BOTH,
    filter: uris("notes://all", ["notes://victim/notes"]),
    refused: [400, -32_602],
  },
  {
    title: "101 resources",
    options: mapped,
    token: everyAccount,
    filter: many(101),
    refused: [400, -32_602],
  },
  {
    title: "a resource, without a token",
    options: { ...mapped, anonymous: true },
    token: undefined,
    filter: uris("notes://all"),
    refused: [401, "unauthenticated"],
  },
];

describe("a subscription", () => {
  it.each(titled(CASES))("to %s", async (_title, { options, token, filter, refused }) => {
    const { ask } = openGate(options);
    const message = listen(filter);
    const answered = await ask(message.body, { token, fields: fieldsOf(message) });
    if (refused === undefined) return expect(answered).toBeUndefined();
    const [status, code] = refused;
    expect(answered).toMatchObject({ status });
    if (typeof code === "number") expect(answered).toMatchObject({ body: { error: { code } } });
    else expect(denialCodeOf(answered)).toBe(code);
    if (status === 200) expect(answered).toMatchObject({ body: { error: { code: -32_010 } } });
  });

  it("is audited for the method and for each resource", async () => {
    const { ask, events } = openGate(mapped);
    const message = listen(uris("notes://all", "notes://a/notes", "notes://all"));
    await ask(message.body, { token: BOTH, fields: fieldsOf(message) });
    expect(events.map(({ operation, decision }) => [operation.name, decision.code])).toEqual([
      ["read_note", "allowed"],
      ["read_note", "allowed"],
      ["account_notes", "allowed"],
    ]);
  });
});

/** Creates a server of the v2 SDK that sends notifications when its resources change. */
function serve(
  options: McpGateOptions<Types>,
  authorizerOptions: Partial<AuthorizerOptions<Types>> = {},
) {
  const authorizer = createTestAuthorizer(authorizerOptions);
  const handler = createMcpHandler(
    () => {
      const server = new McpServer(INFO);
      protect(server, { policy, authorizer, ...mapped });
      server.server.registerCapabilities({ resources: { subscribe: true } });
      return server;
    },
    { keepAliveMs: 0 },
  );
  const answer = mcpGate(authorizer, options).fetch(handler.fetch);
  const open = async (filter: unknown, token: string) => {
    const { body, headers } = listen(filter);
    const fields = [
      ["content-type", "application/json"],
      ["accept", "application/json, text/event-stream"],
      ["authorization", `Bearer ${token}`],
      ...headers,
    ] as [string, string][];
    const url = "https://notes.example.com/mcp";
    return answer(new Request(url, { method: "POST", headers: fields, body }));
  };
  return { open, handler };
}

describe("a subscription over the SDK", () => {
  it("reports only the resources that the caller may read", async () => {
    const { open, handler } = serve(mapped);
    const refused = await open(uris("notes://victim/notes"), BOTH);
    expect(await refused.json()).toMatchObject({ error: { code: -32_010 } });
    const stream = await open(uris("notes://a/notes"), BOTH);
    expect(stream.status).toBe(200);
    handler.notify.resourceUpdated("notes://victim/notes");
    handler.notify.resourceUpdated("notes://a/notes");
    await handler.close();
    const text = await stream.text();
    expect(text).toContain('"notes://a/notes"');
    expect(text).not.toContain("victim");
  });

  it("ends when the caller may no longer read one of its resources", async () => {
    let isRevoked = false;
    const verify = () => ({
      scope: isRevoked ? "mcp:tools notes:read" : "mcp:tools notes:read /accounts/a/notes.read",
      sub: "ada",
    });
    const { open, handler } = serve({ ...mapped, recheckStreams: 0.01 }, { verify });
    const stream = await open(uris("notes://all", "notes://a/notes"), "any");
    expect(stream.status).toBe(200);
    isRevoked = true;
    expect(await stream.text()).toContain("notifications/subscriptions/acknowledged");
    await handler.close();
  });
});
