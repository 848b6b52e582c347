import { createServer } from "node:http";
import { createRequire } from "node:module";
import express5, { type Request as ExpressRequest } from "express";
import fastify from "fastify";
import { type Authorizer, createAuthorizer, loadPolicy, type PolicyError } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createRequestIdReader, readAuditedRequest } from "../../src/adapters/request-audit.js";
import { expressGate } from "../../src/express.js";
import { scopePolicy } from "../../src/fastify.js";
import { fetchGate } from "../../src/fetch.js";
import { listen } from "../contract/listen.js";
import type { Running } from "../contract/subject.js";
import { titled } from "../titled.js";

type Make = typeof express5;
// the alias has no types of its own; those of Express 5 cover everything that is used here
const express4 = createRequire(import.meta.url)("express4") as Make;

const SHOW = ["id", "page", "note", "more", "tag"];
const policy = loadPolicy({
  name: "Shop",
  version: "1",
  scopes: { a: {}, "/accounts/{id}/": {} },
  tools: {
    account: { scope: "/accounts/{id}/", audit: { show: SHOW } },
    list: { scope: "a", audit: { show: SHOW } },
  },
  endpoints: { "POST /accounts/{id}": { scope: "/accounts/{id}/", audit: { show: SHOW } } },
});

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function createTestAuthorizer(): { authorizer: Authorizer; events: AuditEvent[] } {
  const events: AuditEvent[] = [];
  const authorizer = createAuthorizer({
    policy,
    verify: (rawToken) => (rawToken === "good" ? { scope: "a /accounts/7/" } : undefined),
    // the second event of a call repeats the first one
    audit: (event) => void (event.kind === undefined && events.push(event)),
  });
  return { authorizer: authorizer, events };
}

/** Returns the shown arguments of an event by name. */
function shownIn(event: AuditEvent | undefined): object {
  const shown = (event?.arguments ?? []).filter(({ value }) => value !== undefined);
  return Object.fromEntries(shown.map(({ name, value }) => [name, value]));
}

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
  vi.restoreAllMocks();
});

interface Sent {
  readonly path: string;
  readonly method?: string;
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function send(port: number, { path, method = "POST", body, token = "good", headers }: Sent) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      "Content-Type": "application/json",
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  await answer.arrayBuffer();
  return answer.status;
}

describe.each([
  ["Express 4", express4],
  ["Express 5", express5],
])("the audit of %s", (_version, make) => {
  const serve = async (options?: Parameters<typeof expressGate>[1]) => {
    const { authorizer, events } = createTestAuthorizer();
    const gate = expressGate(authorizer, options);
    const done = (_req: unknown, res: { end(): void }) => res.end();
    const app = make();
    app.post("/early/:id", gate("account"), done);
    app.use(make.json());
    app.post("/accounts/:account", gate.endpoint({ params: () => ({ more: "params" }) }), done);
    app.post("/body", gate("account", { params: (req) => req.body as unknown }), done);
    app.post("/more", gate("list", { arguments: () => ({ more: [1], page: "option" }) }), done);
    app.post("/twice", gate("list"), gate("list"), done);
    app.post(
      "/throws",
      gate("list", {
        arguments: () => {
          throw new TypeError("no");
        },
      }),
      done,
    );
    const running: Running = await listen(createServer(app));
    open.push(running);
    return { events, port: running.port };
  };

  const cases: readonly (Sent & { readonly shown: object; readonly status?: number })[] = [
    { path: "/early/7?page=2&id=8", body: { note: "a" }, shown: { id: "7", page: "2" } },
    {
      path: "/accounts/7?id=8&page=2&more=query",
      body: { id: 9, page: 3, note: "a" },
      shown: { id: "7", page: "2", note: "a", more: "params" },
    },
    { path: "/accounts/8", body: {}, status: 403, shown: { id: "8", more: "params" } },
    { path: "/body?id=8", body: { id: "7", note: "a" }, shown: { id: "7", note: "a" } },
    {
      path: "/more?page=2&tag=x",
      body: { more: 2 },
      shown: { more: [1], page: "option", tag: "x" },
    },
    { path: "/throws?page=2", shown: { page: "2" } },
    { path: "/more?page=2", token: "bad", status: 401, shown: { more: [1], page: "option" } },
    { path: "/more", body: [1, 2], shown: { more: [1], page: "option" } },
  ];
  it.each(titled(cases, ({ path }) => path))(
    "shows the arguments of POST %s",
    async (_path, row) => {
      const { shown, status = 200, ...sent } = row;
      vi.spyOn(console, "error").mockReturnValue(undefined);
      const { events, port } = await serve();
      expect(await send(port, sent)).toBe(status);
      expect(events).toHaveLength(1);
      expect(shownIn(events[0])).toEqual(shown);
    },
  );

  it("has one id for each request, and the same id for two events of a request", async () => {
    const { events, port } = await serve();
    const headers = { "X-Request-Id": "of-the-client" };
    await send(port, { path: "/twice", headers });
    await send(port, { path: "/more", headers });
    const [one, again, other] = events.map(({ requestId }) => requestId);
    expect(one).toMatch(UUID);
    expect(again).toBe(one);
    expect(other).toMatch(UUID);
    expect(other).not.toBe(one);
  });

  it("uses the id of the option `requestId`", async () => {
    const requestId = (req: ExpressRequest) => req.headers["x-request-id"];
    const { events, port } = await serve({ requestId });
    await send(port, { path: "/more", headers: { "X-Request-Id": "r-1" } });
    await send(port, { path: "/more" });
    expect(events[0]?.requestId).toBe("r-1");
    expect(events[1]?.requestId).toMatch(UUID);
  });
});

