import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { ACCOUNT, call, modern, PRO, READER, tokenOf, WRITER } from "./fixture.js";
import { denialCodeOf, openGate, openHandlerGate } from "./open-gate.js";

const methods = {
  "notes/search": "read_note",
  "notes/export": "export_notes",
  "notes/purge": "purge",
  "notes/studio": "studio_notes",
  "notes/delete": "delete_account",
  "notes/account": "account_notes",
} as const;

const surface = {
  resources: {
    "notes://all": "read_note",
    "notes://{accountID}/notes": "account_notes",
    "export://all": "export_notes",
    "purge://all": "purge",
    "studio://all": "studio_notes",
    "delete://all": "delete_account",
  },
  prompts: { summary: "read_note", deletion: "delete_account" },
  methods,
} as const;

interface Refusal {
  readonly method: string;
  readonly params: Record<string, unknown>;
  readonly token: string;
  /** The code of the denial. */
  readonly denial: string;
  /** The code of the error. */
  readonly code: -32_602 | -32_010;
  /** What the error repeats of the message. */
  readonly named?: Record<string, string>;
}

const LONG = `notes://${"a".repeat(2_041)}`;

const resource = (uri: string, token: string, denial: string, method = "read"): Refusal => ({
  method: `resources/${method}`,
  params: { uri },
  token,
  denial,
  code: -32_602,
  ...(uri.length <= 2_048 && { named: { uri } }),
});

const other = (method: string, token: string, denial: string, params = {}): Refusal => ({
  method,
  params,
  token,
  denial,
  code: -32_010,
});

const REFUSALS: readonly Refusal[] = [
  resource("notes://nope", WRITER, "unknown_operation"),
  resource("notes://nope", WRITER, "unknown_operation", "subscribe"),
  resource("notes://nope", WRITER, "unknown_operation", "unsubscribe"),
  resource("notes://b/notes", ACCOUNT, "binding_mismatch"),
  resource("export://all", READER, "upgrade_required"),
  resource("purge://all", READER, "reserved_scope"),
  resource("studio://all", READER, "account_type_required"),
  resource("delete://all", WRITER, "denied"),
  resource("notes://*/notes", ACCOUNT, "invalid_params"),
  resource('notes://"\u202e\ud800', WRITER, "unknown_operation"),
  resource(LONG, WRITER, "unknown_operation"),
  resource(`${LONG}a`, WRITER, "unknown_operation"),
  {
    method: "prompts/get",
    params: { name: "nope" },
    token: WRITER,
    denial: "unknown_operation",
    code: -32_602,
    named: { name: "nope" },
  },
  {
    method: "prompts/get",
    params: { name: "deletion" },
    token: WRITER,
    denial: "denied",
    code: -32_602,
    named: { name: "deletion" },
  },
  {
    method: "prompts/get",
    params: { name: "n".repeat(2_049) },
    token: WRITER,
    denial: "unknown_operation",
    code: -32_602,
  },
  other("notes/export", READER, "upgrade_required"),
  other("notes/purge", READER, "reserved_scope"),
  other("notes/studio", PRO, "account_type_required"),
  other("notes/delete", WRITER, "denied"),
  other("notes/account", ACCOUNT, "binding_mismatch", { accountID: "b" }),
  other("notes/account", ACCOUNT, "invalid_params", { accountID: "*" }),
  other("completion/complete", WRITER, "unknown_operation", {
    ref: { type: "ref/prompt", name: "nope" },
    argument: { name: "a", value: "" },
  }),
];

const titleOf = ({ method, params, denial }: Refusal) =>
  `${method} ${JSON.stringify(params).slice(0, 60)} (${denial})`;

const messageOf = ({ method, params }: Refusal) => ({
  jsonrpc: "2.0" as const,
  id: 7,
  method,
  params,
});

const tokenIn = ({ token }: Refusal) => ({ token });

/** Returns what an error repeats of its message. */
function namedIn(body: unknown) {
  const { data } = (body as { readonly error: { readonly data: Record<string, unknown> } }).error;
  return Object.fromEntries(
    ["uri", "name"].flatMap((key) => (key in data ? [[key, data[key]]] : [])),
  );
}

describe("a refusal that is not a tool call", () => {
  it.each(titled(REFUSALS, titleOf))("is a JSON-RPC error in HTTP 200: %s", async (_title, row) => {
    const { ask, events } = openGate(surface);
    for (const challenge of ["http", "tool-result"] as const) {
      const answered = await openGate({ ...surface, challenge }).ask(messageOf(row), tokenIn(row));
      expect(answered?.headers).toEqual({
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
      });
    }
    const answered = await ask(messageOf(row), tokenIn(row));
    expect(answered).toMatchObject({
      status: 200,
      body: { jsonrpc: "2.0", id: 7, error: { code: row.code } },
    });
    expect(denialCodeOf(answered)).toBe(row.denial);
    expect(namedIn(answered?.body)).toEqual(row.named ?? {});
    expect(events.map(({ decision }) => decision.code)).toEqual([row.denial]);
  });

  it.each(titled(REFUSALS, titleOf))(
    "is the same error in front of a handler: %s",
    async (_title, row) => {
      const { call: callHandler } = openHandlerGate(surface);
      const { ask } = openGate(surface);
      const answered = await ask(messageOf(row), tokenIn(row));
      const thrown = callHandler(row, row).then(String, (reason: unknown) => {
        const { message } = reason as Error;
        return { ...(reason as object), message };
      });
      expect(answered?.body).toMatchObject({ error: await thrown });
    },
  );

  it("is an error in both versions of the protocol", async () => {
    const { body, headers } = modern({
      ...messageOf(resource("notes://nope", WRITER, "unknown_operation")),
    });
    const fields = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
    expect(await openGate(surface).ask(body, { token: WRITER, fields })).toMatchObject({
      status: 200,
      body: { id: 7, error: { code: -32_602, data: { uri: "notes://nope" } } },
    });
  });
});

