import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { createContext, runInContext } from "node:vm";
import { createMcpExpressApp } from "@modelcontextprotocol/sdk/server/express.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createMcpHandler } from "@modelcontextprotocol/server";
import express from "express";
import { type McpGate, type McpGateOptions, mcpGate } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import { readStrictJson, strictScan } from "../../src/grammar/strict-json.js";
import { encodeParsedBody } from "../../src/mcp/http/parsed-body.js";
import {
  call,
  createServerV1,
  createServerV2,
  createTestAuthorizer,
  modern,
  READER,
  surface,
  type ToolRun,
  type Types,
  WRITER,
} from "./fixture.js";
import { bearer, close, JSON_HEADERS, listen, sendRaw } from "./hosts.js";

const express4 = createRequire(import.meta.url)("express4") as typeof express;

type App = ReturnType<typeof express>;

/** Mounts a server of either SDK behind the gate. */
const SERVERS = {
  v1: (app: App, gate: McpGate, runs: ToolRun[]) =>
    app.all("/mcp", gate.middleware(), async (req, res) => {
      const { authInfo, parsedBody } = gate.passed(req);
      const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
      await createServerV1(createTestAuthorizer(), runs).connect(transport);
      await transport.handleRequest(
        Object.assign(req, authInfo && { auth: authInfo }),
        res,
        parsedBody,
      );
    }),
  v2: (app: App, gate: McpGate, runs: ToolRun[]) => {
    const handler = createMcpHandler(() => createServerV2(createTestAuthorizer(), runs));
    return app.all("/mcp", gate.node(handler.fetch));
  },
};

/** What `createMcpExpressApp` of `@modelcontextprotocol/express` 2.x does after its check of the host. */
const appOfV2 = (): App => {
  const app = express();
  app.use(express.json());
  return app;
};
const appOfExpress4 = (): App => {
  const app = express4();
  app.use(express4.json());
  return app;
};

const APPS = {
  "createMcpExpressApp of SDK 1.x": createMcpExpressApp as () => App,
  "createMcpExpressApp of SDK 2.x": appOfV2,
  "Express 4": appOfExpress4,
};

const HOSTS = Object.entries(APPS).flatMap(([title, createApp]) =>
  (["v1", "v2"] as const).map((sdk) => ({
    title: `${title} with a server of ${sdk}`,
    createApp,
    sdk,
  })),
);