describe("the audit of Fastify", () => {
  it("shows path and query, what `params` and `arguments` return, and the id of the request", async () => {
    const { authorizer, events } = createTestAuthorizer();
    const app = fastify({ genReqId: () => "req-7" });
    open.push(app);
    await app.register(scopePolicy, { authorizer });
    const config = {
      tool: "account",
      params: () => ({ more: "params", tag: "params" }),
      arguments: () => ({ tag: "option", note: "option" }),
    } as const;
    app.post("/tool/:id", { config }, async () => "ok");
    app.post("/accounts/:account", { config: { endpoint: true } }, async () => "ok");
    const { port } = new URL(await app.listen({ host: "127.0.0.1", port: 0 }));
    const sent = { path: "/tool/7?id=8&page=2&note=query", body: { page: 3, other: 1 } };
    expect(await send(Number(port), sent)).toBe(200);
    expect(await send(Number(port), { path: "/accounts/8?page=2", body: { note: "a" } })).toBe(403);
    expect(events.map(({ requestId }) => requestId)).toEqual(["req-7", "req-7"]);
    expect(shownIn(events[0])).toEqual({
      id: "7",
      page: "2",
      more: "params",
      tag: "params",
      note: "option",
    });
    expect(shownIn(events[1])).toEqual({ id: "8", page: "2" });
  });
});

describe("the audit of a fetch gate", () => {
  const ask = (path: string, method = "POST") =>
    new Request(`https://api.example.com${path}`, {
      method,
      headers: { Authorization: "Bearer good" },
    });

  it("shows the given parameters and the query", async () => {
    const { authorizer, events } = createTestAuthorizer();
    const gate = fetchGate(authorizer, { arguments: () => ({ more: 1, page: "option" }) });
    const first = ask("/x?id=8&page=2&tag=a&tag=b&tag=c");
    await gate(first, "account", { id: "7", note: "given" });
    await gate(first, "list");
    await gate.endpoint(ask("/accounts/7?page=2&id=8"), { note: "given" });
    expect(events.map(shownIn)).toEqual([
      { id: "7", note: "given", more: 1, page: "option", tag: ["a", "b", "c"] },
      { id: "8", more: 1, page: "option", tag: ["a", "b", "c"] },
      { id: "7", note: "given", more: 1, page: "option" },
    ]);
    const [one, again, other] = events.map(({ requestId }) => requestId);
    expect(one).toMatch(UUID);
    expect(again).toBe(one);
    expect(other).not.toBe(one);
  });

  it("uses the id of the option `requestId`", async () => {
    const { authorizer, events } = createTestAuthorizer();
    const gate = fetchGate(authorizer, { requestId: () => 7 });
    await gate(ask("/x"), "list");
    expect(events[0]?.requestId).toBe("7");
  });
});

