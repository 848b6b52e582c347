import { McpServer } from "@modelcontextprotocol/server";
import { createAuthorizer, definePolicy, loadPolicy } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { type McpGateOptions, mcpGate, protect } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import { createHandshake } from "../../src/mcp/shared/handshake.js";
import { titled } from "../titled.js";
import {
  call,
  createTestAuthorizer,
  INFO,
  initialize,
  keepDecisions,
  type Message,
  modern,
  policy,
  READER,
  type Types,
  tokenOf,
  verify,
} from "./fixture.js";
import { bearer, HOSTS, type HostName, JSON_HEADERS, sendRaw, startHost } from "./hosts.js";
import { authInfoOf, namesIn, open, SDK_VERSIONS } from "./in-memory-client.js";
import { openGate } from "./open-gate.js";

// "without mcp:tools the endpoint refuses requests" is an option, since the specification requires only a valid token

const BARE = tokenOf({ scope: "notes:read" });
const BASELINE: McpGateOptions<Types> = { handshake: "baseline" };

const asking = (method: string): Message => ({ jsonrpc: "2.0", id: 1, method });
const telling = (method: string): Message => ({ jsonrpc: "2.0", method });

/** The messages that call no tool. */
const KNOWN: readonly Message[] = [
  initialize,
  asking("ping"),
  asking("server/discover"),
  asking("logging/setLevel"),
  asking("tools/list"),
  asking("resources/list"),
  asking("resources/templates/list"),
  asking("prompts/list"),
  telling("notifications/initialized"),
  telling("tools/list"),
];

const methodOf = ({ method, id }: Message) =>
  id === undefined ? `notification ${method}` : method;

describe("a token without the baseline", () => {
  it.each(titled(KNOWN, methodOf))("may send %s by default", async (_method, message) => {
    for (const options of [{}, { handshake: "authenticated" }] as const) {
      expect(await openGate(options).ask(message, { token: BARE })).toBeUndefined();
    }
  });

  it.each(titled(KNOWN, methodOf))(
    "gets 403 on %s if the options require it",
    async (_, message) => {
      const { ask } = openGate(BASELINE, { challenge: "minimum" });
      const answered = await ask(message, { token: BARE });
      expect(answered).toMatchObject({
        status: 403,
        body: { error: "insufficient_scope", scope: "mcp:tools" },
      });
      expect(answered?.headers["WWW-Authenticate"]).toMatch(
        /^Bearer error="insufficient_scope", scope="mcp:tools", resource_metadata="/,
      );
      expect(await ask(message, { token: READER })).toBeUndefined();
    },
  );

  it("leaves an audit event with its owner when the gate denies it", async () => {
    const events: AuditEvent[] = [];
    const { ask } = openGate(BASELINE, { audit: keepDecisions(events) });
    await ask(asking("tools/list"), { token: BARE });
    await ask(asking("tools/list"), { token: READER });
    expect(events).toMatchObject([
      {
        operation: { name: "mcp:tools/list", kind: "protocol" },
        decision: { code: "insufficient_scope", missing: ["mcp:tools"] },
        actor: { sub: expect.any(String) as string },
        status: 403,
      },
    ]);
  });

  it("gets a challenge with its own scopes and the baseline before 2026-07-28", async () => {
    const { ask } = openGate(BASELINE);
    const fields = { "mcp-protocol-version": "2025-11-25" };
    const answered = await ask(asking("tools/list"), { token: BARE, fields });
    expect(answered?.body).toMatchObject({ scope: "notes:read mcp:tools" });
  });

  it.each(["GET", "DELETE"])("gets a challenge on %s", async (method) => {
    expect(await openGate().ask("", { method, token: BARE })).toBeUndefined();
    const { ask } = openGate(BASELINE);
    expect(await ask("", { method, token: BARE })).toMatchObject({ status: 403 });
    expect(await ask("", { method, token: READER })).toBeUndefined();
  });

  it("gets a challenge on a response, and one for everything that a batch lacks", async () => {
    const { ask } = openGate(BASELINE, { challenge: "minimum" });
    const response = { jsonrpc: "2.0", id: 1, result: {} };
    expect(await ask(response, { token: BARE })).toMatchObject({ status: 403 });
    const batch = [asking("tools/list"), call("write_note")];
    expect(await ask(batch, { token: BARE })).toMatchObject({
      status: 403,
      body: { scope: "mcp:tools notes:read notes:write" },
    });
  });

  it("gets an error with the challenge if denials are results, since it calls no tool", async () => {
    const { ask } = openGate({ ...BASELINE, challenge: "tool-result" });
    const challenge = expect.stringContaining('scope="notes:read mcp:tools"') as unknown;
    expect(await ask(asking("tools/list"), { token: BARE })).toMatchObject({
      status: 200,
      body: { error: { code: -32_010, data: { "mcp/www_authenticate": [challenge] } } },
    });
    // nothing else responds to these
    const notification = { jsonrpc: "2.0", method: "notifications/initialized" };
    expect(await ask(notification, { token: BARE })).toMatchObject({ status: 403 });
    expect(await ask("", { method: "GET", token: BARE })).toMatchObject({ status: 403 });
  });
});