async function start(
  { createApp, sdk }: (typeof HOSTS)[number],
  options: McpGateOptions<Types> = {},
  before?: (body: unknown) => unknown,
) {
  const runs: ToolRun[] = [];
  const app = createApp();
  if (before !== undefined) {
    app.use((req, _res, next) => {
      req.body = before(req.body);
      next();
    });
  }
  SERVERS[sdk](app, mcpGate(createTestAuthorizer(), { ...surface, ...options }), runs);
  const { server, port } = await listen(app);
  const send = (body: unknown, token?: string) =>
    sendRaw(port, {
      headers: [...JSON_HEADERS, ...(token === undefined ? [] : [bearer(token)])],
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  return { send, runs, port, stop: () => close(server) };
}

describe.each(HOSTS)("$title", (host) => {
  it("decides on the parsed body with `acceptParsedBody`", async () => {
    const { send, runs, stop } = await start(host, { acceptParsedBody: true });
    expect((await send(call("read_note"), READER)).text).toContain("read_note");
    expect((await send(call("write_note"), READER)).status).toBe(403);
    expect((await send(call("read_note"))).status).toBe(401);
    expect((await send([call("read_note", {}, 1), call("write_note", {}, 2)], READER)).status).toBe(
      403,
    );
    expect((await send({ ...call("read_note"), jsonrpc: "1.0" }, READER)).status).toBe(400);
    expect((await send({}, READER)).status).toBe(400);
    expect(runs.map(({ tool }) => tool)).toEqual(["read_note"]);
    await stop();
  });

  it("names the option without it", async () => {
    const { send, runs, stop } = await start(host);
    const answered = await send(call("read_note"), READER);
    expect(answered.status).toBe(500);
    expect(answered.json).toMatchObject({
      error: {
        code: -32_603,
        message: expect.stringContaining("`acceptParsedBody: true`") as unknown,
      },
    });
    expect(runs).toEqual([]);
    await stop();
  });

  it("refuses a value that no parser of JSON returns", async () => {
    const values = [
      new Proxy(call("read_note"), {}),
      { ...call("read_note"), params: new Map() },
      Object.defineProperty(call("read_note"), "params", { get: () => ({ name: "read_note" }) }),
    ];
    const { send, runs, stop } = await start(host, { acceptParsedBody: true }, () => values.pop());
    while (values.length > 0) expect((await send({}, READER)).status).toBe(400);
    expect(runs).toEqual([]);
    await stop();
  });

  it("has its own limits", async () => {
    const options = { acceptParsedBody: true, maxBodySize: 400, maxBatch: 1 };
    const { send, stop } = await start(host, options);
    const long = call("read_note", { text: "a".repeat(400) });
    expect((await send(long, READER)).status).toBe(413);
    const batch = [call("read_note", {}, 1), call("read_note", {}, 2)];
    expect((await send(batch, READER)).status).toBe(400);
    const deep = `{"jsonrpc":"2.0","id":1,"method":"ping","params":${"[".repeat(130)}${"]".repeat(130)}}`;
    expect((await send(deep, READER)).status).toBe(400);
    await stop();
  });
});

it("hands on a copy, so that a later change of the parsed body has no effect", async () => {
  const gate = mcpGate(createTestAuthorizer(), { ...surface, acceptParsedBody: true });
  const app = express();
  app.use(express.json());
  const seen: unknown[] = [];
  app.all("/mcp", gate.middleware(), (req, res) => {
    (req.body as { params: { name: string } }).params.name = "write_note";
    seen.push(gate.passed(req).parsedBody);
    res.end();
  });
  const { server, port } = await listen(app);
  const body = JSON.stringify(call("read_note"));
  await sendRaw(port, { headers: [...JSON_HEADERS, bearer(READER)], body });
  expect(seen).toEqual([call("read_note")]);
  await close(server);
});

it("checks the headers of the protocol against the parsed body", async () => {
  const { port, stop } = await start(
    { title: "", createApp: appOfV2, sdk: "v2" },
    { acceptParsedBody: true },
  );
  const { body, headers } = modern(call("read_note"));
  const send = (fields: readonly (readonly [string, string])[]) =>
    sendRaw(port, { headers: [...JSON_HEADERS, bearer(WRITER), ...fields], body });
  expect((await send(headers)).status).toBe(200);
  const other = headers.map(([name, value]) =>
    name === "Mcp-Name" ? ([name, "write_note"] as const) : ([name, value] as const),
  );
  expect((await send(other)).status).toBe(400);
  await stop();
});

it("reads an unread body as ever, whatever `body` contains", async () => {
  const gate = mcpGate(createTestAuthorizer(), { ...surface, acceptParsedBody: true });
  const app = express();
  app.use((req, _res, next) => {
    req.body = call("write_note");
    next();
  });
  app.all("/mcp", gate.middleware(), (req, res) => void res.json(gate.passed(req).parsedBody));
  const { server, port } = await listen(app);
  const body = JSON.stringify(call("read_note"));
  const answered = await sendRaw(port, { headers: [...JSON_HEADERS, bearer(READER)], body });
  expect(answered.json).toEqual(call("read_note"));
  await close(server);
});

const shared = { a: [1, 2, 3] };
const loop: Record<string, unknown> = {};
loop["self"] = loop;
class Point {
  readonly x = 1;
}
class List extends Array<number> {}
const accessor = (key: string) =>
  Object.defineProperty({}, key, { get: () => 1, enumerable: true });
const expandingValue = () => {
  let value: unknown = "text";
  for (let level = 0; level < 60; level += 1) value = [value, value];
  return value;
};

const HOSTILE: readonly (readonly [title: string, value: unknown])[] = [
  ["nothing", undefined],
  ["a function", () => 1],
  ["a symbol", Symbol("a")],
  ["a bigint", { a: 1n }],
  ["not a number", { a: Number.NaN }],
  ["infinity", [Number.POSITIVE_INFINITY]],
  ["a member without a value", { a: undefined }],
  ["an item without a value", [undefined]],
  ["a getter", accessor("a")],
  ["a getter on an item", Object.defineProperty([1], "0", { get: () => 1, enumerable: true })],
  ["a setter", Object.defineProperty({}, "a", { set: () => undefined, enumerable: true })],
  ["a member that is not enumerable", Object.defineProperty({}, "a", { value: 1 })],
  ["a member whose key is a symbol", { [Symbol("a")]: 1 }],
  ["a proxy", new Proxy({ a: 1 }, {})],
  ["a proxy in a list", [{ a: new Proxy([1], {}) }]],
  [
    "a proxy that throws",
    new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error("a trap");
        },
      },
    ),
  ],
  [
    "a revoked proxy",
    (() => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    })(),
  ],
  ["a date", new Date()],
  ["a map", new Map()],
  ["bytes", new Uint8Array(2)],
  ["a buffer", Buffer.from("{}")],
  ["a boxed text", new String("a")],
  ["an instance of a class", new Point()],
  ["an instance of a list class", List.from([1])],
  ["a prototype with members", Object.create({ method: "ping" })],
  ["a list with a gap", Object.assign([1], { length: 2 })],
  ["a list with another member", Object.assign([1], { name: "a" })],
  ["a cycle", loop],
];

