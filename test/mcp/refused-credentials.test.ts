import type { AuditEvent } from "scope-policy";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { call, EXPIRED, initialize, newAuthorizer, READER, tokenOf } from "./fixture.js";
import { type Host, type HostName, type Sent, sendRaw, startHost } from "./hosts.js";
import { bearing, GENERATIONS, open } from "./talk.js";

/** Requests that ask for no operation of the policy, and the names of their events. */
const REQUESTS: readonly (Sent & { readonly title: string; readonly name: string })[] = [
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
  ["what is not a token", "a b", "invalid_request", 400],
  ["a token that cannot be verified", "outage", "temporarily_unavailable", 503],
] as const;

describe.each(["v2", "v1-stateless"] satisfies HostName[])("behind the gate, %s", (name) => {
  let host: Host;
  beforeAll(async () => {
    host = await startHost(name);
  });
  afterAll(() => host.close());
  beforeEach(() => {
    host.events.length = 0;
  });

  const ask = ({ method = "POST", body }: Sent, token?: string) =>
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
    it.each(REQUESTS)("makes one event with $title", async ({ name: operation, ...sent }) => {
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

  it.each(REQUESTS)("no credentials make no event with $title", async (sent) => {
    expect((await ask(sent)).status).toBe(401);
    expect(host.events).toEqual([]);
  });

  it("a valid token makes none", async () => {
    await ask({ body: JSON.stringify(initialize) }, READER);
    await ask({ body: message("ping") }, READER);
    expect(host.events).toEqual([]);
  });

  it("has the id of the message, and no token that is sent as a method", async () => {
    await ask({ body: message("ping", "", 42) }, EXPIRED);
    expect(host.events[0]?.requestId).toBe("42");
    const method = "notifications/dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    await ask({ body: JSON.stringify({ jsonrpc: "2.0", method }) }, EXPIRED);
    expect(host.events[1]?.operation).toEqual({
      name: "mcp:notifications/[redacted]",
      kind: "protocol",
    });
  });

  it("an event of a call is that of the tool", async () => {
    await ask({ body: JSON.stringify(call("read_note")) }, EXPIRED);
    expect(host.events.map(({ operation }) => operation)).toEqual([
      { name: "read_note", kind: "tool" },
    ]);
  });
});

describe.each(GENERATIONS)("at the handlers of a protected server, %s", (generation) => {
  it.each(CREDENTIALS)("%s makes one event", async (_, token, code, status) => {
    const events: AuditEvent[] = [];
    const { ask, close } = await open(generation, {}, (event) => void events.push(event));
    await ask({ method: "tools/list" }, bearing(token));
    await ask({ method: "resources/list" }, bearing(token));
    await ask({ method: "tools/list" });
    await close();
    expect(events).toMatchObject([
      { operation: { name: "mcp:tools/list", kind: "protocol" }, decision: { code }, status },
      { operation: { name: "mcp:resources/list", kind: "protocol" }, decision: { code }, status },
    ]);
    expect(events[0]?.requestId).toMatch(/^\d+$/);
  });
});

describe("a sink that fails", () => {
  it.each(["deny", "continue"] as const)(
    "leaves the refusal as it is (%s)",
    async (onAuditError) => {
      const authorizer = newAuthorizer({
        audit: () => {
          throw new Error("the sink");
        },
        onAuditError,
      });
      const refused = await authorizer.authenticate(`Bearer ${EXPIRED}`);
      if (!("decision" in refused)) throw new Error("the token is expired");
      await authorizer.record(refused, { name: "mcp:ping" });
      expect(refused.answer.status).toBe(401);
      await expect.poll(() => authorizer.faults.audit).toBe(1);
    },
  );

  it("is not asked where there is no audit", async () => {
    const authorizer = newAuthorizer();
    const refused = await authorizer.authenticate(`Bearer ${EXPIRED}`);
    if (!("decision" in refused)) throw new Error("the token is expired");
    expect(await authorizer.record(refused, { name: "mcp:ping" })).toBeUndefined();
  });
});
