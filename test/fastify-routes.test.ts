import fastify, { type FastifyInstance, type FastifyServerOptions } from "fastify";
import fastifyPlugin from "fastify-plugin";
import { createAuthorizer, loadPolicy, type PolicyError } from "scope-policy";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type DeclaredRoute, type ScopePolicyOptions, scopePolicy } from "../src/fastify.js";

const open: FastifyInstance[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
});

function createApp(options: FastifyServerOptions = {}): FastifyInstance {
  const app = fastify(options);
  open.push(app);
  return app;
}

const ok = async () => "ok";

const policy = loadPolicy({
  name: "School",
  version: "1",
  scopes: { a: {} },
  tools: { tool: "a" },
  endpoints: { "GET /jobs/{job}": "a" },
});
const createTestAuthorizer = (resource?: string) =>
  createAuthorizer({
    policy,
    verify: (rawToken) => (rawToken === "good" ? { scope: "a" } : undefined),
    ...(resource !== undefined && { resource, authorizationServers: ["https://as.example"] }),
  });
const authorizer = createTestAuthorizer();
const headers = { authorization: "Bearer good" };

async function statusOf(app: FastifyInstance, url: string, good = false, method = "GET") {
  const request = { url, method: method as "GET", ...(good && { headers }) };
  return (await app.inject(request)).statusCode;
}

async function findingsOf(app: FastifyInstance): Promise<readonly string[]> {
  try {
    await app.ready();
  } catch (error) {
    return (error as PolicyError).findings.map(({ code, path }) => `${code} ${path}`);
  }
  return [];
}

/** The mark of `@fastify/swagger`, which Fastify does not know. */
const HIDDEN: object = { hide: true };

/** A plugin with pages in a context of its own, as `@fastify/swagger-ui` has. */
const pages = fastifyPlugin(async (instance) => {
  await instance.register(
    async (inner) => {
      inner.get("/", ok);
      inner.get("/json", { schema: HIDDEN }, ok);
    },
    { prefix: "/docs" },
  );
});
const isPublic = ({ url }: DeclaredRoute) => url.startsWith("/docs");

describe("`unmapped` of scopePolicy", () => {
  const start = async (options: Partial<ScopePolicyOptions>) => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer, ...options });
    app.get("/tool", { config: { tool: "tool" } }, ok);
    app.get("/jobs/:job", { config: { endpoint: true } }, ok);
    app.get("/legacy", async (request) => request.accessToken?.scope ?? "no token");
    return app;
  };

  it.each<[options: Partial<ScopePolicyOptions>, legacy: number]>([
    [{}, 403],
    [{ unmapped: "refuse" }, 403],
    [{ unmapped: "refuse", strict: false }, 403],
    [{ unmapped: "pass" }, 200],
  ])("with %j responds with %i to a route without a mapping", async (options, legacy) => {
    const app = await start(options);
    expect(await statusOf(app, "/legacy")).toBe(legacy);
    expect(await statusOf(app, "/legacy", true)).toBe(legacy);
    expect(await statusOf(app, "/legacy", true, "HEAD")).toBe(legacy);
    expect(await statusOf(app, "/tool")).toBe(401);
    expect(await statusOf(app, "/tool", true)).toBe(200);
    expect(await statusOf(app, "/jobs/7")).toBe(401);
    expect(await statusOf(app, "/jobs/7/"), "no route").toBe(404);
  });

  it.each<Partial<ScopePolicyOptions>>([
    { unmapped: "fail-start" },
    { strict: true },
    { strict: true, unmapped: "fail-start" },
  ])("prevents the start with %j", async (options) => {
    expect(await findingsOf(await start(options))).toEqual(["unmapped_route GET /legacy"]);
  });

  it("reports unserved endpoints only with `strict`", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer, unmapped: "fail-start" });
    expect(await findingsOf(app)).toEqual([]);
    const strict = createApp();
    await strict.register(scopePolicy, { authorizer, strict: true });
    expect(await findingsOf(strict)).toEqual(["unserved_endpoint GET /jobs/{job}"]);
  });

  it.each(["refuse", "pass"] as const)("contradicts `strict: true` as %j", async (unmapped) => {
    const app = createApp();
    await expect(app.register(scopePolicy, { authorizer, strict: true, unmapped })).rejects.toThrow(
      /unmapped: `strict: true` means `"fail-start"`/,
    );
  });

  it("passes no route with an invalid `config`", async () => {
    const app = createApp();
    app.register(scopePolicy, { authorizer, unmapped: "pass" });
    app.get("/misspelt", { config: { tool: "tol" } }, ok);
    app.get("/false", { config: { public: false as never } }, ok);
    expect(await statusOf(app, "/misspelt", true)).toBe(403);
    expect(await statusOf(app, "/false", true)).toBe(403);
  });
});

