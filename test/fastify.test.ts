import { connect } from "node:net";
import { join } from "node:path";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { createAuthorizer, loadPolicy, type PolicyError } from "scope-policy";
import ts from "typescript";
import { afterEach, describe, expect, it, vi } from "vitest";
import { root } from "../scripts/entries.mjs";
import { scopePolicy } from "../src/fastify.js";
import { summaryOf } from "./contract/subject.js";
import { send } from "./contract/wire.js";
import { createWorld } from "./contract/world.js";

const open: FastifyInstance[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
  vi.restoreAllMocks();
});

function createApp(): FastifyInstance {
  const app = fastify();
  open.push(app);
  return app;
}

const ok = async () => "ok";

/** Starts the app. `ask` returns status and code, or status and `ok` if the handler ran. */
async function startClient(app: FastifyInstance) {
  const url = new URL(await app.listen({ host: "127.0.0.1", port: 0 }));
  const port = Number(url.port);
  const ask = async (path: string, token?: string, method = "GET", lines: string[] = []) => {
    const headers = token === undefined ? lines : [`Authorization: Bearer ${token}`, ...lines];
    return summaryOf(await send(port, { method, path, headers }));
  };
  return { port, ask };
}

async function findingsOf(app: FastifyInstance): Promise<readonly string[]> {
  try {
    await app.ready();
  } catch (error) {
    const { code, findings } = error as PolicyError;
    return [code, ...findings.map((finding) => `${finding.code} ${finding.path}`)];
  }
  return [];
}

const small = loadPolicy({
  name: "Small",
  version: "1",
  scopes: { a: {}, "/accounts/{id}/read": {} },
  tools: { tool: "a", account: "/accounts/{id}/read", open: { public: true } },
  endpoints: { "GET /a": "a", "POST /b/{id}": "a" },
});
const smallAuthorizer = (resource?: string) =>
  createAuthorizer({
    policy: small,
    verify: (rawToken) => (rawToken === "good" ? { scope: "a /accounts/x/read" } : undefined),
    ...(resource !== undefined && { resource }),
  });

describe("scopePolicy at startup", () => {
  it("reports unmapped routes, invalid routes and unserved endpoints, all at once", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer: smallAuthorizer(), strict: true });
    app.get("/unmapped", ok);
    app.get("/b", { config: { endpoint: true } }, ok);
    app.get("/misspelt", { config: { tool: "tol" } }, ok);
    app.get("/twice", { config: { tool: "tool", public: true } }, ok);
    app.get("/a", { config: { endpoint: true } }, ok);
    app.route({ method: ["PUT", "POST"], url: "/c", handler: ok });
    expect(await findingsOf(app)).toEqual([
      "ERR_COVERAGE",
      "unmapped_route GET /unmapped",
      "unknown_endpoint GET /b",
      "unknown_tool GET /misspelt",
      "ambiguous_route GET /twice",
      "unmapped_route PUT /c",
      "unmapped_route POST /c",
      "unserved_endpoint POST /b/{id}",
    ]);
  });

  it("reports findings with suggestions", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer: smallAuthorizer() });
    app.get("/aa", { config: { endpoint: true } }, ok);
    app.get("/nothing-like-it", { config: { endpoint: true } }, ok);
    app.get("/misspelt", { config: { tool: "tol" } }, ok);
    await expect(app.ready()).rejects.toThrow(
      [
        "3 findings in the app",
        "  GET /aa: the policy has no such endpoint; did you mean `GET /a`?",
        "  GET /nothing-like-it: the policy has no such endpoint",
        "  GET /misspelt: the policy has no operation `tol`; did you mean `tool`?",
      ].join("\n"),
    );
  });

  it("says what is wrong with the `config` of a route", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer: smallAuthorizer(), strict: true });
    app.get("/a", { config: { endpoint: true, public: true } }, ok);
    app.get("/session", { config: { elsewhere: " " } }, ok);
    await expect(app.ready()).rejects.toThrow(
      [
        "4 findings in the app",
        "  GET /a: the route has more than one of `tool`, `endpoint`, `public` and `elsewhere` in its `config`",
        "  GET /session: `elsewhere` of the route's `config`: expected what protects the route, as a text",
        "  GET /a: no route with `endpoint: true` serves the endpoint",
        "  POST /b/{id}: no route with `endpoint: true` serves the endpoint",
      ].join("\n"),
    );
  });

  it("reports a HEAD route of the program, and no HEAD that Fastify adds", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer: smallAuthorizer(), strict: true });
    app.get("/unmapped", ok);
    app.head("/alone", ok);
    app.get("/a", { config: { endpoint: true } }, ok);
    app.post("/b/:id", { config: { endpoint: true } }, ok);
    expect(await findingsOf(app)).toEqual([
      "ERR_COVERAGE",
      "unmapped_route GET /unmapped",
      "unmapped_route HEAD /alone",
    ]);
  });

  it("accepts mapped routes, HEAD and prefixes included", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer: smallAuthorizer(), strict: true });
    app.get("/a", { config: { endpoint: true } }, ok);
    app.get("/tool", { config: { tool: "tool" } }, ok);
    app.get("/public", { config: { public: true } }, ok);
    app.register(
      async (child) => {
        child.post("/:name", { config: { endpoint: true } }, ok);
      },
      { prefix: "/b" },
    );
    expect(await findingsOf(app)).toEqual([]);
  });

  it("reports only invalid routes without `strict`", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer: smallAuthorizer() });
    app.get("/unmapped", ok);
    app.get("/b", { config: { endpoint: true } }, ok);
    expect(await findingsOf(app)).toEqual(["ERR_COVERAGE", "unknown_endpoint GET /b"]);
  });
});

