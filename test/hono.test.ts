import { type Context, Hono, type MiddlewareHandler } from "hono";
import { createAuthorizer, loadPolicy, PolicyError } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { type HonoGateOptions, honoGate } from "scope-policy/hono";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { describeCoverage, type Item } from "./contract/coverage-law.js";
import { listenHono } from "./contract/hono-subject.js";
import { describeReportOnly, REPORTED_ROUTES } from "./contract/report-only.js";
import { summaryOf } from "./contract/subject.js";

beforeEach(() => void vi.spyOn(console, "error").mockReturnValue(undefined));
afterEach(() => void vi.restoreAllMocks());

describeReportOnly({
  name: "Hono",
  start: async (gated) => {
    const app = new Hono();
    const gate = gated && honoGate(gated.authorizer, { dangerouslyReportOnly: gated.isReportOnly });
    for (const { method, path, operation } of REPORTED_ROUTES) {
      const isEndpoint = operation.includes(" ");
      const before =
        gate === undefined
          ? (_c: Context, next: () => Promise<void>) => next()
          : isEndpoint
            ? gate.endpoint()
            : gate(operation);
      app.on(method, path, before, (c) => c.json({ operation, params: c.req.param() }));
    }
    const running = await listenHono(app);
    return { ...running, ...(gate && { report: () => gate.report() }) };
  },
});

describeCoverage<Context, MiddlewareHandler>({
  name: "Hono",
  createGate: (authorizer) => honoGate(authorizer),
  build: (items, gate, reach) => {
    const add = (app: Hono, given: readonly Item[], prefix: string) => {
      for (const item of given) {
        if (item.kind === "mount") {
          const inner = new Hono();
          // an application with its own `onError`, the handlers of which Hono wraps
          if (item.items.length > 2) inner.onError((_error, c) => c.text("", 500));
          add(inner, item.items, prefix + item.path);
          app.route(item.path, inner);
        } else if (item.kind === "use") {
          app.use(item.path, item.isGate ? gate : (_c, next) => next());
        } else {
          const label = `${item.method} ${prefix}${item.path}`;
          // Hono recognizes a handler of `all` by its one parameter
          const last = (c: Context) => {
            reach(label, c);
            return c.text("");
          };
          const handler: MiddlewareHandler = async (c, next) => {
            reach(label, c);
            await next();
          };
          const own = item.method === "ALL" ? last : handler;
          const handlers = { none: [own], first: [gate, own], late: [own, gate] }[item.gate];
          app.on(item.method, item.path, ...(handlers as [MiddlewareHandler]));
        }
      }
    };
    const app = new Hono();
    add(app, items, "");
    return {
      app,
      ask: async (method, path) => void (await app.request(path, { method })),
    };
  },
});

const policy = loadPolicy({
  name: "School",
  version: "1",
  scopes: { "school:read": {}, "/accounts/{accountID}/read": {} },
  tools: {
    get_settings: "school:read",
    account: "/accounts/{accountID}/read",
    search: { public: true },
    remove: { deny: "never" },
  },
  endpoints: {
    "GET /v1/projects/{project}": "school:read",
    "GET /accounts/{accountID}": "/accounts/{accountID}/read",
  },
});

const createGate = (options: HonoGateOptions = {}, events: AuditEvent[] = []) =>
  honoGate(
    createAuthorizer({
      policy,
      resource: "https://api.example.com/",
      verify: (rawToken) =>
        rawToken === "ann" ? { sub: "ann", scope: "school:read /accounts/7/read" } : undefined,
      audit: (event) => void events.push(event),
      onRejected: () => undefined,
    }),
    options,
  );

const ask = async (app: Hono, path: string, token?: string, method = "GET") => {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await app.request(path, { method, headers });
  return summaryOf({ status: response.status, headers: new Map(), body: await response.text() });
};

/** Returns each finding as its code and its path. */
const findingsOf = (check: () => void): readonly string[] => {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return error.findings.map(({ code, path }) => `${code} ${path}`);
  }
};

/** An application that serves every endpoint of the policy. */
const createApp = (gate: ReturnType<typeof createGate>) =>
  new Hono()
    .get("/accounts/:id", gate.endpoint(), (c) => c.text(c.req.param("id")))
    .get("/v1/projects/:project{[0-9]+}", gate("GET /v1/projects/{project}"), (c) => c.text("x"));

