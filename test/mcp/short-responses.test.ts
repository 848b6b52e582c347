import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Message, modern, READER, tokenOf, WRITER } from "./fixture.js";
import { bearer, type Host, JSON_HEADERS, sendRaw, startHost } from "./hosts.js";
import { authInfoOf, open, SDK_VERSIONS } from "./in-memory-client.js";
import { openGate } from "./open-gate.js";

// the gate does not repeat a client's text: a request of 60 KB gets a short response

const LONG = "x".repeat(60_000);
/** Node reads some 16 KB of headers. */
const LONG_FIELD = "x".repeat(10_000);
const MAX_LENGTH = 4_000;

const asking = (method: string, params?: Record<string, unknown>): Message => ({
  jsonrpc: "2.0",
  id: 1,
  method,
  ...(params !== undefined && { params }),
});
const versionMeta = (version: unknown) => ({
  _meta: {
    "io.modelcontextprotocol/protocolVersion": version,
    "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
  },
});

/** Every part of a message that a client can fill with text. */
const MESSAGES: Readonly<Record<string, unknown>> = {
  method: asking(LONG),
  "method of a notification": { jsonrpc: "2.0", method: LONG },
  "name of a notification, as a request": asking(`notifications/${LONG}`),
  "name of a tool": asking("tools/call", { name: LONG }),
  "name that a pattern matches": asking("tools/call", { name: `list_${LONG}` }),
  "name of a parameter": asking("tools/call", { name: "read_note", arguments: { [LONG]: 1 } }),
  "bound value": asking("tools/call", { name: "account_notes", arguments: { accountID: LONG } }),
  "name of a prompt": asking("prompts/get", { name: LONG }),
  "URI to read": asking("resources/read", { uri: `notes://${LONG}` }),
  "URI that a template matches": asking("resources/read", { uri: `notes://${LONG}/notes` }),
  "URI to subscribe to": asking("resources/subscribe", { uri: `notes://${LONG}` }),
  "URI to listen to": asking("subscriptions/listen", {
    notifications: { resourceSubscriptions: [`notes://${LONG}`] },
  }),
  "member of a filter": asking("subscriptions/listen", { notifications: { [LONG]: {} } }),
  "prompt to complete": asking("completion/complete", {
    ref: { type: "ref/prompt", name: LONG },
    argument: { name: "a", value: "b" },
  }),
  "resource to complete": asking("completion/complete", {
    ref: { type: "ref/resource", uri: LONG },
    argument: { name: LONG, value: LONG },
  }),
  task: asking("tasks/get", { taskId: LONG }),
  "related task": asking("tools/list", {
    _meta: { "io.modelcontextprotocol/related-task": { taskId: LONG } },
  }),
  cursor: asking("tools/list", { cursor: LONG }),
  level: asking("logging/setLevel", { level: LONG }),
  "version of an envelope": asking("tools/list", versionMeta(LONG)),
  "version of an envelope that is an object": asking("tools/list", versionMeta({ [LONG]: LONG })),
  "version of the handshake": asking("initialize", {
    protocolVersion: LONG,
    capabilities: {},
    clientInfo: { name: LONG, version: LONG },
  }),
  id: { ...asking("tools/list"), id: LONG },
  "id of a method that is not found": { ...asking("notes/unknown"), id: LONG },
  "id of a response": { jsonrpc: "2.0", id: LONG, result: {} },
  "id in a batch": [{ ...asking("tools/call", { name: "write_note" }), id: LONG }],
  "version of JSON-RPC": { jsonrpc: LONG, id: 1, method: "ping" },
  key: { jsonrpc: "2.0", id: 1, method: "ping", [LONG]: 1 },
  "text that is not JSON": LONG,
};

const CALLERS = [
  ["no token", undefined],
  ["an invalid token", "bad"],
  ["a token without scope", tokenOf({ scope: "" })],
  ["a reader", READER],
  ["a writer", WRITER],
] as const;

/** The callers with messages that reach a server. */
const PASSING_CALLERS = CALLERS.filter(([, token]) => token !== "bad" && token !== WRITER);

/** Returns how much of the client's text a response contains: the longest run of its character. */
const echoed = (text: string) => Math.max(0, ...(text.match(/x+/g) ?? []).map((run) => run.length));