describe("scopePolicy with invalid options", () => {
  const authorizer = smallAuthorizer();

  it.each<[what: string, options: unknown, findings: readonly string[]]>([
    ["no options", undefined, ["option authorizer"]],
    ["no authorizer", { strict: true }, ["option authorizer"]],
    ["a value that is not an authorizer", { authorizer: { policy: small } }, ["option authorizer"]],
    [
      "several findings",
      { strict: 1, authorizr: authorizer },
      ["option authorizer", "option strict", "unknown_key authorizr"],
    ],
    ["a misspelled option", { authorizer, stritc: true }, ["unknown_key stritc"]],
  ])("rejects `register` and `ready` for %s", async (_, options, findings) => {
    const found = { name: "PolicyError", code: "ERR_OPTIONS_INVALID" };
    const app = createApp();
    await expect(app.register(scopePolicy, options as never)).rejects.toMatchObject(found);
    const late = createApp();
    late.register(scopePolicy, options as never);
    expect(await findingsOf(late)).toEqual(["ERR_OPTIONS_INVALID", ...findings]);
  });

  it("names the plugin and the member", async () => {
    await expect(createApp().register(scopePolicy, { authorizr: 1 } as never)).rejects.toThrow(
      /^2 findings in the options for `scopePolicy`\n/,
    );
  });

  it("accepts the options that Fastify passes to every plugin", async () => {
    const app = createApp();
    const options = { authorizer, prefix: "/x", logLevel: "warn", logSerializers: {} } as const;
    await app.register(scopePolicy, options);
    expect(await findingsOf(app)).toEqual([]);
  });

  it("declares the versions of Fastify that accept it, which Fastify checks", () => {
    const declared = (scopePolicy as unknown as Record<symbol, unknown>)[Symbol.for("plugin-meta")];
    expect(declared).toEqual({ fastify: "5.x", name: "scope-policy" });
  });

  it("rejects a second registration in its context or in a child", async () => {
    const message = /requests already have `accessToken`/;
    const beside = createApp();
    await beside.register(scopePolicy, { authorizer });
    await expect(beside.register(scopePolicy, { authorizer })).rejects.toThrow(message);
    const within = createApp();
    within.register(scopePolicy, { authorizer });
    within.register(async (child) => {
      await child.register(scopePolicy, { authorizer });
    });
    expect(await findingsOf(within)).toEqual(["ERR_OPTIONS_INVALID"]);
    const other = createApp();
    other.decorateRequest("accessToken", undefined);
    await expect(other.register(scopePolicy, { authorizer })).rejects.toThrow(message);
  });
});