describe("a server without resources", () => {
  it.each(["resources/read", "resources/list", "resources/subscribe", "resources/templates/list"])(
    "does not have the method %s",
    async (method) => {
      const options = { resources: {}, prompts: {}, methods: {} };
      const message = { jsonrpc: "2.0", id: 7, method, params: { uri: "notes://all" } };
      const { ask } = openGate(options);
      expect(await ask(message, { token: WRITER })).toMatchObject({
        status: 200,
        body: { id: 7, error: { code: -32_601 } },
      });
      const { call: callHandler } = openHandlerGate(options);
      await expect(callHandler(message, { token: WRITER })).rejects.toMatchObject({
        code: -32_601,
      });
    },
  );
});

/** Denials that keep their status, by the token. */
const STATUSES = [
  ["a missing token", undefined, 401, "unauthenticated"],
  ["an invalid token", "bad", 401, "invalid_token"],
  ["malformed credentials", "a b", 400, "invalid_request"],
  ["an outage", "outage", 503, "temporarily_unavailable"],
  ["a missing scope", ACCOUNT, 403, "insufficient_scope"],
] as const;

const MESSAGES = [
  { method: "resources/read", params: { uri: "notes://all" }, code: -32_602 },
  { method: "prompts/get", params: { name: "summary" }, code: -32_602 },
  { method: "notes/search", params: {}, code: -32_010 },
].map((message) => ({ jsonrpc: "2.0", id: 7, ...message }));

describe("a status that stays", () => {
  it.each(STATUSES)("is that of %s", async (_, token, status, denial) => {
    for (const message of MESSAGES) {
      expect(await openGate(surface).ask(message, { token }), message.method).toMatchObject({
        status,
        body: { error: denial },
      });
    }
  });

  it.each(STATUSES)("becomes an error for %s only if scope is missing", async (...row) => {
    const [, token, status, denial] = row;
    for (const { code, ...message } of MESSAGES) {
      const { ask } = openGate({ ...surface, challenge: "tool-result" });
      const answered = await ask(message, { token });
      const isError = denial === "insufficient_scope";
      expect(answered?.status, message.method).toBe(isError ? 200 : status);
      expect(denialCodeOf(answered)).toBe(denial);
      if (!isError) continue;
      const challenge = expect.stringContaining('error="insufficient_scope"') as unknown;
      expect(answered?.body).toMatchObject({
        id: 7,
        error: { code, data: { "mcp/www_authenticate": [challenge] } },
      });
      expect(answered?.headers).not.toHaveProperty("WWW-Authenticate");
      // a client that asks for nothing leaves the scope to its user
      const advice = /^more scope is needed: .* sign in again asking for: (.*)$/;
      const said = expect.stringMatching(advice) as unknown;
      expect(answered?.body).toMatchObject({ error: { message: said } });
    }
  });

  it("stays 401 for callers without credentials, where they may list", async () => {
    const { ask } = openGate({ ...surface, challenge: "tool-result", anonymous: true });
    for (const message of MESSAGES) {
      expect(await ask(message), message.method).toMatchObject({
        status: 401,
        body: { error: "unauthenticated" },
      });
    }
    expect(await ask(call("read_note"))).toMatchObject({
      status: 200,
      body: { result: { isError: true } },
    });
  });

  it("has, in front of a handler, an error that does not blame the object", async () => {
    const { call: callHandler } = openHandlerGate(surface);
    for (const token of [undefined, "bad", "outage"]) {
      const read = callHandler(
        { method: "resources/read", params: { uri: "notes://all" } },
        { token },
      );
      const thrown = await read.then(String, (error: unknown) => error as object);
      expect(thrown).toMatchObject({ code: -32_010 });
      expect(thrown).not.toHaveProperty("data.uri");
    }
  });
});

describe("a refused message without a response of its own", () => {
  it("keeps its status", async () => {
    const { ask } = openGate(surface);
    const notification = { jsonrpc: "2.0", method: "resources/read", params: { uri: "notes://x" } };
    expect(await ask(notification, { token: WRITER })).toMatchObject({
      status: 403,
      body: { error: "unknown_operation" },
    });
  });
});

describe("a refused batch", () => {
  const upgrade = { code: -32_010, data: { "scope-policy/denial": { error: "upgrade_required" } } };

  it("gets an error for each of its requests", async () => {
    const { ask } = openGate(surface);
    const batch = [
      call("read_note", {}, 1),
      { jsonrpc: "2.0", method: "notifications/initialized" },
      call("export_notes", {}, 2),
    ];
    const answered = await ask(batch, { token: READER });
    expect(answered).toMatchObject({
      status: 200,
      body: [
        { jsonrpc: "2.0", id: 1, error: upgrade },
        { jsonrpc: "2.0", id: 2, error: upgrade },
      ],
    });
    expect(answered?.body).toHaveLength(2);
  });

  it("keeps its status if consent can fix every denial, unless denials are results", async () => {
    const batch = [call("read_note", {}, 1), call("write_note", {}, 2)];
    const token = tokenOf({ scope: "mcp:tools" });
    expect(await openGate(surface).ask(batch, { token })).toMatchObject({
      status: 403,
      body: { error: "insufficient_scope" },
    });
    const { ask } = openGate({ ...surface, challenge: "tool-result" });
    expect(await ask(batch, { token })).toMatchObject({
      status: 200,
      body: [{ error: { code: -32_010 } }, { error: { code: -32_010 } }],
    });
  });
});
