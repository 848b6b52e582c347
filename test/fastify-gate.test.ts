import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import fastifyJwt from "@fastify/jwt";
import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import {
  type AccessToken,
  type Allowed,
  createAuthorizer,
  loadPolicy,
  type PolicyError,
} from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type ScopePolicyOptions, scopePolicy } from "../src/fastify.js";
import { describeReportOnly, REPORTED_ROUTES } from "./contract/report-only.js";
import { send } from "./contract/wire.js";

const open: FastifyInstance[] = [];
beforeEach(() => void vi.spyOn(console, "error").mockReturnValue(undefined));
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
  vi.restoreAllMocks();
});

function createApp(): FastifyInstance {
  const app = fastify();
  open.push(app);
  return app;
}

const portOf = async (app: FastifyInstance) =>
  Number(new URL(await app.listen({ host: "127.0.0.1", port: 0 })).port);

describeReportOnly({
  name: "Fastify 5",
  start: async (gated) => {
    const app = fastify();
    if (gated !== undefined) {
      const { authorizer, isReportOnly } = gated;
      // the law compares with the app without a gate, which has no metadata
      await app.register(scopePolicy, { authorizer, dangerouslyReportOnly: isReportOnly });
    }
    for (const { method, path, operation } of REPORTED_ROUTES) {
      app.route({
        method,
        url: path,
        config: operation.includes(" ") ? { endpoint: true } : { tool: operation },
        handler: async ({ params }) => ({ operation, params }),
      });
    }
    const port = await portOf(app);
    const report = gated && { report: () => app.scopePolicy.report() };
    return { port, close: () => app.close(), ...report };
  },
});

const policy = loadPolicy({
  name: "Courses",
  version: "1",
  scopes: { "courses:read": {}, "courses:detail": {}, "/courses/{id}/read": {} },
  tools: {
    list_courses: "courses:read",
    search: { public: true, enrichedBy: "courses:detail" },
    remove: { deny: "never" },
    read_course: "/courses/{id}/read",
  },
});
const TOKENS = new Map([
  ["reader", "courses:read courses:detail /courses/7/read /courses/007/read"],
  ["none", ""],
]);