describe("routes that were declared before scopePolicy", () => {
  const start = async (order: string, options: Partial<ScopePolicyOptions>) => {
    const app = createApp();
    if (order === "first") await app.register(pages);
    await app.register(scopePolicy, { authorizer, ...options });
    if (order === "last") await app.register(pages);
    app.get("/tool", { config: { tool: "tool" } }, ok);
    return app;
  };

  it.each(["first", "last"])(
    "of a plugin that comes %s are open with `isPublic` alone",
    async (order) => {
      const app = await start(order, { unmapped: "fail-start", isPublic });
      for (const url of ["/docs", "/docs/", "/docs/json"]) {
        expect(await statusOf(app, url), url).toBe(200);
        expect(await statusOf(app, url, false, "HEAD"), url).toBe(200);
      }
      expect(await statusOf(app, "/tool")).toBe(401);
      const closed = await start(order, {});
      expect(await statusOf(closed, "/docs/")).toBe(403);
      const passed = await start(order, { unmapped: "pass" });
      expect(await statusOf(passed, "/docs/")).toBe(200);
      for (const options of [{ unmapped: "fail-start" }, { strict: true }] as const) {
        expect(await findingsOf(await start(order, options))).toEqual(
          expect.arrayContaining(["unmapped_route GET /docs", "unmapped_route GET /docs/json"]),
        );
      }
    },
  );

  it("are checked like the others, once each", async () => {
    const app = createApp();
    app.get("/jobs/:job", { config: { endpoint: true } }, ok);
    app.get("/misspelt", { config: { tool: "tol" } }, ok);
    app.route({ method: ["PUT", "PATCH"], url: "/two", handler: ok });
    const inner: FastifyInstance[] = [];
    await app.register(async (context) => void inner.push(context), { prefix: "/inner" });
    await app.register(async (context) => {
      context.get("/outside", ok);
      await context.register(async (sibling) => {
        await sibling.register(scopePolicy, { authorizer });
      });
    });
    await app.register(scopePolicy, { authorizer, strict: true });
    inner[0]?.get("/late", ok);
    expect(await findingsOf(app)).toEqual([
      "unknown_tool GET /misspelt",
      "unmapped_route PUT /two",
      "unmapped_route PATCH /two",
      "unmapped_route GET /outside",
      "unmapped_route GET /inner/late",
    ]);
  });

  it("are no routes of a gate in a sibling context", async () => {
    const app = createApp();
    app.get("/outside", ok);
    await app.register(async (context) => {
      context.get("/inside", ok);
      await context.register(scopePolicy, { authorizer, unmapped: "fail-start" });
    });
    await app.register(async (context) => void context.get("/beside", ok));
    expect(await findingsOf(app)).toEqual(["unmapped_route GET /inside"]);
  });

  it("prevent the start if Fastify does not list them", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer, unmapped: "fail-start" });
    app.get("/tool", { config: { tool: "tool" } }, ok);
    app.printRoutes = () => "";
    expect(await findingsOf(app)).toEqual(["unlisted_routes printRoutes"]);
  });
});

