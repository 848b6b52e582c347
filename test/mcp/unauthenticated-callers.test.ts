import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import type { AccessToken, AuthorizerOptions } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { type McpGateOptions, type McpHttpRequest, mcpGate } from "scope-policy/mcp";
import { afterEach, describe, expect, it, vi } from "vitest";
import { readNodeRequest } from "../../src/mcp/http/node-http.js";
import {
  call,
  createTestAuthorizer,
  EXPIRED,
  keepDecisions,
  type Message,
  modern,
  READER,
  surface,
  type Types,
  verify,
} from "./fixture.js";

afterEach(() => void vi.useRealTimers());

interface Asked {
  readonly token?: string | undefined;
  readonly fields?: Readonly<Record<string, string | undefined>>;
}

/** Opens a gate, with a record of what it calls. */
function open(
  options: McpGateOptions<Types> = {},
  authorizerOptions: Partial<AuthorizerOptions<Types>> = {},
) {
  const events: AuditEvent[] = [];
  const verified: string[] = [];
  const reads: number[] = [];
  const authorizer = createTestAuthorizer({
    audit: keepDecisions(events),
    verify: (rawToken): AccessToken | undefined => {
      verified.push(rawToken);
      return verify(rawToken);
    },
    ...authorizerOptions,
  });
  const gate = mcpGate(authorizer, { ...surface, ...options });
  const ask = async (content: unknown, { token, fields = {} }: Asked = {}) => {
    const bytes = new TextEncoder().encode(
      typeof content === "string" ? content : JSON.stringify(content),
    );
    const sent = new Map(
      Object.entries({
        "content-type": "application/json",
        "content-length": String(bytes.length),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...fields,
      }),
    );
    const request: McpHttpRequest = {
      method: "POST",
      target: "/mcp",
      field: (name) => [sent.get(name) ?? []].flat(),
      read: (most) => {
        reads.push(most);
        return Promise.resolve(bytes.length > most ? "too_large" : bytes);
      },
    };
    const verdict = await gate.check(request);
    return verdict.kind === "pass" ? { status: 0, headers: {}, verdict } : verdict.answer;
  };
  return { ask, events, verified, reads };
}

const asking = (method: string, params?: Record<string, unknown>): Message => ({
  jsonrpc: "2.0",
  id: 1,
  method,
  ...(params !== undefined && { params }),
});

describe("a caller who is not authenticated", () => {
  const MESSAGES: readonly Message[] = [
    call("nope"),
    call("delete_account"),
    call("account_notes"),
    asking("tools/call"),
    asking("notes/unknown"),
    asking("tasks/list"),
    asking("resources/read", { uri: "notes://nope" }),
  ];
  const CREDENTIALS = [
    ["an anonymous caller", undefined, 401, "unauthenticated"],
    ["an invalid token", EXPIRED, 401, "invalid_token"],
    ["malformed credentials", "a b", 400, "invalid_request"],
    ["an outage", "outage", 503, "temporarily_unavailable"],
  ] as const;

  it.each(CREDENTIALS)(
    "gets a denial for %s, whatever the message asks for",
    async (_, token, status, code) => {
      const { ask, events } = open();
      for (const message of MESSAGES) {
        events.length = 0;
        const answered = await ask(message, { token });
        expect(answered.status, message.method).toBe(status);
        const isCall = message.params !== undefined || message.method !== "tools/call";
        const said = events.map(({ decision, status: written }) => [decision.code, written]);
        const isWritten = isCall || token !== undefined;
        expect(said, message.method).toEqual(isWritten ? [[code, status]] : []);
      }
      for (const content of ["{", {}, [], [{}]])
        expect((await ask(content, { token })).status, JSON.stringify(content)).toBe(status);
    },
  );

  it("gets no response about the operation, which an authenticated caller gets", async () => {
    const { ask } = open();
    const statuses = MESSAGES.map(
      async (message) => (await ask(message, { token: READER })).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, 200, 400, 200, 200, 200]);
  });

  it("may call a public tool, but not with an invalid token", async () => {
    const { ask } = open();
    expect((await ask(call("ping_public"))).status).toBe(0);
    expect((await ask(call("ping_public"), { token: EXPIRED })).status).toBe(401);
  });
});