describe("the arguments that only the audit reads", () => {
  it("are not read without an audit", async () => {
    const authorizer = createAuthorizer({
      policy,
      verify: () => ({ scope: "a" }),
    });
    const read = vi.fn(() => "never");
    const gate = fetchGate(authorizer, { requestId: read, arguments: read });
    const request = new Request("https://a.example/", { headers: { Authorization: "Bearer x" } });
    expect(await gate(request, "list")).toMatchObject({ scope: "a" });
    expect(read).not.toHaveBeenCalled();
  });

  it("change no decision", async () => {
    const { authorizer, events } = createTestAuthorizer();
    const gate = fetchGate(authorizer, { arguments: () => ({ id: "7" }) });
    const request = new Request("https://a.example/?id=7", {
      headers: { Authorization: "Bearer good" },
    });
    const answer = await gate(request, "account", {});
    expect(answer).toMatchObject({ status: 400 });
    expect(events[0]?.decision.code).toBe("invalid_params");
  });

  const trap = (): never => {
    throw new Error("trap");
  };
  const getter = {
    get a() {
      return trap();
    },
    b: 1,
  };
  const sources: readonly (readonly [title: string, source: () => unknown, names: string[]])[] = [
    ["an object with a getter, which is not run", () => getter, ["first", "a", "b"]],
    ["a source that throws", trap, ["first"]],
    ["a proxy that throws", () => new Proxy({}, { ownKeys: trap }), ["first"]],
    [
      "a proxy without descriptors",
      () =>
        new Proxy({ x: 1 }, { ownKeys: () => ["x"], getOwnPropertyDescriptor: () => undefined }),
      ["first"],
    ],
    [
      "a proxy whose member disappears",
      () => {
        const seen = new Set<PropertyKey>();
        return new Proxy(
          { x: 1, y: 1 },
          {
            getOwnPropertyDescriptor: (target, name) => {
              if (name === "x" && seen.has(name)) return undefined;
              seen.add(name);
              return Reflect.getOwnPropertyDescriptor(target, name);
            },
          },
        );
      },
      ["first", "y"],
    ],
    ["a promise", async () => ({ x: 1 }), ["first"]],
    ["bytes", () => new Uint8Array([1]), ["first"]],
    ["a list", () => [1], ["first"]],
    ["a text", () => "abc", ["first"]],
    ["null", () => null, ["first"]],
    ["inherited members", () => Object.create({ x: 1 }) as unknown, ["first"]],
    ["`__proto__`", () => JSON.parse('{"__proto__":{"x":1}}') as unknown, ["first", "__proto__"]],
  ];
  it.each(sources)("are read without an exception from %s", (_, source, names) => {
    vi.spyOn(console, "error").mockReturnValue(undefined);
    const { arguments: read } = readAuditedRequest(
      { first: 1 },
      { sources: [source], requestId: () => "r" },
    );
    expect(Object.keys(read as object)).toEqual(names);
  });

  const ids: readonly (readonly [title: string, read: () => unknown, id: unknown])[] = [
    ["a text", () => "r-1", "r-1"],
    ["a number", () => 7, "7"],
    ["an empty text", () => "", expect.stringMatching(UUID)],
    ["a list", () => ["r-1"], expect.stringMatching(UUID)],
    ["`undefined`", () => undefined, expect.stringMatching(UUID)],
    ["an exception instead", trap, expect.stringMatching(UUID)],
  ];
  it.each(ids)("come with a request id if the option returns %s", (_, read, id) => {
    vi.spyOn(console, "error").mockReturnValue(undefined);
    const idOf = createRequestIdReader(read);
    const request = {};
    expect(idOf(request)).toEqual(id);
    expect(idOf(request)).toBe(idOf(request));
  });
});

describe("the options of a gate", () => {
  const findings = (make: () => unknown) => {
    try {
      make();
    } catch (error) {
      return (error as PolicyError).findings.map(({ path, message }) => `${path}: ${message}`);
    }
    return [];
  };
  const { authorizer } = createTestAuthorizer();

  it.each([
    ["expressGate", () => expressGate(authorizer, { requestid: () => "" } as never)],
    ["fetchGate", () => fetchGate(authorizer, { requestid: () => "" } as never)],
  ])("are checked: %s", (_, make) => {
    expect(findings(make)).toEqual(["requestid: unknown option"]);
  });

  it("are checked for a single route of Express", () => {
    const gate = expressGate(authorizer);
    expect(findings(() => gate.endpoint({ param: 1, arguments: 2 } as never))).toEqual([
      "arguments: expected a function",
      "param: unknown option",
    ]);
  });
});