describe("`isPublic` of scopePolicy", () => {
  it("is asked once for each route", async () => {
    const asked = vi.fn<(route: DeclaredRoute) => boolean>(() => false);
    const app = createApp();
    const schema = HIDDEN;
    app.get("/before", { schema }, ok);
    const options = { authorizer: createTestAuthorizer("https://a.example/"), isPublic: asked };
    await app.register(scopePolicy, options);
    app.get("/tool", { config: { tool: "tool" }, exposeHeadRoute: false, schema }, ok);
    app.post("/unmapped", ok);
    await app.ready();
    await app.inject("/tool");
    await app.inject("/before");
    expect(asked.mock.calls.map(([{ method, url }]) => `${String(method)} ${url}`)).toEqual([
      "GET /tool",
      "POST /unmapped",
      "GET /before",
      "HEAD /before",
    ]);
    expect(asked.mock.calls[0]?.[0]).toMatchObject({ config: { tool: "tool" }, schema });
    expect(asked.mock.calls[2]?.[0].schema).toMatchObject(schema);
  });

  it.each<[what: string, isPublic: unknown]>([
    ["throws", vi.fn().mockImplementation(() => void JSON.parse("{"))],
    ["returns a truthy value", () => 1],
    ["returns nothing", () => undefined],
    ["returns a promise", async () => true],
    ["returns a promise that rejects", () => Promise.reject(new Error("boom"))],
  ])("prevents the start if it %s", async (_, isPublic) => {
    const app = createApp();
    app.get("/before", ok);
    await app.register(scopePolicy, { authorizer, isPublic } as never);
    app.post("/after", ok);
    expect(await findingsOf(app)).toEqual([
      "invalid_answer POST /after",
      "invalid_answer GET /before",
    ]);
  });

  it("contradicts a mapping, and agrees with `public: true`", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer, isPublic: () => true });
    app.post("/tool", { config: { tool: "tool" } }, ok);
    app.post("/elsewhere", { config: { elsewhere: "session" } }, ok);
    app.get("/jobs/:job", { config: { endpoint: true } }, ok);
    app.post("/public", { config: { public: true } }, ok);
    expect(await findingsOf(app)).toEqual([
      "ambiguous_route POST /tool",
      "ambiguous_route POST /elsewhere",
      "ambiguous_route GET /jobs/:job",
    ]);
  });

  it("opens no route that a hook of another plugin adds with the `config` of a public one", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer, isPublic: ({ url }) => url === "/open" });
    let isCopied = false;
    app.addHook("onRoute", (route) => {
      if (isCopied) return;
      isCopied = true;
      app.route({ ...route, url: `/copy${route.url}` });
    });
    app.get("/open", { exposeHeadRoute: false }, ok);
    await app.ready();
    const urls = ["/open", "/copy/open"];
    const statuses = await Promise.all(urls.map(async (url) => (await app.inject(url)).statusCode));
    expect(statuses).toEqual([200, 403]);
  });

  it("opens no route to which a later hook gives a mapping", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer, isPublic: ({ url }) => url === "/moved" });
    app.addHook("onRoute", (route) => {
      if (route.url === "/moved") route.config = { ...route.config, tool: "tool" };
      if (route.url === "/opened") route.config = { ...route.config, public: true };
    });
    app.get("/moved", ok);
    app.get("/opened", ok);
    expect(await statusOf(app, "/moved")).toBe(403);
    expect(await statusOf(app, "/opened")).toBe(200);
  });
});

describe("`elsewhere` in the `config` of a route", () => {
  it("covers the route and decides nothing", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer, unmapped: "fail-start" });
    app.get("/session", { config: { elsewhere: "the session of the site" } }, async (request) =>
      request.accessToken === undefined ? "no token" : "token",
    );
    expect((await app.inject({ url: "/session", headers })).body).toBe("no token");
  });

  it.each(["", " ", 7, null, undefined, true])("requires a reason, not %j", async (elsewhere) => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer });
    app.post("/", { config: { elsewhere } as object }, ok);
    expect(await findingsOf(app)).toHaveLength(1);
  });
});