const createTestAuthorizer = (events: AuditEvent[] = []) =>
  createAuthorizer({
    policy,
    verify: (rawToken) => {
      const scope = TOKENS.get(rawToken);
      return scope === undefined ? undefined : { scope };
    },
    audit: (event) => void events.push(event),
    onRejected: () => undefined,
    onOutage: () => undefined,
    timeout: 50,
  });

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe("dangerouslyReportOnly of scopePolicy", () => {
  it("counts a value that a schema has changed, and passes it on", async () => {
    const paths = ["/courses/7", "/courses/007"];
    const schema = { params: { type: "object", properties: { id: { type: "integer" } } } };
    const statuses: number[][] = [];
    const reports = [];
    const tokens: unknown[] = [];
    for (const dangerouslyReportOnly of [false, true]) {
      const app = createApp();
      const authorizer = createTestAuthorizer();
      await app.register(scopePolicy, { authorizer, dangerouslyReportOnly });
      app.get("/courses/:id", { config: { tool: "read_course" }, schema }, async (request) => {
        tokens.push([request.accessToken, app.scopePolicy.optionalToken(request)]);
        return "ok";
      });
      const seen = [];
      for (const url of paths) {
        seen.push((await app.inject({ url, headers: bearer("reader") })).statusCode);
      }
      // refused before: the value is not counted in addition
      if (dangerouslyReportOnly) await app.inject({ url: "/courses/008" });
      statuses.push(seen);
      reports.push(app.scopePolicy.report());
    }
    expect(statuses).toEqual([
      [200, 400],
      [200, 200],
    ]);
    const counts = { allowed: 1, invalid_params: 1, unauthenticated: 1 };
    expect(reports).toEqual([{}, { read_course: counts }]);
    // a call that the gate would have refused has no token
    const token: unknown = expect.objectContaining({ scope: TOKENS.get("reader") });
    const none = [undefined, undefined];
    expect(tokens).toEqual([[token, token], [token, token], none, none]);
  });

  it("counts no call twice if a schema changes the value of the only one", async () => {
    const schema = { params: { type: "object", properties: { id: { type: "integer" } } } };
    const app = createApp();
    const options = { authorizer: createTestAuthorizer(), dangerouslyReportOnly: true };
    await app.register(scopePolicy, options);
    app.get("/courses/:id", { config: { tool: "read_course" }, schema }, async () => "ok");
    expect((await app.inject({ url: "/courses/007", headers: bearer("reader") })).body).toBe("ok");
    expect(app.scopePolicy.report()).toEqual({ read_course: { invalid_params: 1 } });
  });

  it("counts routes without a mapping under `unknown`, and none that it passes", async () => {
    for (const [unmapped, report] of [
      ["refuse", { unknown: { unknown_operation: 2 } }],
      ["pass", {}],
    ] as const) {
      const app = createApp();
      const authorizer = createTestAuthorizer();
      await app.register(scopePolicy, { authorizer, dangerouslyReportOnly: true, unmapped });
      app.get("/legacy", async () => "ok");
      app.get("/public", { config: { public: true } }, async () => "ok");
      app.get("/other", { config: { elsewhere: "session" } }, async () => "ok");
      expect((await app.inject("/legacy")).body).toBe("ok");
      expect((await app.inject({ url: "/legacy", headers: bearer("reader") })).body).toBe("ok");
      await app.inject("/public");
      await app.inject("/other");
      expect(app.scopePolicy.report()).toEqual(report);
    }
  });

  it("gives handlers verified tokens only, and no decision that allows nothing", async () => {
    const app = createApp();
    const authorizer = createTestAuthorizer();
    await app.register(scopePolicy, { authorizer, dangerouslyReportOnly: true });
    const seen = serveMembers(app);
    await app.inject("/list_courses");
    await app.inject({ url: "/list_courses", headers: bearer("forged") });
    await app.inject({ url: "/list_courses", headers: bearer("none") });
    await app.inject({ url: "/list_courses", headers: bearer("reader") });
    const refused = await app.inject({ url: "/remove", headers: bearer("reader") });
    expect(refused.statusCode).toBe(403);
    const none = { token: "ERR_COVERAGE", accessToken: undefined, decision: "ERR_COVERAGE" };
    expect(seen).toMatchObject([
      none,
      none,
      { ...none, token: { scope: "" } },
      { accessToken: { scope: TOKENS.get("reader") }, decision: { allowed: true } },
    ]);
  });
});

interface Seen {
  readonly token: AccessToken | string;
  readonly optional: AccessToken | undefined | string;
  readonly accessToken: AccessToken | undefined;
  readonly decision: Allowed | string;
}

/** Serves each tool at its name. Returns what the handlers see. */
function serveMembers(app: FastifyInstance): readonly Seen[] {
  const seen: Seen[] = [];
  const attempt = <Value>(read: () => Value): Value | string => {
    try {
      return read();
    } catch (error) {
      return (error as PolicyError).code;
    }
  };
  const gate = app.scopePolicy;
  for (const tool of ["list_courses", "search", "remove"]) {
    app.get(`/${tool}`, { config: { tool } }, async (request) => {
      seen.push({
        token: attempt(() => gate.token(request)),
        optional: attempt(() => gate.optionalToken(request)),
        accessToken: request.accessToken,
        decision: attempt(() => gate.decision(request)),
      });
      return "ok";
    });
  }
  return seen;
}

describe("the members of `app.scopePolicy`", () => {
  it("return the token and the decision that allowed the request", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer: createTestAuthorizer() });
    const seen = serveMembers(app);
    await app.inject({ url: "/list_courses", headers: bearer("reader") });
    await app.inject({ url: "/search", headers: bearer("reader") });
    await app.inject("/search");
    const token = { scope: TOKENS.get("reader") };
    expect(seen).toMatchObject([
      { token, optional: token, accessToken: token },
      { token, optional: token, decision: { allowed: true, enriched: true } },
      { token: "ERR_COVERAGE", decision: { allowed: true, enriched: false } },
    ]);
    expect(seen[0]?.decision).toMatchObject({ scopes: ["courses:read"], enriched: false });
    expect(seen[2]?.optional).toBeUndefined();
    expect(app.scopePolicy.report()).toEqual({});
  });

  it("throw for a request that has passed no gate", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer: createTestAuthorizer(), unmapped: "pass" });
    app.get("/legacy", async (request) => app.scopePolicy.optionalToken(request));
    const { statusCode, body } = await app.inject({ url: "/legacy", headers: bearer("reader") });
    expect([statusCode, JSON.parse(body)]).toMatchObject([500, { code: "ERR_COVERAGE" }]);
  });
});