describe("a caller without a token", () => {
  it.each(titled(KNOWN, methodOf))(
    "gets 401 or passes on %s by `anonymous`",
    async (_, message) => {
      expect(await openGate(BASELINE).ask(message)).toMatchObject({ status: 401 });
      expect(await openGate({ ...BASELINE, anonymous: true }).ask(message)).toBeUndefined();
    },
  );

  it("gets 401, and so does a caller with an invalid token", async () => {
    const { ask } = openGate({ ...BASELINE, anonymous: true });
    expect(await ask(initialize, { token: "bad" })).toMatchObject({ status: 401 });
  });
});

it("a long stream ends once its token no longer has the baseline", async () => {
  let scope = "mcp:tools";
  const { check } = openGate(BASELINE, { verify: () => ({ scope, sub: "ada" }) });
  const verdict = await check("", { method: "GET", token: "any" });
  if (verdict.kind !== "pass") throw new Error("the stream is refused");
  expect(await verdict.mayContinue?.()).toBe(true);
  scope = "notes:read";
  expect(await verdict.mayContinue?.()).toBe(false);
});

it.each([
  ["before", (listen: object, ping: object) => [listen, ping]],
  ["after", (listen: object, ping: object) => [ping, listen]],
])("a long stream of a batch ends once a message %s others is denied", async (_, batchOf) => {
  let scope = "mcp:tools notes:read";
  const { check } = openGate({}, { verify: () => ({ scope, sub: "ada" }) });
  const listen = { jsonrpc: "2.0", id: 1, method: "subscriptions/listen", params: {} };
  const ping = { jsonrpc: "2.0", id: 2, method: "ping" };
  const verdict = await check(batchOf(listen, ping), { token: "any" });
  if (verdict.kind !== "pass") throw new Error("the stream is refused");
  expect(await verdict.mayContinue?.()).toBe(true);
  scope = "mcp:tools";
  expect(await verdict.mayContinue?.()).toBe(false);
});

describe.each(Object.keys(HOSTS) as HostName[])("over %s", (name) => {
  it("the gate decides on the handshake by its option", async () => {
    for (const [options, status] of [
      [{}, 200],
      [BASELINE, 403],
    ] as const) {
      const host = await startHost(name, options);
      const send = async (token: string) => {
        const headers = [...JSON_HEADERS, bearer(token)];
        return (await sendRaw(host.port, { headers, body: JSON.stringify(initialize) })).status;
      };
      expect([await send(BARE), await send(READER)]).toEqual([status, 200]);
      await host.close();
    }
  });
});

it("the gate decides on the handshake of 2026-07-28 in the same way", async () => {
  const host = await startHost("v2", BASELINE);
  const { body, headers } = modern(asking("server/discover"));
  const send = async (token: string) =>
    (await sendRaw(host.port, { headers: [...JSON_HEADERS, bearer(token), ...headers], body }))
      .status;
  expect([await send(BARE), await send(READER)]).toEqual([403, 200]);
  await host.close();
});