describe("scopePolicy at a request", () => {
  it("denies an unmapped route to every caller", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer: smallAuthorizer() });
    app.get("/a", ok);
    app.get("/open", { config: { public: true } }, ok);
    const { ask } = await startClient(app);
    expect(await ask("/a", "good")).toBe("403 unknown_operation");
    expect(await ask("/open")).toBe("200 ok");
  });

  it("writes to no member that other libraries use", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer: smallAuthorizer() });
    const names = ["user", "auth", "token", "jwtVerify", "session"];
    app.get("/tool", { config: { tool: "tool" } }, async (request) =>
      names.some((name) => name in request || name in request.raw) ? "written" : "ok",
    );
    const { ask } = await startClient(app);
    expect(await ask("/tool", "good")).toBe("200 ok");
  });

  it("gates routes that were added before it", async () => {
    const app = createApp();
    app.register(scopePolicy, { authorizer: smallAuthorizer() });
    app.get("/tool", { config: { tool: "tool" } }, ok);
    app.get("/misspelt", { config: { tool: "tol" } }, ok);
    app.get("/unmapped", ok);
    const { ask } = await startClient(app);
    expect(await ask("/tool")).toBe("401 unauthenticated");
    expect(await ask("/tool", "good")).toBe("200 ok");
    expect(await ask("/misspelt", "good")).toBe("403 unknown_operation");
    expect(await ask("/unmapped", "good")).toBe("403 unknown_operation");
  });

  it("gates its context and child contexts only", async () => {
    const app = createApp();
    app.get("/outside", ok);
    await app.register(
      async (child) => {
        await child.register(scopePolicy, { authorizer: smallAuthorizer("https://a.example/") });
        child.get("/inside", { config: { tool: "tool" } }, ok);
        child.register(async (grandchild) => {
          grandchild.get("/within", { config: { tool: "tool" } }, ok);
        });
      },
      { prefix: "/x" },
    );
    app.register(async (sibling) => {
      sibling.get("/beside", async (request) => `ok ${"accessToken" in request}`);
    });
    const { ask } = await startClient(app);
    expect(await ask("/outside")).toBe("200 ok");
    expect(await ask("/beside")).toBe("200 ok false");
    expect(await ask("/x/inside")).toBe("401 unauthenticated");
    expect(await ask("/x/within")).toBe("401 unauthenticated");
    expect(await ask("/x/within", "good")).toBe("200 ok");
    expect(await ask("/x/.well-known/oauth-protected-resource"), "not under a prefix").toMatch(
      /^404/,
    );
  });

  it("ignores the handler of 404", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer: smallAuthorizer(), strict: false });
    app.setNotFoundHandler(async (request, reply) => {
      await reply.code(404).send(`nothing ${JSON.stringify(request.accessToken?.scope)}`);
    });
    app.get("/a", { config: { endpoint: true } }, (_request, reply) => reply.callNotFound());
    const { ask } = await startClient(app);
    expect(await ask("/nowhere", "bad")).toBe("404 nothing undefined");
    expect(await ask("/a")).toBe("401 unauthenticated");
    expect(await ask("/a", "good")).toBe(`404 nothing "a /accounts/x/read"`);
  });

  it("reads parameters from the route, otherwise from `config.params`", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer: smallAuthorizer() });
    const params = (request: FastifyRequest) => request.query;
    app.get("/route/:id", { config: { tool: "account", params } }, ok);
    app.get("/query", { config: { tool: "account", params } }, ok);
    app.get("/none", { config: { tool: "account" } }, ok);
    const { ask } = await startClient(app);
    expect(await ask("/route/x?id=y", "good")).toBe("200 ok");
    expect(await ask("/route/y?id=x", "good")).toBe("403 binding_mismatch");
    expect(await ask("/query?id=x", "good")).toBe("200 ok");
    expect(await ask("/query?id=x&id=x", "good")).toBe("400 invalid_params");
    expect(await ask("/none?id=x", "good")).toBe("400 invalid_params");
  });

  it("responds with 503 if `config.params` throws", async () => {
    const reported = vi.spyOn(console, "error").mockReturnValue(undefined);
    const app = createApp();
    await app.register(scopePolicy, { authorizer: smallAuthorizer() });
    const params = () => {
      throw new RangeError("secret");
    };
    app.get("/", { config: { tool: "account", params } }, ok);
    const { ask } = await startClient(app);
    expect(await ask("/", "good")).toBe("503 temporarily_unavailable");
    expect(reported.mock.calls).toEqual([
      ["scope-policy: a gate could not read its call (RangeError)"],
    ]);
  });

  it("responds with 503 if `config.params` does not resolve in time", async () => {
    const reported = vi.spyOn(console, "error").mockReturnValue(undefined);
    const app = createApp();
    const authorizer = createAuthorizer({ policy: small, verify: () => undefined, timeout: 20 });
    await app.register(scopePolicy, { authorizer });
    const params = () => new Promise<never>(() => undefined);
    app.get("/", { config: { tool: "account", params } }, ok);
    const { ask } = await startClient(app);
    expect(await ask("/", "good")).toBe("503 temporarily_unavailable");
    expect(reported.mock.calls).toEqual([["scope-policy: a gate could not read its call (Error)"]]);
  });

  it("gates requests of `inject`, which have no raw headers", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer: smallAuthorizer() });
    app.get("/", { config: { tool: "tool" } }, ok);
    const headers = { authorization: "Bearer good" };
    expect((await app.inject({ url: "/", headers })).statusCode).toBe(200);
    expect((await app.inject({ url: "/" })).statusCode).toBe(401);
    expect((await app.inject({ url: "/", method: "HEAD", headers })).statusCode).toBe(200);
  });

  it("gates a HEAD route by its own `config`", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer: smallAuthorizer() });
    app.head("/a", { config: { endpoint: true } }, ok);
    app.get("/a", { config: { endpoint: true } }, ok);
    const { ask } = await startClient(app);
    expect(await ask("/a", undefined, "HEAD")).toBe("401 ");
    expect(await ask("/a", "good", "HEAD")).toBe("200 ");
  });

  it("runs hooks of other plugins for denials", async () => {
    const app = createApp();
    app.addHook("onSend", async (_request, reply) => {
      reply.header("x-seen", "yes");
    });
    await app.register(scopePolicy, { authorizer: smallAuthorizer() });
    app.get("/", { config: { tool: "tool" } }, ok);
    const { port } = await startClient(app);
    const { headers } = await send(port, { method: "GET", path: "/" });
    expect(headers.get("x-seen")).toEqual(["yes"]);
  });
});