describe("a response of the gate", () => {
  it.each(Object.keys(MESSAGES))("repeats no long %s", async (place) => {
    for (const options of [{}, { anonymous: true }, { challenge: "tool-result" }] as const) {
      const { ask } = openGate(options);
      for (const [who, token] of CALLERS) {
        const content = JSON.stringify(MESSAGES[place]);
        const answered = JSON.stringify((await ask(content, { token })) ?? {});
        expect(answered.length, who).toBeLessThan(MAX_LENGTH);
        expect(echoed(answered), who).toBeLessThanOrEqual(4);
      }
    }
  });

  it.each([
    "mcp-method",
    "mcp-name",
    "mcp-session-id",
    "mcp-protocol-version",
    "last-event-id",
    "content-type",
    "user-agent",
    "authorization",
  ])("repeats no long value of `%s`", async (field) => {
    const { ask } = openGate({ anonymous: true });
    for (const [who, token] of CALLERS) {
      const fields = { [field]: field === "authorization" ? `Bearer ${LONG}` : LONG };
      const answered = JSON.stringify((await ask(asking("tools/list"), { token, fields })) ?? {});
      expect(answered.length, who).toBeLessThan(MAX_LENGTH);
      expect(echoed(answered), who).toBeLessThanOrEqual(4);
    }
  });

  it("repeats an id of up to 1,024 characters, and refuses a longer one", async () => {
    const { ask } = openGate();
    const idOf = async (length: number) => {
      const message = { ...asking("notes/unknown"), id: "i".repeat(length) };
      return (await ask(message, { token: READER }))?.body as { id: unknown; error: object };
    };
    expect(await idOf(1_024)).toMatchObject({ id: "i".repeat(1_024), error: { code: -32_601 } });
    expect(await idOf(1_025)).toMatchObject({ id: null, error: { code: -32_600 } });
  });
});

describe.each(["v1-stateless", "v2"] as const)("a server of %s behind the gate", (name) => {
  let host: Host;
  beforeAll(async () => {
    host = await startHost(name, { anonymous: true });
  });
  afterAll(() => host.close());

  it.each(Object.keys(MESSAGES))("sends a short response to a long %s", async (place) => {
    const message = MESSAGES[place];
    const isRequest = typeof (message as Partial<Message>).method === "string";
    const spoken = isRequest ? [modern(message as Message)] : [];
    for (const [who, token] of PASSING_CALLERS) {
      const credentials = token === undefined ? [] : [bearer(token)];
      for (const { body, headers } of [{ body: JSON.stringify(message), headers: [] }, ...spoken]) {
        const short = headers.filter(([, value]) => value.length < LONG_FIELD.length);
        const { text } = await sendRaw(host.port, {
          headers: [...JSON_HEADERS, ...credentials, ...short],
          body,
        });
        expect(text.length, who).toBeLessThan(MAX_LENGTH);
        expect(echoed(text), who).toBeLessThanOrEqual(4);
      }
    }
  });

  it.each(["Mcp-Method", "Mcp-Name", "Mcp-Session-Id", "MCP-Protocol-Version"])(
    "sends a short response to a long %s",
    async (field) => {
      for (const [who, token] of PASSING_CALLERS) {
        const credentials = token === undefined ? [] : [bearer(token)];
        const { text } = await sendRaw(host.port, {
          headers: [...JSON_HEADERS, ...credentials, [field, LONG_FIELD]],
          body: JSON.stringify(asking("tools/list")),
        });
        expect(text.length, who).toBeLessThan(MAX_LENGTH);
        expect(echoed(text), who).toBeLessThanOrEqual(4);
      }
    },
  );
});

describe.each(SDK_VERSIONS)("a handler of %s", (generation) => {
  const requests = Object.entries(MESSAGES).filter(
    ([, message]) => (message as Partial<Message>).id === 1,
  );

  it.each(requests)("denies a long %s in a short response", async (_, message) => {
    const { ask, close } = await open(generation);
    const { method, params } = message as Message;
    for (const [who, token] of PASSING_CALLERS) {
      const reply = await ask({ method, ...(params && { params }) }, token && authInfoOf(token));
      const answered = JSON.stringify(reply);
      expect(echoed(answered), who).toBeLessThanOrEqual(4);
    }
    await close();
  });
});
