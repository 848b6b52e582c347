import Router, { type RouterOptions } from "@koa/router";
import Koa, { type Middleware, type ParameterizedContext } from "koa";
import { createAuthorizer, loadPolicy, PolicyError } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { type KoaGateOptions, koaGate } from "scope-policy/koa";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { describeCoverage, type Item } from "./contract/coverage-law.js";
import { listenKoa } from "./contract/koa-subject.js";
import { describeReportOnly, REPORTED_ROUTES } from "./contract/report-only.js";
import { type Running, summaryOf } from "./contract/subject.js";
import { send } from "./contract/wire.js";

const open: Running[] = [];
beforeEach(() => void vi.spyOn(console, "error").mockReturnValue(undefined));
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(open.splice(0).map((running) => running.close()));
});

const pass: Middleware = (_ctx, next) => next();

describeReportOnly({
  name: "Koa",
  start: async (gated) => {
    const app = new Koa();
    const router = new Router();
    const gate = gated && koaGate(gated.authorizer, { dangerouslyReportOnly: gated.isReportOnly });
    for (const { method, path, operation } of REPORTED_ROUTES) {
      const before = operation.includes(" ") ? gate?.endpoint() : gate?.(operation);
      router.register(
        path,
        [method],
        [
          before ?? pass,
          (ctx: ParameterizedContext) => {
            ctx.body = { operation, params: ctx["params"] as unknown };
          },
        ],
      );
    }
    app.use(router.routes());
    const running = await listenKoa(app);
    return { ...running, ...(gate && { report: () => gate.report() }) };
  },
});