describe.each(SDK_VERSIONS)("the gate in front of a handler of %s", (generation) => {
  it("denies lists to a token without the baseline where the options require it", async () => {
    const options = { handshake: "baseline" } as const;
    for (const [given, code] of [
      [{}, undefined],
      [options, -32_010],
    ] as const) {
      const { ask, close } = await open(generation, given);
      const list = (token?: string) => ask({ method: "tools/list" }, token && authInfoOf(token));
      const { error } = await list(BARE);
      expect(error?.code).toBe(code);
      if (code !== undefined) {
        expect(error?.data).toMatchObject({
          "mcp/www_authenticate": [expect.stringContaining('scope="notes:read mcp:tools"')],
        });
      }
      expect(namesIn(await list(READER), "tools")).toContain("read_note");
      expect(namesIn(await list(), "tools")).toEqual(["ping_public"]);
      await close();
    }
  });

  it("writes an audit event for a denied list", async () => {
    const events: AuditEvent[] = [];
    const { ask, close } = await open(generation, { handshake: "baseline" }, keepDecisions(events));
    await ask({ method: "tools/list" }, authInfoOf(BARE));
    await close();
    expect(events).toMatchObject([
      {
        operation: { name: "mcp:tools/list", kind: "protocol" },
        decision: { code: "insufficient_scope" },
      },
    ]);
  });
});

describe("the baseline of the handshake", () => {
  const reserving = definePolicy({
    name: "Shop",
    version: "1",
    tiers: ["free", "pro"],
    scopes: {
      connect: { replaces: ["mcp"], tier: "pro" },
      inner: { reserved: true },
      all: { implies: ["connect", "inner"], reserved: true },
    },
    baseline: ["connect", "inner"],
    tools: { list_orders: { authenticated: true }, ping: { public: true } },
  });
  const decide = createHandshake(reserving, { handshake: "baseline" });

  it.each([
    [{ scope: "connect inner", tier: "pro", first_party: true }, undefined],
    [{ scope: "all", tier: "pro", first_party: true }, undefined],
    [{ scope: "mcp inner", tier: "pro", first_party: true }, undefined],
    [{ scope: "connect", tier: "pro", first_party: true }, "insufficient_scope"],
    [{ scope: "connect inner", tier: "free", first_party: true }, "upgrade_required"],
    [{ scope: "connect inner", tier: "pro" }, "reserved_scope"],
  ] as const)("means the same as for a tool: %j", (token, code) => {
    expect(decide(token, reserving)?.code).toBe(code);
    const called = reserving.decideUntrusted(token, "list_orders", {});
    expect(called.allowed ? undefined : called.code).toBe(code);
  });

  it("asks for no scope by a later policy without a baseline", () => {
    const entries = Object.entries(reserving.definition).filter(([name]) => name !== "baseline");
    expect(decide({ scope: "" }, loadPolicy(Object.fromEntries(entries)))).toBeUndefined();
  });
});

describe("the option `handshake`", () => {
  const bare = definePolicy({ name: "Bare", version: "1", scopes: {}, tools: {} });
  const authorizer = createAuthorizer({ policy: bare, verify });
  const FAULT: unknown = expect.objectContaining({
    code: "ERR_OPTIONS_INVALID",
    findings: [{ code: "option", path: "handshake", message: expect.anything() as unknown }],
  });

  it("is refused if the policy has no baseline, since it would have no effect", () => {
    const handshake = "baseline";
    expect(() => mcpGate(authorizer, { handshake })).toThrow(FAULT);
    expect(() => protect(new McpServer(INFO), { authorizer, handshake })).toThrow(FAULT);
    expect(() => mcpGate(authorizer, { handshake: "authenticated" })).not.toThrow();
  });

  it("accepts only its two values", () => {
    const handshake = "basline" as never;
    expect(() => mcpGate(createTestAuthorizer(), { handshake })).toThrow(
      /handshake: expected one of `authenticated`, `baseline`/,
    );
    expect(() => protect(new McpServer(INFO), { policy, handshake })).toThrow(/handshake/);
  });
});