describe("`authenticate` of scopePolicy", () => {
  const start = async (options: ScopePolicyOptions) => {
    const app = createApp();
    await app.register(scopePolicy, options);
    app.get("/", { config: { tool: "list_courses" } }, async (request) => request.accessToken?.sub);
    return async (headers: Record<string, string>) => {
      const { statusCode, body } = await app.inject({ url: "/", headers });
      return statusCode === 200 ? body : statusCode;
    };
  };
  const session = ({ headers }: FastifyRequest) => {
    const user = headers["x-session"];
    if (user === "boom") throw new Error("boom");
    if (user === "slow") return new Promise(() => undefined);
    return user === undefined ? null : { sub: user, scope: "courses:read" };
  };

  const WITH_VERIFY: readonly (readonly [headers: Record<string, string>, answer: unknown])[] = [
    [{}, 401],
    [{ "x-session": "ann" }, "ann"],
    [{ "x-session": "boom" }, 503],
    [{ "x-session": "slow" }, 503],
    [{ "x-session": "ann", ...bearer("forged") }, 401],
    [{ "x-session": "ann", ...bearer("none") }, 403],
    [{ "x-session": "boom", ...bearer("reader") }, ""],
    [{ "x-session": "ann", authorization: "Basic YTpi" }, 401],
    [{ "x-session": "ann", authorization: "" }, 400],
  ];

  it.each(WITH_VERIFY)("of an authorizer with `verify`, for %j: %j", async (headers, answer) => {
    const ask = await start({ authorizer: createTestAuthorizer(), authenticate: session });
    expect(await ask(headers)).toBe(answer);
  });

  it.each<readonly [headers: Record<string, string>, answer: unknown]>([
    [{}, 401],
    [{ "x-session": "ann" }, "ann"],
    [{ "x-session": "ann", ...bearer("forged") }, "ann"],
    [{ "x-session": "ann", authorization: "Basic YTpi" }, "ann"],
    [bearer("reader"), 401],
    [{ "x-session": "boom" }, 503],
    [{ "x-session": "slow" }, 503],
  ])("of an authorizer without `verify`, for %j: %j", async (headers, answer) => {
    const authorizer = createAuthorizer({ policy, timeout: 50, onOutage: () => undefined });
    expect(await (await start({ authorizer, authenticate: session }))(headers)).toBe(answer);
  });

  it("takes the claims that `@fastify/jwt` has verified", async () => {
    const app = createApp();
    await app.register(fastifyJwt, { secret: "x".repeat(32) });
    await app.register(scopePolicy, {
      authorizer: createAuthorizer({ policy }),
      authenticate: (request) => request.jwtVerify().catch(() => undefined),
    });
    app.get("/", { config: { tool: "list_courses" } }, async ({ accessToken }) => accessToken?.sub);
    await app.ready();
    const token = app.jwt.sign({ sub: "ann", scope: "courses:read" }, { expiresIn: 60 });
    expect((await app.inject({ url: "/", headers: bearer(token) })).body).toBe("ann");
    const forged = { url: "/", headers: bearer(`${token.slice(0, -4)}AAAA`) };
    expect((await app.inject(forged)).statusCode).toBe(401);
  });

  it("is required of an authorizer without `verify`", async () => {
    const app = createApp();
    const authorizer = createAuthorizer({ policy });
    await expect(app.register(scopePolicy, { authorizer })).rejects.toThrow(/no `verify`/);
  });
});