describe("the gate of Hono", () => {
  it("knows the whole path of a route in applications with a base path and in nested ones", async () => {
    const gate = createGate();
    const inner = new Hono().get("/:p", gate.endpoint(), (c) => c.text(c.req.param("p")));
    const app = new Hono().basePath("/v1").route("/projects", inner);
    expect(await ask(app, "/v1/projects/7", "ann")).toBe("200 7");
    expect(await ask(app, "/v1/projects/7")).toBe("401 unauthenticated");
    expect(await ask(app, "/v1/projects/%37", "ann")).toBe("403 unknown_operation");
  });

  it("decides on the value that the handler reads, and refuses where the route of a gate is not the endpoint", async () => {
    const gate = createGate();
    const app = new Hono();
    app.get("/accounts/:accountID", gate("account"), (c) => c.text(c.req.param("accountID")));
    app.use("/used/*", gate.endpoint());
    app.get("/used/:x", (c) => c.text("open"));
    expect(await ask(app, "/accounts/7", "ann")).toBe("200 7");
    expect(await ask(app, "/accounts/%37", "ann")).toBe("200 7");
    expect(await ask(app, "/accounts/8", "ann")).toBe("403 binding_mismatch");
    expect(await ask(app, "/used/8", "ann")).toBe("403 unknown_operation");
  });

  it("writes denials as every gate does, and no body for HEAD", async () => {
    const app = new Hono().get("/s", createGate()("get_settings"), (c) => c.text("s"));
    const [get, head] = await Promise.all([
      app.request("/s"),
      app.request("/s", { method: "HEAD" }),
    ]);
    expect(get.headers.get("content-type")).toBe("application/problem+json");
    expect(get.headers.get("www-authenticate")).toMatch(/^Bearer /);
    expect([head.status, await head.text()]).toEqual([401, ""]);
  });

  it("keeps the headers that a middleware before it has set", async () => {
    const app = new Hono();
    app.use(async (c, next) => {
      c.header("Access-Control-Allow-Origin", "*");
      await next();
    });
    app.get("/s", createGate()("get_settings"), (c) => c.text("s"));
    const { status, headers } = await app.request("/s");
    expect([status, headers.get("access-control-allow-origin")]).toEqual([401, "*"]);
  });

  it("reads parameters that the route does not have, and takes an exception for an outage", async () => {
    const gate = createGate();
    const app = new Hono();
    const params = (c: Context) => ({ accountID: c.req.query("account") });
    app.get("/wallet", gate("account", { params }), (c) => c.text("open"));
    app.get("/broken", gate("account", { params: () => Promise.reject(new Error("x")) }), (c) =>
      c.text("open"),
    );
    expect(await ask(app, "/wallet?account=7", "ann")).toBe("200 open");
    expect(await ask(app, "/wallet?account=8", "ann")).toBe("403 binding_mismatch");
    expect(await ask(app, "/broken", "ann")).toBe("503 temporarily_unavailable");
  });

  it("reports the status that the client got as a second event, with the arguments in the first", async () => {
    const events: AuditEvent[] = [];
    const gate = createGate({}, events);
    const app = new Hono().get("/:status", gate("get_settings"), (c) => {
      if (c.req.param("status") === "boom") throw new Error("boom");
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- a handler can throw anything
      if (c.req.param("status") === "odd") throw "odd";
      return c.body(null, Number(c.req.param("status")) as 200);
    });
    for (const path of ["/200?a=1&b=2&b=3", "/404", "/boom"]) await ask(app, path, "ann");
    await expect(ask(app, "/odd", "ann")).rejects.toBe("odd");
    await ask(app, "/200");
    const answered = events.filter(({ kind }) => kind === "answered");
    expect(answered.map(({ status }) => status)).toEqual([200, 404, 500, 500, 401]);
    const first = events.filter(({ kind }) => kind === undefined);
    expect(answered.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
    expect(JSON.stringify(first[0]?.arguments)).toMatch(/"a".*"b"/);
  });

  it("takes claims of the server from `authenticate`, for a request without a header", async () => {
    const authenticate = (c: Context) =>
      c.req.query("user") === undefined ? null : { scope: "school:read", sub: c.req.query("user") };
    const gate = createGate({ authenticate });
    const app = new Hono().get("/s", gate("get_settings"), (c) => c.text(`${gate.token(c).sub}`));
    expect(await ask(app, "/s?user=ada")).toBe("200 ada");
    expect(await ask(app, "/s")).toBe("401 unauthenticated");
    expect(await ask(app, "/s?user=ada", "unknown")).toBe("401 invalid_token");
  });

  it("decides nothing at a mark", async () => {
    const gate = createGate();
    const app = new Hono()
      .get("/health", gate.public(), (c) => c.text("ok"))
      .get("/session", gate.elsewhere("the session"), (c) => c.text("ok"));
    for (const path of ["/health", "/session"]) {
      for (const token of [undefined, "unknown"])
        expect(await ask(app, path, token)).toBe("200 ok");
    }
  });

  it("serves the metadata of the resource", async () => {
    const app = new Hono();
    app.use(createGate().metadata());
    const path = "/.well-known/oauth-protected-resource";
    const { status, headers } = await app.request(path);
    expect([status, headers.get("access-control-allow-origin")]).toEqual([200, "*"]);
    expect(await ask(app, path, undefined, "OPTIONS")).toBe("204 ");
    expect(await ask(app, path, undefined, "HEAD")).toBe("200 ");
    expect((await ask(app, "/other")).slice(0, 3)).toBe("404");
  });
});

describe("assertCovers of Hono", () => {
  it("accepts gates and marks on routes, and gates given to `use`", () => {
    const gate = createGate();
    const app = createApp(gate);
    app.get("/health", gate.public(), (c) => c.text("ok"));
    app.get("/session", gate.elsewhere("the session"), (c) => c.text("ok"));
    app.use("/static/*", gate.public(), async (c) => c.text("file"));
    app.use("/all/*", async (_c, next) => next());
    app.use("/all/*", gate("search"));
    app.post("/all/:x/:y", (c) => c.text("ok"));
    app.post("/all/z", (c) => c.text("ok"));
    app.get("/after", gate.public(), (c) => c.text("ok"));
    app.use(async (_c, next) => next());
    expect(findingsOf(() => gate.assertCovers(app))).toEqual([]);
  });

  it("reports everything that it finds, at once", () => {
    const [gate, other] = [createGate(), createGate()];
    const app = new Hono();
    app.get("/accounts/:accountID", other.endpoint(), (c) => c.text("other authorizer"));
    app.mount("/mounted", () => new Response("mounted"));
    app.get(
      "/open",
      async (_c, next) => next(),
      (c) => c.text("open"),
    );
    app.get(
      "/late",
      async (_c, next) => next(),
      gate("search"),
      (c) => c.text("late"),
    );
    app.get("/unknown", gate.endpoint(), (c) => c.text("unknown"));
    app.post("/v1/projects/:p", gate("GET /v1/projects/{project}"), (c) => c.text("method"));
    app.get("/missing", gate("account"), (c) => c.text("missing"));
    app.use("/used/*", gate.endpoint());
    app.get("/used/x", (c) => c.text("used"));
    app.use("/:accountID/*", gate("account"));
    app.get("/x/:accountID", (c) => c.text("shadowed"));
    expect(findingsOf(() => gate.assertCovers(app))).toEqual([
      "unserved_endpoint GET /v1/projects/{project}",
      "unserved_endpoint GET /accounts/{accountID}",
      "unmapped_route GET /accounts/:accountID",
      "unmapped_route ALL /mounted/*",
      "unmapped_route GET /open",
      "late_gate GET /late",
      "unknown_endpoint GET /unknown",
      "mismatched_endpoint POST /v1/projects/:p",
      "missing_param GET /missing",
      "misplaced_gate GET /used/x",
      "shadowed_param GET /x/:accountID",
    ]);
  });

  it("checks the part of an application that `under` and `except` select", () => {
    const gate = createGate();
    const app = createApp(gate);
    app.get("/internal/stats", (c) => c.text("open"));
    app.get("/legacy", (c) => c.text("open"));
    const check = (options?: Parameters<typeof gate.assertCovers>[1]) =>
      findingsOf(() => gate.assertCovers(app, options));
    expect(check()).toEqual(["unmapped_route GET /internal/stats", "unmapped_route GET /legacy"]);
    expect(check({ except: [/^\/internal\//, "/legacy"] })).toEqual([]);
    expect(check({ under: "/v1" })).toEqual([]);
    expect(check({ under: "/internal" })).toEqual(["unmapped_route GET /internal/stats"]);
    app.get("/v1/internal/stats", (c) => c.text("open"));
    expect(check({ under: "/v1", except: [/^\/internal/] })).toEqual([]);
    expect(check({ except: ["/internal", "/legacy", "/v1/internal", /x$/] })).toEqual([
      "unused_except except[3]",
    ]);
    for (const options of [{ under: "x" }, { except: [7] }]) {
      expect(() => gate.assertCovers(app, options as object)).toThrow(
        expect.objectContaining({ code: "ERR_OPTIONS_INVALID" }),
      );
    }
  });

  it("takes an application without a route below `under` for one that is mounted there", () => {
    const gate = createGate();
    const projects = new Hono()
      .get("/:p", gate.endpoint(), (c) => c.text("ok"))
      .get("/", gate("search"), (c) => c.text("ok"));
    const app = new Hono()
      .get("/accounts/:id", gate.endpoint(), (c) => c.text("ok"))
      .route("/v1/projects", projects);
    const check = (app: Hono, under: string) => findingsOf(() => gate.assertCovers(app, { under }));
    expect(check(projects, "/v1/projects")).toEqual([]);
    expect(check(app, "/v1/projects")).toEqual([]);
    expect(findingsOf(() => gate.assertCovers(app))).toEqual([]);

    const accounts = new Hono().get("/:id", gate.endpoint(), (c) => c.text("ok"));
    expect(check(accounts, "/accounts")).toEqual([]);
    expect(check(accounts, "/account")).toEqual(["unknown_endpoint GET /account/:id"]);

    projects.get("/:p/open", (c) => c.text("open"));
    expect(check(projects, "/v1/projects")).toEqual(["unmapped_route GET /v1/projects/:p/open"]);
    expect(check(projects, "/v1")).toEqual([
      "unserved_endpoint GET /v1/projects/{project}",
      "unknown_endpoint GET /v1/:p",
      "unmapped_route GET /v1/:p/open",
    ]);
  });

  it("passes no application without routes", () => {
    const gate = createGate();
    expect(findingsOf(() => gate.assertCovers(new Hono(), { under: "/nowhere" }))).toEqual([
      "unused_under under",
    ]);
    const based = new Hono().basePath("/v1").get("/projects/:p", (c) => c.text("open"));
    expect(findingsOf(() => gate.assertCovers(based, { under: "/v1" }))).toEqual([
      "unserved_endpoint GET /v1/projects/{project}",
      "unmapped_route GET /v1/projects/:p",
    ]);
  });

  it("counts a mark of another authorizer on a route, and not in `use`", () => {
    const [gate, other] = [createGate(), createGate()];
    const app = createApp(gate);
    app.get("/route", other.public(), (c) => c.text("ok"));
    app.use("/static/*", other.elsewhere("theirs"), async (c) => c.text("file"));
    app.use("/same", other.public());
    app.get("/same", (c) => c.text("ok"));
    app.use("/theirs/*", other.elsewhere("theirs"));
    app.get("/theirs/x", (c) => c.text("ok"));
    app.use("/ours/*", gate.elsewhere("ours"));
    app.get("/ours/x", (c) => c.text("ok"));
    expect(findingsOf(() => gate.assertCovers(app))).toEqual([
      "unmapped_route GET /same",
      "unmapped_route GET /theirs/x",
    ]);
  });

  it("reports `trailingSlash` and `caseSensitive` where Hono distinguishes what the gate ignores", () => {
    const findings = (
      options: HonoGateOptions,
      app: Hono = new Hono(),
      cover: Parameters<ReturnType<typeof createGate>["assertCovers"]>[1] = {},
    ) => {
      const gate = createGate(options);
      app.get("/accounts/:id", gate.endpoint(), (c) => c.text("ok"));
      app.get("/v1/projects/:project", gate.endpoint(), (c) => c.text("ok"));
      return findingsOf(() => gate.assertCovers(app, cover));
    };
    const slash = "trailing_slash trailingSlash";
    const IGNORE = { trailingSlash: "ignore" } as const;
    expect(findings({})).toEqual([]);
    expect(findings({ trailingSlash: "refuse", caseSensitive: true })).toEqual([]);
    expect(findings({}, new Hono({ strict: false }))).toEqual([]);
    expect(findings(IGNORE)).toEqual([slash]);
    expect(findings(IGNORE, new Hono(), { under: "/v1" })).toEqual([slash]);
    expect(findings(IGNORE, new Hono({ strict: false }))).toEqual([]);
    expect(findings(IGNORE, new Hono({ strict: false }).basePath("/"))).toEqual([]);
    // a function of the program is not called, so it counts as one that keeps the slash
    expect(findings(IGNORE, new Hono({ getPath: () => "/" }))).toEqual([slash]);
    for (const app of [new Hono(), new Hono({ strict: false })])
      expect(findings({ caseSensitive: false }, app)).toEqual(["letter_case caseSensitive"]);
    // the outermost application has the router
    const gate = createGate(IGNORE);
    const inner = new Hono().get("/:p", gate.endpoint(), (c) => c.text("ok"));
    expect(findingsOf(() => gate.assertCovers(inner, { under: "/v1/projects" }))).toEqual([]);
  });

  it("refuses a value that is not an application", () => {
    expect(() => createGate().assertCovers({})).toThrow(PolicyError);
  });
});