describe("the metadata of an app whose API has a prefix", () => {
  it("is where the challenge points to, for nested prefixes too", async () => {
    const resource = "https://api.example/v1/api";
    const app = createApp();
    await app.register(
      async (outer) => {
        await outer.register(
          async (inner) => {
            await inner.register(scopePolicy, {
              authorizer: createTestAuthorizer(resource),
              strict: true,
            });
            inner.get("/tool", { config: { tool: "tool" } }, ok);
          },
          { prefix: "/api" },
        );
      },
      { prefix: "/v1" },
    );
    app.get("/legacy", ok);
    await expect(app.ready()).rejects.toThrow(/GET \/jobs\/\{job\}/);
    const served = createApp();
    await served.register(
      async (api) => {
        await api.register(scopePolicy, { authorizer: createTestAuthorizer(resource) });
        api.get("/tool", { config: { tool: "tool" } }, ok);
      },
      { prefix: "/v1/api" },
    );
    served.get("/legacy", ok);
    const challenge = String((await served.inject("/v1/api/tool")).headers["www-authenticate"]);
    const [, url = ""] = /resource_metadata="([^"]+)"/.exec(challenge) ?? [];
    const document = await served.inject(new URL(url).pathname);
    expect(document.json()).toMatchObject({
      resource,
      authorization_servers: ["https://as.example"],
    });
    expect(await statusOf(served, "/legacy")).toBe(200);
    expect(await statusOf(served, new URL(url).pathname, false, "POST")).toBe(405);
  });

  it("is not served by a gate that only reports", async () => {
    vi.spyOn(console, "error").mockReturnValueOnce(undefined);
    const app = createApp();
    await app.register(scopePolicy, {
      authorizer: createTestAuthorizer("https://api.example/"),
      dangerouslyReportOnly: true,
    });
    expect(await statusOf(app, "/.well-known/oauth-protected-resource")).toBe(404);
  });
});

describe("`trailingSlash` and `caseSensitive` of scopePolicy", () => {
  const LENIENT = { ignoreTrailingSlash: true, caseSensitive: false };
  const IGNORE = { trailingSlash: "ignore", caseSensitive: false } as const;
  const start = async (server: FastifyServerOptions, options: Partial<ScopePolicyOptions>) => {
    const app = createApp(server);
    await app.register(scopePolicy, { authorizer, ...options });
    app.get("/jobs/:job", { config: { endpoint: true } }, ok);
    return app;
  };

  it.each<[options: Partial<ScopePolicyOptions>, statuses: readonly number[]]>([
    [{}, [200, 403, 403]],
    [{ trailingSlash: "ignore" }, [200, 200, 403]],
    [{ caseSensitive: false }, [200, 403, 200]],
    [IGNORE, [200, 200, 200]],
  ])("with %j match the spellings of a lenient router: %j", async (options, statuses) => {
    const app = await start({ routerOptions: LENIENT }, options);
    const seen = [];
    for (const url of ["/jobs/7", "/jobs/7/", "/JOBS/7"]) seen.push(await statusOf(app, url, true));
    expect(seen).toEqual(statuses);
    expect(await statusOf(app, "/jobs/7/")).toBe(options.trailingSlash === "ignore" ? 401 : 403);
  });

  it("are findings if the router distinguishes what the gate ignores", async () => {
    expect(await findingsOf(await start({}, IGNORE))).toEqual([
      "trailing_slash trailingSlash",
      "letter_case caseSensitive",
    ]);
    expect(await findingsOf(await start({ routerOptions: LENIENT }, IGNORE))).toEqual([]);
    expect(
      await findingsOf(await start({ routerOptions: { caseSensitive: false } }, IGNORE)),
    ).toEqual(["trailing_slash trailingSlash"]);
    await expect((await start({}, { trailingSlash: "ignore" })).ready()).rejects.toThrow(
      "trailingSlash: the gate ignores a slash at the end, but the router does not: set `ignoreTrailingSlash` of `routerOptions`",
    );
    const deprecated = LENIENT as FastifyServerOptions;
    expect(await findingsOf(await start(deprecated, IGNORE))).toEqual([]);
  });
});