describe("the second audit event of scopePolicy", () => {
  const serve = async (options: Partial<ScopePolicyOptions> = {}) => {
    const events: AuditEvent[] = [];
    const app = createApp();
    await app.register(scopePolicy, { authorizer: createTestAuthorizer(events), ...options });
    const config = { tool: "list_courses" };
    app.get("/ok", { config }, async () => "ok");
    app.get("/created", { config }, async (_request, reply) => reply.code(201).send({ a: 1 }));
    app.get("/boom", { config }, async () => {
      throw new Error("boom");
    });
    app.get("/missing", { config }, (_request, reply) => reply.callNotFound());
    app.get("/stream", { config }, async (_request, reply) =>
      reply.send(Readable.from(["one ", "two"])),
    );
    app.get("/raw", { config }, (_request, reply) => {
      reply.hijack();
      reply.raw.writeHead(202).end("raw");
    });
    const params = { type: "object", properties: { id: { type: "integer" } } };
    app.get(
      "/courses/:id",
      { config: { tool: "read_course" }, schema: { params } },
      async () => "ok",
    );
    let release: (() => void) | undefined;
    const waiting = new Promise<void>((resolve) => {
      app.get("/slow", { config }, async () => {
        resolve();
        await new Promise<void>((done) => {
          release = done;
        });
        return "late";
      });
    });
    return { app, events, port: await portOf(app), waiting, release: () => release?.() };
  };
  const answeredIn = (events: readonly AuditEvent[]) =>
    events.filter(({ kind }) => kind === "answered").map(({ status }) => status);

  it.each<[method: string, path: string, token: string, status: number]>([
    ["GET", "/ok", "reader", 200],
    ["HEAD", "/ok", "reader", 200],
    ["GET", "/created", "reader", 201],
    ["GET", "/boom", "reader", 500],
    ["GET", "/missing", "reader", 404],
    ["GET", "/stream", "reader", 200],
    ["GET", "/raw", "reader", 202],
    ["GET", "/ok", "none", 403],
    ["HEAD", "/ok", "forged", 401],
    ["GET", "/courses/007", "reader", 400],
  ])("of %s %s by %s has the status %i, once", async (method, path, token, status) => {
    const { port, events } = await serve();
    const headers = [`Authorization: Bearer ${token}`];
    expect((await send(port, { method, path, headers })).status).toBe(status);
    await vi.waitFor(() => expect(answeredIn(events)).toEqual([status]));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(answeredIn(events)).toEqual([status]);
    const [first, second] = events;
    expect([second?.id, second?.kind, first?.kind]).toEqual([first?.id, "answered", undefined]);
    if (path === "/courses/007") expect(first?.decision).toMatchObject({ code: "allowed" });
  });

  it("follows a first one with Fastify's id of the request, the query and the arguments of the route", async () => {
    const events: AuditEvent[] = [];
    const app = createApp();
    await app.register(scopePolicy, { authorizer: createTestAuthorizer(events) });
    const config = { tool: "list_courses", arguments: () => ({ room: "4" }) };
    app.get("/ok", { config }, async () => "ok");
    await app.inject({ url: "/ok?page=2", headers: { authorization: "Bearer reader" } });
    await vi.waitFor(() => expect(events.length).toBeGreaterThan(0));
    expect(events[0]).toMatchObject({
      requestId: "req-1",
      arguments: [
        { name: "room", type: "string", size: 1 },
        { name: "page", type: "string", size: 1 },
      ],
    });
  });

  it("has the status of the handler if the gate only reports", async () => {
    const { port, events } = await serve({ dangerouslyReportOnly: true });
    expect((await send(port, { method: "GET", path: "/created" })).status).toBe(201);
    await vi.waitFor(() => expect(answeredIn(events)).toEqual([201]));
  });

  it("is missing if the client disconnects before the response", async () => {
    const { app, port, events, waiting, release } = await serve();
    const socket: Socket = connect(port, "127.0.0.1");
    socket.write("GET /slow HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer reader\r\n\r\n");
    await waiting;
    socket.destroy();
    await vi.waitFor(async () => {
      const count = await new Promise((resolve) => {
        app.server.getConnections((_error, found) => resolve(found));
      });
      expect(count).toBe(0);
    });
    release();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(events).toHaveLength(1);
  });
});