describe("a request that ends before the decision", () => {
  const createWaitingAuthorizer = () => {
    let go: (() => void) | undefined;
    let asked: (() => void) | undefined;
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const authorizer = createAuthorizer({
      policy: small,
      verify: (rawToken) =>
        new Promise((resolve) => {
          go = () => resolve(rawToken === "good" ? { scope: "a" } : undefined);
          asked?.();
        }),
    });
    return { authorizer, isAsked, go: () => go?.() };
  };

  it.each(["good", "bad"])(
    "because the caller disconnects runs no handler and writes nothing (%s)",
    async (token) => {
      const { authorizer, isAsked, go } = createWaitingAuthorizer();
      const ran = vi.fn();
      let seen: FastifyReply | undefined;
      const app = createApp();
      app.addHook("onRequest", async (_request, reply) => {
        seen = reply;
      });
      await app.register(scopePolicy, { authorizer });
      app.get("/", { config: { tool: "tool" } }, ran);
      const { port } = await startClient(app);
      const socket = connect(port, "127.0.0.1");
      socket.write(`GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\n\r\n`);
      await isAsked;
      const closed = new Promise((resolve) => seen?.raw.once("close", resolve));
      socket.destroy();
      await closed;
      go();
      await new Promise((resolve) => setImmediate(resolve));
      expect(ran).not.toHaveBeenCalled();
      expect(seen?.raw.headersSent).toBe(false);
    },
  );

  it.each(["good", "bad"])(
    "because of another response gets that response only (%s)",
    async (token) => {
      const { authorizer, isAsked, go } = createWaitingAuthorizer();
      const ran = vi.fn();
      const app = createApp();
      app.addHook("onRequest", async (_request, reply) => {
        void isAsked.then(async () => {
          await reply.code(504).send("too late");
          go();
        });
      });
      await app.register(scopePolicy, { authorizer });
      app.get("/", { config: { tool: "tool" } }, ran);
      const { ask } = await startClient(app);
      expect(await ask("/", token)).toBe("504 too late");
      expect(ran).not.toHaveBeenCalled();
    },
  );
});