// a generated application is asked without a server
describeCoverage<ParameterizedContext, Middleware>({
  name: "Koa",
  createGate: (authorizer) => koaGate(authorizer),
  build: (items, gate, reach) => {
    const add = (router: Router, given: readonly Item[], prefix: string) => {
      for (const item of given) {
        if (item.kind === "mount") {
          const inner = new Router();
          add(inner, item.items, prefix + item.path);
          router.use(item.path, inner.routes());
        } else if (item.kind === "use") {
          const handler = item.isGate ? gate : pass;
          if (item.path === "/*") router.use(handler);
          else router.use(item.path.slice(0, -2), handler);
        } else {
          const label = `${item.method} ${prefix}${item.path}`;
          const own: Middleware = async (ctx, next) => {
            reach(label, ctx);
            await next();
          };
          const handlers = { none: [own], first: [gate, own], late: [own, gate] }[item.gate];
          if (item.method === "ALL") router.all(item.path, ...(handlers as [Middleware]));
          else router.register(item.path, [item.method], handlers);
        }
      }
    };
    const app = new Koa();
    const router = new Router();
    const [first] = items;
    // an application that has the gate itself
    const isTop = first?.kind === "use" && first.isGate && items.length % 2 === 0;
    if (isTop) app.use(gate);
    add(router, isTop ? items.slice(1) : items, "");
    app.use(router.routes());
    const running = listenKoa(app);
    return {
      app,
      ask: async (method, path) => {
        await send((await running).port, { method, path });
      },
      close: async () => (await running).close(),
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
  },
  endpoints: {
    "GET /v1/projects/{project}": "school:read",
    "GET /accounts/{accountID}": "/accounts/{accountID}/read",
  },
});

const createGate = (options: KoaGateOptions = {}, events: AuditEvent[] = []) =>
  koaGate(
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

const serve = async (router: Router, ...before: readonly Middleware[]) => {
  const app = new Koa();
  for (const middleware of before) app.use(middleware);
  app.use(router.routes());
  const running = await listenKoa(app);
  open.push(running);
  return async (path: string, token?: string, method = "GET") => {
    const headers = token === undefined ? [] : [`Authorization: Bearer ${token}`];
    return send(running.port, { method, path, headers });
  };
};

const show: Middleware = (ctx) => {
  ctx.body = JSON.stringify(ctx["params"]);
};

const findingsOf = (check: () => void): readonly string[] => {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return error.findings.map(({ code, path }) => `${code} ${path}`);
  }
};

const createRouter = (gate: ReturnType<typeof createGate>) => {
  const router = new Router();
  router.get("/accounts/:id", gate.endpoint(), show);
  router.get("/v1/projects/:project", gate("GET /v1/projects/{project}"), show);
  return router;
};

describe("the gate of Koa", () => {
  it("knows the whole path of a route in routers with a prefix and in nested ones", async () => {
    const gate = createGate();
    const inner = new Router();
    inner.get("/:p", gate.endpoint(), show);
    const router = new Router({ prefix: "/v1" });
    router.use("/projects", inner.routes());
    const ask = await serve(router);
    expect(summaryOf(await ask("/v1/projects/7", "ann"))).toBe('200 {"p":"7"}');
    expect(summaryOf(await ask("/v1/projects/7"))).toBe("401 unauthenticated");
    expect(summaryOf(await ask("/V1/projects/7", "ann"))).toBe("403 unknown_operation");
    expect(summaryOf(await ask("/v1/projects/%37", "ann"))).toBe("403 unknown_operation");
  });

  it("knows the part of the path that the application has removed, and refuses a rewritten path", async () => {
    const gate = createGate();
    const router = new Router();
    router.get("/projects/:p", gate.endpoint(), show);
    const ask = await serve(router, async (ctx, next) => {
      if (ctx.path.startsWith("/v1/")) ctx.path = ctx.path.slice("/v1".length);
      if (ctx.path === "/old") ctx.path = "/projects/7";
      await next();
    });
    expect(summaryOf(await ask("/v1/projects/7", "ann"))).toBe('200 {"p":"7"}');
    expect(summaryOf(await ask("/old", "ann"))).toBe("403 unknown_operation");
    expect(summaryOf(await ask("/projects/7", "ann"))).toBe("403 unknown_operation");
  });

  it("refuses if a function given to `param` has changed a value that decides", async () => {
    const gate = createGate();
    const router = new Router();
    router.param("id", (_id, ctx, next) => {
      ctx["params"]["id"] = "8";
      return next();
    });
    router.get("/accounts/:id", gate.endpoint(), show);
    const ask = await serve(router);
    expect(summaryOf(await ask("/accounts/7", "ann"))).toBe("403 unknown_operation");
    expect(findingsOf(() => gate.assertCovers(router, { except: ["/v1/projects"] }))).toEqual([]);
  });

  it("writes denials as every gate does, and no body for HEAD", async () => {
    const router = new Router();
    router.get("/s", createGate()("get_settings"), show);
    const ask = await serve(router);
    const [get, head] = [await ask("/s"), await ask("/s", undefined, "HEAD")];
    expect(get.headers.get("content-type")).toEqual(["application/problem+json"]);
    expect(get.headers.get("www-authenticate")?.[0]).toMatch(/^Bearer /);
    expect([head.status, head.body]).toEqual([401, ""]);
  });

  it("reports the status that the client got as a second event, with the arguments in the first", async () => {
    const events: AuditEvent[] = [];
    const router = new Router();
    router.get("/:status", createGate({}, events)("get_settings"), (ctx) => {
      if (ctx["params"]["status"] === "boom") throw new Error("boom");
      ctx.status = Number(ctx["params"]["status"]);
    });
    const ask = await serve(router);
    for (const path of ["/200?a=1", "/404", "/boom"]) await ask(path, "ann");
    await ask("/200");
    const answered = events.filter(({ kind }) => kind === "answered");
    expect(answered.map(({ status }) => status)).toEqual([200, 404, 500, 401]);
    const first = events.filter(({ kind }) => kind === undefined);
    expect(answered.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
    expect(JSON.stringify(first[0]?.arguments)).toContain('"a"');
  });

  it("decides nothing at a mark", async () => {
    const gate = createGate();
    const router = new Router();
    for (const [path, mark] of [
      ["/health", gate.public()],
      ["/session", gate.elsewhere("the session")],
    ] as const)
      router.get(path, mark, show);
    const ask = await serve(router);
    for (const path of ["/health", "/session"]) {
      for (const token of [undefined, "unknown"])
        expect(summaryOf(await ask(path, token))).toBe("200 {}");
    }
  });

  it("takes claims of the server from `authenticate`, and gives handlers token and decision", async () => {
    const gate = createGate({
      authenticate: (ctx) =>
        ctx.query["user"] === undefined ? null : { scope: "school:read", sub: ctx.query["user"] },
    });
    const router = new Router();
    router.get("/s", gate("get_settings"), (ctx) => {
      ctx.body = `${gate.token(ctx).sub} ${gate.decision(ctx).scopes.join()}`;
    });
    const ask = await serve(router);
    expect((await ask("/s?user=ada")).body).toBe("ada school:read");
    expect(summaryOf(await ask("/s"))).toBe("401 unauthenticated");
  });

  it("runs no handler and writes nothing if another response was sent in the meantime", async () => {
    let runs = 0;
    const gate = createGate();
    const router = new Router();
    const params = async (ctx: ParameterizedContext) => {
      ctx.res.end("sent");
      return { accountID: "7" };
    };
    router.get("/s", gate("account", { params }), () => {
      runs += 1;
    });
    const ask = await serve(router);
    expect((await ask("/s", "ann")).body).toBe("sent");
    expect(runs).toBe(0);
  });

  it("serves the metadata of the resource", async () => {
    const ask = await serve(new Router(), createGate().metadata());
    const path = "/.well-known/oauth-protected-resource";
    const { status, headers } = await ask(path);
    expect([status, headers.get("access-control-allow-origin")]).toEqual([200, ["*"]]);
    expect(summaryOf(await ask(path, undefined, "OPTIONS"))).toBe("204 ");
    expect((await ask("/other")).status).toBe(404);
  });
});

describe("assertCovers of Koa", () => {
  it("accepts gates and marks on routes, and gates given to `use`", () => {
    const gate = createGate();
    const router = createRouter(gate);
    router.get("/health", gate.public(), show);
    router.get("/session", gate.elsewhere("the session"), show);
    router.use("/all", gate("search"), pass);
    router.post("/all/:x/:y", show);
    router.get("/alone", gate("search"));
    router.get("/wallet", gate("account", { params: () => ({ accountID: "7" }) }), show);
    expect(findingsOf(() => gate.assertCovers(router))).toEqual([]);
    expect(findingsOf(() => gate.assertCovers(new Koa().use(pass).use(router.routes())))).toEqual(
      [],
    );
  });

  it("reports everything that it finds, at once", () => {
    const [gate, other] = [createGate(), createGate()];
    const router = new Router();
    router.get("/accounts/:accountID", other.endpoint(), show);
    router.all("/open", show); // more than 20 methods
    router.get("/late", pass, gate("search"), show);
    router.get("/unknown", gate.endpoint(), show);
    router.get(/^\/expression/, gate.endpoint(), show);
    router.post("/v1/projects/:p", gate("GET /v1/projects/{project}"), show);
    router.get("/missing", gate("account"), show);
    router.use("/used", gate.endpoint());
    router.get("/used/x", show);
    router.use("/admin", gate("search"));
    for (const path of ["/files{/:id}", "/docs/*path", '/:"user"', "/a\\:b"])
      router.get(path, show);
    router.use("/:accountID", gate("account"));
    router.get("/x/:accountID", show);
    expect(findingsOf(() => gate.assertCovers(router))).toEqual([
      "unserved_endpoint GET /v1/projects/{project}",
      "unserved_endpoint GET /accounts/{accountID}",
      "unmapped_route GET /accounts/:accountID",
      "unmapped_route ALL /open",
      "late_gate GET /late",
      "unknown_endpoint GET /unknown",
      "unknown_endpoint GET /^\\/expression/",
      "mismatched_endpoint POST /v1/projects/:p",
      "missing_param GET /missing",
      "misplaced_gate GET /used/x",
      "unmapped_route GET /files{/:id}",
      "unmapped_route GET /docs/*path",
      'unmapped_route GET /:"user"',
      "unmapped_route GET /a\\:b",
      "shadowed_param GET /x/:accountID",
    ]);
  });

  it("suggests the endpoint that the path of a route probably means", () => {
    const gate = createGate();
    const router = createRouter(gate);
    router.get("/v1/project/:project", gate.endpoint(), show);
    expect(() => gate.assertCovers(router)).toThrow(
      expect.objectContaining({
        findings: [
          expect.objectContaining({
            code: "unknown_endpoint",
            path: "GET /v1/project/:project",
            suggestion: "GET /v1/projects/{project}",
          }),
        ],
      }),
    );
  });

  it("does not count gates given to `use` of a router that runs one layer alone", () => {
    const gate = createGate();
    const router = new Router({ exclusive: true });
    router.use(gate("search"));
    router.get("/x", show);
    const options = { except: ["/v1", "/accounts"] };
    expect(findingsOf(() => gate.assertCovers(router, options))).toEqual(["unmapped_route GET /x"]);
  });

  it("takes `under` for the place of a router, and for a part of an application", () => {
    const gate = createGate();
    const router = new Router();
    router.get("/projects/:p", gate.endpoint(), show);
    router.get("/open", show);
    router.get("/", show);
    expect(findingsOf(() => gate.assertCovers(router, { under: "/v1" }))).toEqual([
      "unmapped_route GET /v1/open",
      "unmapped_route GET /v1",
    ]);
    const whole = createRouter(gate);
    whole.get("/internal/open", show);
    const app = new Koa().use(whole.routes());
    expect(findingsOf(() => gate.assertCovers(app, { under: "/v1" }))).toEqual([]);
    expect(findingsOf(() => gate.assertCovers(app, { except: ["/internal"] }))).toEqual([]);
    expect(findingsOf(() => gate.assertCovers(app))).toEqual(["unmapped_route GET /internal/open"]);
  });

  it("counts a mark of another authorizer on a route, and not in `use`", () => {
    const [gate, other] = [createGate(), createGate()];
    const router = createRouter(gate);
    router.get("/route", other.public(), show);
    router.use("/same", other.public());
    router.get("/same", show);
    router.use("/theirs", other.elsewhere("theirs"));
    router.get("/theirs/x", show);
    router.use("/ours", gate.elsewhere("ours"));
    router.get("/ours/x", show);
    const used = ["unmapped_route GET /same", "unmapped_route GET /theirs/x"];
    expect(findingsOf(() => gate.assertCovers(router))).toEqual(used);
    const app = new Koa().use(other.public()).use(router.routes());
    expect(findingsOf(() => gate.assertCovers(app))).toEqual(used);
  });

  it("reports `trailingSlash` and `caseSensitive` where the router of a route distinguishes what the gate ignores", () => {
    const findings = (
      options: KoaGateOptions,
      outer: RouterOptions = {},
      inner: RouterOptions = {},
    ) => {
      const gate = createGate(options);
      const [router, nested] = [new Router(outer), new Router(inner)];
      router.get("/accounts/:id", gate.endpoint(), show);
      nested.get("/:p", gate.endpoint(), show);
      router.use("/v1/projects", nested.routes());
      router.get("/settings", gate("get_settings"), show);
      const app = new Koa().use(router.routes());
      const all = findingsOf(() => gate.assertCovers(app));
      expect(findingsOf(() => gate.assertCovers(router))).toEqual(all);
      return all;
    };
    const strict = { strict: true, sensitive: true };
    const IGNORE = { trailingSlash: "ignore", caseSensitive: false } as const;
    expect(findings({}, strict, strict)).toEqual([]);
    expect(findings({ trailingSlash: "refuse", caseSensitive: true }, strict)).toEqual([]);
    expect(findings(IGNORE)).toEqual([]);
    expect(findings({ trailingSlash: "ignore" }, { sensitive: true })).toEqual([]);
    expect(findings({ caseSensitive: false }, { strict: true })).toEqual([]);
    expect(findings(IGNORE, { strict: true })).toEqual(["trailing_slash GET /accounts/:id"]);
    expect(findings(IGNORE, {}, { sensitive: true })).toEqual(["letter_case GET /v1/projects/:p"]);
    expect(findings(IGNORE, strict, strict)).toEqual([
      "trailing_slash GET /accounts/:id",
      "letter_case GET /accounts/:id",
      "trailing_slash GET /v1/projects/:p",
      "letter_case GET /v1/projects/:p",
    ]);
  });

  it("refuses a value that is not an application", () => {
    expect(() => createGate().assertCovers({})).toThrow(PolicyError);
  });
});