describe("an invalid token", () => {
  const batch = Array.from({ length: 50 }, (_, id) => call("read_note", {}, id));

  it("is verified and audited once, however many messages come with it", async () => {
    const { ask, events, verified } = open();
    expect((await ask(batch, { token: EXPIRED })).status).toBe(401);
    expect([verified.length, events.length]).toEqual([1, 1]);
  });

  it("is verified once for a batch in a version without batches", async () => {
    const { ask, events, verified } = open();
    const fields = { "mcp-protocol-version": "2025-11-25" };
    expect((await ask(batch, { token: EXPIRED, fields })).status).toBe(401);
    expect([verified.length, events.length]).toEqual([1, 1]);
    expect((await ask(batch, { token: READER, fields })).status).toBe(400);
    expect([verified.length, events.length]).toEqual([2, 1]);
  });

  it("is verified once if several resource entries match", async () => {
    const resources = { "notes://{a}/x": "read_note", "notes://y/{b}": "write_note" } as const;
    const { ask, verified } = open({ resources });
    const message = asking("resources/read", { uri: "notes://y/x" });
    expect((await ask(message, { token: EXPIRED })).status).toBe(401);
    expect(verified).toHaveLength(1);
  });
});

describe("a long body", () => {
  const long = call("read_note", { text: "x".repeat(100_000) });

  it.each([
    ["an anonymous caller", undefined, 401],
    ["an invalid token", EXPIRED, 401],
    ["an outage", "outage", 503],
  ] as const)("is not read whole for %s", async (_, token, status) => {
    const { ask, reads, verified } = open();
    const answered = await ask(long, { token });
    expect([answered.status, answered.headers]).toEqual([
      status,
      expect.objectContaining({ Connection: "close" }),
    ]);
    expect(reads).toEqual([65_536]);
    expect(verified).toHaveLength(token === undefined ? 0 : 1);
  });

  it("is not read whole for an anonymous caller, even if anonymous callers may initialize", async () => {
    expect((await open({ anonymous: true }).ask(long)).status).toBe(401);
  });

  it("of an authenticated caller is read up to the limit", async () => {
    const { ask, reads } = open();
    expect((await ask(long, { token: READER })).status).toBe(0);
    expect((await open({ maxBodySize: 90_000 }).ask(long, { token: READER })).status).toBe(413);
    expect(reads).toEqual([4_194_304]);
  });

  it("with a false `Content-Length` is not read whole", async () => {
    const { ask, reads } = open();
    const fields = { "content-length": "10" };
    expect((await ask(long, { token: READER, fields })).status).toBe(413);
    expect(reads).toEqual([65_536]);
  });

  it("without a `Content-Length` is read after the token is verified", async () => {
    const { ask, verified } = open();
    const fields = { "content-length": undefined };
    expect((await ask(long, { token: READER, fields })).status).toBe(0);
    expect((await ask(call("read_note"), { token: READER })).status).toBe(0);
    expect(verified).toHaveLength(3);
  });
});

it("an allowed subscription is audited, since no handler sees it", async () => {
  const { ask, events } = open();
  const { body, headers } = modern(asking("subscriptions/listen", {}));
  const fields = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
  expect((await ask(body, { token: READER, fields })).status).toBe(0);
  expect(events.map(({ operation, decision }) => [operation, decision.code])).toEqual([
    [{ kind: "tool", name: "read_note" }, "allowed"],
  ]);
});

it("a session store that never responds is an outage after five seconds", async () => {
  vi.useFakeTimers();
  const never = () => new Promise<never>(() => undefined);
  const { ask } = open({ sessions: { get: never, set: never, delete: never } });
  const answered = ask(call("read_note"), { token: READER, fields: { "mcp-session-id": "a" } });
  await vi.advanceTimersByTimeAsync(5_000);
  expect((await answered).status).toBe(503);
});

it("the gate does not wait for the body of a closed connection", async () => {
  const request = new IncomingMessage(new Socket());
  request.destroy();
  await new Promise((resolve) => setImmediate(resolve));
  expect(await readNodeRequest(request).read(10)).toBe("unreadable");
});