describe("the metadata of the resource", () => {
  const PATH = "/.well-known/oauth-protected-resource";

  it("is not served without a resource", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer: smallAuthorizer() });
    const { ask } = await startClient(app);
    expect(await ask(PATH)).toMatch(/^404/);
  });

  it("is served once for two contexts of one resource, and once for each resource", async () => {
    const app = createApp();
    for (const resource of ["https://a.example/", "https://a.example/", "https://a.example/two"]) {
      await app.register(async (child) => {
        await child.register(scopePolicy, { authorizer: smallAuthorizer(resource) });
      });
    }
    const { ask } = await startClient(app);
    expect(await ask(PATH)).toMatch(/^200 .*"resource":"https:\/\/a.example\/"/);
    expect(await ask(`${PATH}/two`)).toMatch(/^200 .*"resource":"https:\/\/a.example\/two"/);
  });

  it("is served without reading a body", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer: smallAuthorizer("https://a.example/") });
    const { ask } = await startClient(app);
    const lines = ["Content-Type: text/x-unknown", "Content-Length: 50000000"];
    expect(await ask(PATH, undefined, "POST", lines)).toMatch(/^405/);
  });

  it("is served only with the query of the resource", async () => {
    const app = createApp();
    await app.register(scopePolicy, { authorizer: smallAuthorizer("https://a.example/?tenant=b") });
    const { ask } = await startClient(app);
    expect(await ask(`${PATH}?tenant=b`)).toMatch(/^200/);
    expect(await ask(PATH)).toMatch(/^404/);
  });
});

it("scopePolicy works over HTTP/2", async () => {
  const { connect: connect2 } = await import("node:http2");
  const app = fastify({ http2: true });
  const world = createWorld();
  await app.register(scopePolicy, { authorizer: world.authorizer });
  app.get("/courses", { config: { endpoint: true } }, ok);
  const session = connect2(await app.listen({ host: "127.0.0.1", port: 0 }));
  const statusOf = (fields: Record<string, string>) =>
    new Promise((resolve, reject) => {
      const stream = session.request({ ":path": "/courses", ...fields });
      stream.on("response", (headers) => resolve(headers[":status"]));
      stream.on("error", reject);
      stream.resume();
    });
  expect(await statusOf({})).toBe(401);
  expect(await statusOf({ authorization: "Bearer reader" })).toBe(200);
  session.close();
  await app.close();
});

it("the type of `config.tool` accepts only tools of the registered policy", () => {
  const name = join(root, "test/registered.ts");
  const text = `
    import { definePolicy } from "scope-policy";
    import fastify from "fastify";
    import "scope-policy/fastify";
    const policy = definePolicy({
      name: "School", version: "1", scopes: {}, tools: { get_settings: { public: true }, "list_*": { public: true } },
    });
    declare module "scope-policy/fastify" { interface Register { policy: typeof policy } }
    const app = fastify();
    app.get("/a", { config: { tool: "get_settings" } }, () => "ok");
    app.get("/b", { config: { tool: "list_courses" } }, () => "ok");
    app.get("/c", { config: { tool: "get_setings" } }, () => "ok");
  `;
  const file = ts.readConfigFile(join(root, "tsconfig.json"), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(
    { ...(file.config as object), include: [], files: [] },
    ts.sys,
    root,
  );
  const host = ts.createCompilerHost(options);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (path, ...rest) =>
    path === name
      ? ts.createSourceFile(path, text, ts.ScriptTarget.Latest)
      : getSourceFile(path, ...rest);
  const program = ts.createProgram([name], options, host);
  const faults = program.getSemanticDiagnostics(program.getSourceFile(name));
  const lines = faults.map(({ start }) => text.slice(start).split("\n")[0]);
  expect(lines).toEqual([expect.stringContaining(`tool: "get_setings"`)]);
});
