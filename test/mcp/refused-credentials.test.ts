import type { AuditEvent } from "scope-policy/audit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import {
  call,
  createTestAuthorizer,
  EXPIRED,
  initialize,
  keepDecisions,
  READER,
  tokenOf,
} from "./fixture.js";
import { type Host, type HostName, type RawRequest, sendRaw, startHost } from "./hosts.js";
import { authInfoOf, open, SDK_VERSIONS } from "./in-memory-client.js";

/** Requests that need no operation of the policy, with the names of their events. */
const REQUESTS: readonly (RawRequest & { readonly title: string; readonly name: string })[] = [
  { title: "the handshake", name: "mcp:initialize", body: JSON.stringify(initialize) },
  { title: "a ping", name: "mcp:ping", body: message("ping") },
  { title: "a list", name: "mcp:tools/list", body: message("tools/list") },
  { title: "another list", name: "mcp:resources/list", body: message("resources/list") },
  {
    title: "a notification",
    name: "mcp:notifications/initialized",
    body: '{"jsonrpc":"2.0","method":"notifications/initialized"}',
  },
  { title: "a response", name: "mcp:POST", body: '{"jsonrpc":"2.0","id":1,"result":{}}' },
  { title: "a body that is not JSON", name: "mcp:POST", body: "{" },
  { title: "a call without a name", name: "mcp:POST", body: message("tools/call") },
  { title: "a long body", name: "mcp:POST", body: message("ping", "x".repeat(100_000)) },
  { title: "an open stream", name: "mcp:GET", method: "GET" },
  { title: "the end of a session", name: "mcp:DELETE", method: "DELETE" },
  {
    title: "a batch",
    name: "mcp:ping",
    body: JSON.stringify(
      Array.from({ length: 50 }, (_, id) => JSON.parse(message("ping", "", id)) as unknown),
    ),
  },
];

function message(method: string, text = "", id = 7): string {
  return JSON.stringify({ jsonrpc: "2.0", id, method, ...(text !== "" && { params: { text } }) });
}

const CREDENTIALS = [
  ["an expired token", EXPIRED, "invalid_token", 401],
  ["a token with a malformed scope", tokenOf({ scope: "a  b" }), "invalid_token", 401],
  ["malformed credentials", "a b", "invalid_request", 400],
  ["a token in an outage of the verifier", "outage", "temporarily_unavailable", 503],
] as const;

describe.each(["v2", "v1-stateless"] satisfies HostName[])("the gate, %s", (name) => {
  let host: Host;
  beforeAll(async () => {
    host = await startHost(name);
  });
  afterAll(() => host.close());
  beforeEach(() => {
    host.events.length = 0;
  });

  const ask = ({ method = "POST", body }: RawRequest, token?: string) =>
    sendRaw(host.port, {
      method,
      headers: [
        ["Accept", "application/json, text/event-stream"],
        ...(body === undefined ? [] : [["Content-Type", "application/json"] as const]),
        ...(token === undefined ? [] : [["Authorization", `Bearer ${token}`] as const]),
      ],
      ...(body !== undefined && { body }),
    });

  describe.each(CREDENTIALS)("%s", (_, token, code, status) => {
    it.each(titled(REQUESTS))("causes one event with %s", async (_title, request) => {
      const { name: operation, ...sent } = request;
      expect((await ask(sent, token)).status).toBe(status);
      expect(host.events).toHaveLength(1);
      expect(host.events[0]).toMatchObject({
        operation: { name: operation, kind: "protocol" },
        decision: { code, allowed: false },
        status,
        arguments: [],
      });
      expect(host.events[0]).not.toHaveProperty("requirement");
    });
  });

  it.each(titled(REQUESTS))("writes no event without credentials for %s", async (_title, sent) => {
    expect((await ask(sent)).status).toBe(401);
    expect(host.events).toEqual([]);
  });

  it("writes no event for a valid token", async () => {
    await ask({ body: JSON.stringify(initialize) }, READER);
    await ask({ body: message("ping") }, READER);
    expect(host.events).toEqual([]);
  });

  it("writes the id of the message, and redacts a token that is sent as a method", async () => {
    await ask({ body: message("ping", "", 42) }, EXPIRED);
    expect(host.events[0]?.requestId).toBe("42");
    const method = "notifications/dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    await ask({ body: JSON.stringify({ jsonrpc: "2.0", method }) }, EXPIRED);
    expect(host.events[1]?.operation).toEqual({
      name: "mcp:notifications/[redacted]",
      kind: "protocol",
    });
  });

  it("writes the event of a call with its tool", async () => {
    await ask({ body: JSON.stringify(call("read_note")) }, EXPIRED);
    expect(host.events.map(({ operation }) => operation)).toEqual([
      { name: "read_note", kind: "tool" },
    ]);
  });
});

describe.each(SDK_VERSIONS)("the handlers of a protected server, %s", (generation) => {
  it.each(CREDENTIALS)("write one event for %s", async (_, token, code, status) => {
    const events: AuditEvent[] = [];
    const { ask, close } = await open(generation, {}, keepDecisions(events));
    await ask({ method: "tools/list" }, authInfoOf(token));
    await ask({ method: "resources/list" }, authInfoOf(token));
    await ask({ method: "tools/list" });
    await close();
    expect(events).toMatchObject([
      { operation: { name: "mcp:tools/list", kind: "protocol" }, decision: { code }, status },
      { operation: { name: "mcp:resources/list", kind: "protocol" }, decision: { code }, status },
    ]);
    expect(events[0]?.requestId).toMatch(/^\d+$/);
  });
});

describe("a failing audit sink", () => {
  it.each(["deny", "continue"] as const)(
    "does not change the denial (%s)",
    async (onAuditError) => {
      const authorizer = createTestAuthorizer({
        audit: () => {
          throw new Error("the sink");
        },
        onAuditError,
      });
      const refused = await authorizer.authenticate(`Bearer ${EXPIRED}`);
      if (!("decision" in refused)) throw new Error("the token is expired");
      await authorizer.record(refused, { name: "mcp:ping" });
      expect(refused.answer.status).toBe(401);
      await expect.poll(() => authorizer.outages.audit).toBe(1);
    },
  );

  it("is not called without an audit", async () => {
    const authorizer = createTestAuthorizer();
    const refused = await authorizer.authenticate(`Bearer ${EXPIRED}`);
    if (!("decision" in refused)) throw new Error("the token is expired");
    expect(await authorizer.record(refused, { name: "mcp:ping" })).toBeUndefined();
  });
});