describe("a parsed value", () => {
  it.each(HOSTILE)("is refused: %s", (_, value) => {
    expect(encodeParsedBody(value, 10_000)).toBe("unreadable");
  });

  it("is refused with an accessor, whatever `Object.prototype` contains", () => {
    const descriptor = { value: "inherited", configurable: true };
    const value = accessor("a");
    Object.defineProperty(Object.prototype, "value", descriptor);
    const read = encodeParsedBody(value, 10_000);
    Reflect.deleteProperty(Object.prototype, "value");
    expect(read).toBe("unreadable");
  });

  it("is refused if it is far longer as text", () => {
    expect(encodeParsedBody(expandingValue(), 10_000)).toBe("too_large");
    expect(encodeParsedBody("a".repeat(20), 10)).toBe("too_large");
    expect(encodeParsedBody("ä".repeat(6), 10)).toBe("too_large");
    expect(encodeParsedBody("a".repeat(9), 10)).toBe("too_large");
  });

  it("may be as long as the limit, and as deep as a body", () => {
    expect(encodeParsedBody("a".repeat(8), 10)).toEqual(new TextEncoder().encode('"aaaaaaaa"'));
    const nested = (levels: number): unknown =>
      JSON.parse(`${"[".repeat(levels)}1${"]".repeat(levels)}`);
    expect(encodeParsedBody(nested(128), 10_000)).toHaveLength(257);
    expect(encodeParsedBody(nested(129), 10_000)).toBe("unreadable");
  });

  it("with a key `__proto__` is refused as the text would be", () => {
    const value: unknown = JSON.parse('{"params":{"__proto__":{"name":"a"}}}');
    const bytes = encodeParsedBody(value, 10_000) as Uint8Array;
    const scan = strictScan({ maxDepth: 128, reservedKeys: ["__proto__"] });
    expect(readStrictJson(bytes, scan)).toBeUndefined();
  });

  it.each([
    null,
    true,
    -0.5,
    "",
    "\u2028\ud800\u0000",
    [],
    {},
    [[1, [2]], { a: { b: null } }],
    { toJSON: "a", constructor: 1, hasOwnProperty: [] },
    [shared, shared],
    Object.assign(Object.create(null) as object, { a: 1 }),
    runInContext('({ a: [1, { b: "c" }] })', createContext({})) as unknown,
    { [randomUUID()]: 1 },
  ])("is copied: %j (row %#)", (value) => {
    const bytes = encodeParsedBody(value, 10_000) as Uint8Array;
    expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual(JSON.parse(JSON.stringify(value)));
  });
});
