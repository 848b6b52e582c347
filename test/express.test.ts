import { createServer } from "node:http";
import { createRequire } from "node:module";
import { connect } from "node:net";
import express5, { type Express, type Request } from "express";
import { createAuthorizer, loadPolicy, type PolicyError } from "scope-policy";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type ExpressGateOptions, expressGate } from "../src/express.js";
import { mcpGate } from "../src/mcp.js";
import { listen } from "./contract/listen.js";
import { type Running, summaryOf } from "./contract/subject.js";
import { send } from "./contract/wire.js";
import { createWorld, type TestWorld } from "./contract/world.js";

type Make = typeof express5;
type Gate = ReturnType<typeof expressGate>;

// the alias has no types of its own; those of Express 5 cover everything in this file
const express4 = createRequire(import.meta.url)("express4") as Make;

const VERSIONS = [
  { version: 4, make: express4 },
  { version: 5, make: express5 },
];

const open: Running[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((running) => running.close()));
  vi.restoreAllMocks();
});

interface RunningApp {
  readonly port: number;
  readonly world: TestWorld;
  /** Sends a request with a token. Returns status and code, or status and `ok` if the handler ran. */
  readonly ask: (path: string, token?: string, method?: string) => Promise<string>;
}

async function build(make: Make, mount: (app: Express, gate: Gate) => void): Promise<RunningApp> {
  const world = createWorld();
  const app = make();
  mount(app, expressGate(world.authorizer));
  const running = await listen(createServer(app));
  open.push(running);
  return {
    world,
    port: running.port,
    ask: async (path, token, method = "GET") => {
      const headers = token === undefined ? [] : [`Authorization: Bearer ${token}`];
      return summaryOf(await send(running.port, { method, path, headers }));
    },
  };
}

function findingsOf(check: () => void): readonly string[] {
  try {
    check();
  } catch (error) {
    const { code, findings } = error as PolicyError;
    return [code, ...findings.map((finding) => `${finding.code} ${finding.path}`)];
  }
  return [];
}

describe.each(VERSIONS)("expressGate with Express $version", ({ version, make }) => {
  it("throws at startup for a name that the policy does not have", () => {
    const gate = expressGate(createWorld().authorizer);
    expect(findingsOf(() => gate("list_course"))).toEqual(["ERR_OPERATION_UNKNOWN"]);
  });

  describe("reads the parameters of a tool", () => {
    const mount = (app: Express, gate: Gate) => {
      const params = async (req: Request) => ({ account_id: req.query["account_id"] });
      app.get("/none", gate("read_profile"), (_req, res) => void res.send("ok"));
      app.get("/query", gate("read_profile", { params }), (_req, res) => void res.send("ok"));
      app.get(
        "/route/:account_id",
        gate("read_profile", { params }),
        (_req, res) => void res.send("ok"),
      );
    };

    it.each([
      ["/none", "400 invalid_params"],
      ["/query?account_id=acc-1", "200 ok"],
      ["/query?account_id=acc-2", "403 binding_mismatch"],
      ["/query?account_id=acc-1&account_id=acc-2", "400 invalid_params"],
      ["/route/acc-1", "200 ok"],
      ["/route/acc-2?account_id=acc-1", "403 binding_mismatch"],
      ["/route/acc-1?account_id=acc-2", "200 ok"],
      ["/route/..", "400 invalid_params"],
      ["/route/acc-1%2f..", "400 invalid_params"],
    ])("for %s: %s", async (path, expected) => {
      const { ask } = await build(make, mount);
      expect(await ask(path, "owner")).toBe(expected);
    });
  });

  it("responds with 503 if `params` throws or rejects, and reports the error without its message", async () => {
    const reported = vi.spyOn(console, "error").mockReturnValue(undefined);
    const ran = vi.fn();
    const { ask } = await build(make, (app, gate) => {
      const fail = (value: unknown) => ({
        params: () => {
          throw value;
        },
      });
      app.get("/error", gate("read_profile", fail(new TypeError("secret"))), ran);
      app.get("/value", gate("read_profile", fail("secret")), ran);
      app.get("/late", gate("read_profile", { params: () => Promise.reject(new Error("x")) }), ran);
      app.use(((_error, _req, _res, next) => {
        ran();
        next();
      }) as express5.ErrorRequestHandler);
    });
    for (const path of ["/error", "/value", "/late"]) {
      expect(await ask(path, "owner")).toBe("503 temporarily_unavailable");
    }
    expect(ran).not.toHaveBeenCalled();
    expect(reported.mock.calls.flat()).toEqual([
      "scope-policy: a gate could not read its call (TypeError)",
      "scope-policy: a gate could not read its call (string)",
      "scope-policy: a gate could not read its call (Error)",
    ]);
  });

  it("responds with 503 if `params` does not resolve in time", async () => {
    const reported = vi.spyOn(console, "error").mockReturnValue(undefined);
    const { policy } = createWorld().authorizer;
    const verify = () => ({ scope: "mcp:tools" });
    const gate = expressGate(createAuthorizer({ policy, verify, timeout: 20, trustClaims: [] }));
    const app = make();
    const params = () => new Promise<never>(() => undefined);
    app.get("/tool", gate("read_profile", { params }), (_req, res) => void res.send("ok"));
    app.get("/health", gate.endpoint({ params }), (_req, res) => void res.send("ok"));
    const running = await listen(createServer(app));
    open.push(running);
    for (const path of ["/tool", "/health"]) {
      const answer = await send(running.port, { method: "GET", path });
      expect(summaryOf(answer)).toBe("503 temporarily_unavailable");
    }
    expect(reported.mock.calls.flat()).toEqual([
      "scope-policy: a gate could not read its call (Error)",
      "scope-policy: a gate could not read its call (Error)",
    ]);
  });

  it("responds with 503 if the error or the console cannot be used", async () => {
    const reported = vi.spyOn(console, "error").mockReturnValue(undefined);
    const named = (name: unknown) => Object.assign(new Error("secret"), { name });
    const thrown: readonly unknown[] = [
      named(5),
      named(undefined),
      named(Symbol("x")),
      named("Token eyJ.secret"),
      Object.defineProperty(new Error("x"), "name", {
        get: () => {
          throw new Error("secret");
        },
      }),
      Object.create(null),
    ];
    const { ask } = await build(make, (app, gate) => {
      for (const [index, value] of thrown.entries()) {
        const params = () => {
          throw value;
        };
        app.get(`/${index}`, gate("read_profile", { params }), (_req, res) => void res.send("ok"));
      }
    });
    for (const index of thrown.keys()) {
      expect(await ask(`/${index}`, "owner")).toBe("503 temporarily_unavailable");
    }
    const kinds = ["error", "error", "error", "error", "error", "object"];
    expect(reported.mock.calls.flat()).toEqual(
      kinds.map((kind) => `scope-policy: a gate could not read its call (${kind})`),
    );
    reported.mockImplementation(() => {
      throw new Error("no console");
    });
    expect(await ask("/0", "owner")).toBe("503 temporarily_unavailable");
  });

  it("responds with 503 if the authorizer rejects, which `createAuthorizer` never does", async () => {
    vi.spyOn(console, "error").mockReturnValue(undefined);
    const world = createWorld();
    const gate = expressGate({
      ...world.authorizer,
      admit: () => Promise.reject(new Error("broken")),
    });
    const app = make();
    app.get("/", gate("whoami"), (_req, res) => void res.send("ok"));
    const running = await listen(createServer(app));
    open.push(running);
    const { status } = await send(running.port, { method: "GET", path: "/" });
    expect(status).toBe(503);
  });

  it("never passes a denial to the error handlers", async () => {
    const handled = vi.fn();
    const { ask } = await build(make, (app, gate) => {
      app.get("/", gate("list_courses"), handled);
      app.use(((_error, _req, _res, next) => {
        handled();
        next();
      }) as express5.ErrorRequestHandler);
      app.use(handled);
    });
    expect(await ask("/")).toBe("401 unauthenticated");
    expect(await ask("/", "nothing")).toBe("403 insufficient_scope");
    expect(handled).not.toHaveBeenCalled();
  });

  it("leaves errors of a handler to the error handlers", async () => {
    const { ask } = await build(make, (app, gate) => {
      app.get("/", gate("list_courses"), () => {
        throw new Error("of the handler");
      });
      app.use(((error: Error, _req, res, next) => {
        if (res.headersSent) return next(error);
        res.status(500).send(error.message);
      }) as express5.ErrorRequestHandler);
    });
    expect(await ask("/", "reader")).toBe("500 of the handler");
  });

  it("writes to no member that other libraries use", async () => {
    const seen: unknown[] = [];
    const { ask } = await build(make, (app, gate) => {
      app.get("/", gate("list_courses"), (req, res) => {
        seen.push("auth" in req, "user" in req, "token" in req, { ...res.locals });
        res.send("ok");
      });
    });
    expect(await ask("/", "reader")).toBe("200 ok");
    expect(seen).toEqual([false, false, false, {}]);
  });

  it("reads an `Authorization` header that a middleware has added to a request without one", async () => {
    const { ask } = await build(make, (app, gate) => {
      app.use((req, _res, next) => {
        req.headers.authorization = "Bearer reader";
        next();
      });
      app.get("/", gate("list_courses"), (_req, res) => void res.send("ok"));
    });
    expect(await ask("/")).toBe("200 ok");
    expect(await ask("/", "nothing"), "the received header counts").toBe("403 insufficient_scope");
  });

  describe("the token of a request", () => {
    it("is available after a gate of the same authorizer only", async () => {
      const results: string[] = [];
      const record = (read: () => unknown) => {
        try {
          results.push(String(read()));
        } catch (error) {
          results.push(`${(error as PolicyError).code}: ${(error as Error).message}`);
        }
      };
      const { ask } = await build(make, (app, gate) => {
        const other = expressGate(createWorld().authorizer);
        const handler = (req: Request, res: express5.Response) => {
          record(() => gate.token(req).sub);
          record(() => gate.optionalToken(req)?.sub);
          record(() => other.optionalToken(req));
          res.send("ok");
        };
        app.get("/known", gate("list_courses"), handler);
        app.get("/public", gate("search_directory"), handler);
        app.get("/open", gate.public(), handler);
      });
      const none =
        "ERR_COVERAGE: the request has passed no gate of this authorizer: put one before the handler";
      await ask("/known", "reader");
      expect(results.splice(0)).toEqual(["reader", "reader", none]);
      await ask("/public");
      expect(results.splice(0)).toEqual([
        "ERR_COVERAGE: the operation is public and was called without a token: use `optionalToken`",
        "undefined",
        none,
      ]);
      await ask("/open", "reader");
      expect(results.splice(0)).toEqual([none, none, none]);
    });
  });

  describe("an endpoint", () => {
    const ok = (_req: Request, res: express5.Response) => void res.send("ok");

    it("can be in a router whose mount path has parameters", async () => {
      const { ask } = await build(make, (app, gate) => {
        for (const mergeParams of [true, false]) {
          const account = make.Router({ mergeParams });
          const profile = make.Router({ mergeParams });
          profile.get("/", gate.endpoint(), ok);
          account.use("/profile", profile);
          // the first one responds; the second adds routes without `mergeParams`
          app.use(mergeParams ? "/accounts/:accountID" : "/accounts/:other", account);
        }
      });
      expect(await ask("/accounts/acc-1/profile", "owner")).toBe("200 ok");
      expect(await ask("/accounts/acc-2/profile", "owner")).toBe("403 binding_mismatch");
      expect(await ask("/accounts/acc-1/profile/", "owner")).toBe("403 unknown_operation");
      expect(await ask("/Accounts/acc-1/profile", "owner")).toBe("403 unknown_operation");
      expect(await ask("/accounts/%61cc-1/profile", "owner")).toBe("403 unknown_operation");
      expect(await ask("/accounts/acc-1/profile?x=1", "owner")).toBe("200 ok");
    });

    it("can have other names for its parameters than the policy", async () => {
      const { ask } = await build(make, (app, gate) => {
        app.get("/accounts/:id/profile", gate.endpoint(), ok);
        app.route("/courses/:id").delete(gate.endpoint(), ok);
      });
      expect(await ask("/accounts/acc-1/profile", "owner")).toBe("200 ok");
      expect(await ask("/accounts/acc-2/profile", "owner")).toBe("403 binding_mismatch");
      expect(await ask("/courses/5", "writer", "DELETE")).toBe("200 ok");
    });

    it("is the one of the route's template, not another one that the path matches", async () => {
      const { ask } = await build(make, (app, gate) => {
        app.get("/courses/:id", gate.endpoint(), ok);
        app.get("/:what", gate.endpoint(), ok);
        app.get("/v1/:what/:id", gate.endpoint(), ok);
      });
      expect(await ask("/courses/7", "reader")).toBe("200 ok");
      expect(await ask("/courses/new", "reader")).toBe("403 unknown_operation");
      expect(await ask("/health", "reader"), "public for another route").toBe(
        "403 unknown_operation",
      );
      expect(await ask("/v1/projects/1", "reader")).toBe("403 unknown_operation");
    });

    it("is unknown if the template has a pattern or is not a string", async () => {
      const { ask } = await build(make, (app, gate) => {
        app.get(["/courses", "/kurse"], gate.endpoint(), ok);
        app.get(/^\/health$/, gate.endpoint(), ok);
        app.get(
          version === 4 ? "/reports/:id/:part?" : "/reports/:id{/:part}",
          gate.endpoint(),
          ok,
        );
        app.get(version === 4 ? "/accounts/*" : "/accounts/*rest", gate.endpoint(), ok);
        app.get(
          version === 4 ? "/v1/projects/:id(\\d+)" : "/v1/projects{/:id}",
          gate.endpoint(),
          ok,
        );
        app.all("/admi{n}".replace(/[{}]/g, version === 4 ? "" : "$&"), gate.endpoint(), ok);
      });
      expect(await ask("/courses", "reader")).toBe("403 unknown_operation");
      expect(await ask("/health")).toBe("403 unknown_operation");
      expect(await ask("/reports/1", "report-pro")).toBe("403 unknown_operation");
      expect(await ask("/accounts/acc-1/profile", "owner")).toBe("403 unknown_operation");
      expect(await ask("/v1/projects/1", "reader")).toBe("403 unknown_operation");
      expect(await ask("/admin", "admin")).toBe(version === 4 ? "200 ok" : "403 unknown_operation");
    });

    it("is unknown for a gate that is given to `use`", async () => {
      const { ask } = await build(make, (app, gate) => {
        app.use("/courses", gate.endpoint(), ok);
        app.use(gate.endpoint(), ok);
      });
      expect(await ask("/courses", "reader")).toBe("403 unknown_operation");
      expect(await ask("/health")).toBe("403 unknown_operation");
    });

    it("is unknown for a method that the policy does not have", async () => {
      const { ask } = await build(make, (app, gate) => {
        app.all("/courses", gate.endpoint(), ok);
      });
      expect(await ask("/courses", "writer")).toBe("200 ok");
      expect(await ask("/courses", "writer", "HEAD")).toBe("200 ");
      expect(await ask("/courses", "writer", "PUT")).toBe("403 unknown_operation");
    });

    it("is unknown if a middleware has rewritten the URL", async () => {
      const { ask } = await build(make, (app, gate) => {
        app.use((req, _res, next) => {
          req.url = req.url.replace("/public", "/admin");
          next();
        });
        app.get("/admin", gate.endpoint(), ok);
      });
      expect(await ask("/admin", "admin")).toBe("200 ok");
      expect(await ask("/public", "admin")).toBe("403 unknown_operation");
    });

    it("is unknown if the handler gets another value than the path has", async () => {
      const { ask } = await build(make, (app, gate) => {
        app.param("accountID", (req, _res, next) => {
          req.params["accountID"] = "acc-2";
          next();
        });
        app.get("/accounts/:accountID/profile", gate.endpoint(), ok);
      });
      expect(await ask("/accounts/acc-1/profile", "owner")).toBe("403 unknown_operation");
      expect(await ask("/accounts/acc-2/profile", "owner")).toBe("403 binding_mismatch");
    });

    it("can have parameters that its path does not contain", async () => {
      const authorizer = createAuthorizer({
        policy: loadPolicy({
          name: "Accounts",
          version: "1",
          scopes: { "/accounts/{accountID}/transfers.write": {} },
          endpoints: { "POST /transfers": "/accounts/{accountID}/transfers.write" },
        }),
        verify: () => ({ scope: "/accounts/acc-1/transfers.write" }),
      });
      const gate = expressGate(authorizer);
      const app = make();
      const params = (req: Request) => ({ accountID: req.get("X-Account") });
      app.post("/transfers", gate.endpoint({ params }), ok);
      gate.assertCovers(app);
      const running = await listen(createServer(app));
      open.push(running);
      const statusOf = async (account: string) => {
        const headers = ["Authorization: Bearer a", `X-Account: ${account}`];
        return (await send(running.port, { method: "POST", path: "/transfers", headers })).status;
      };
      expect([await statusOf("acc-1"), await statusOf("acc-2")]).toEqual([200, 403]);
    });
  });

  describe("a request that ends before the decision", () => {
    /** Creates an authorizer whose verifier waits for `go`. */
    const createWaitingAuthorizer = () => {
      let go: (() => void) | undefined;
      let asked: (() => void) | undefined;
      const isAsked = new Promise<void>((resolve) => {
        asked = resolve;
      });
      const authorizer = createAuthorizer({
        policy: createWorld().authorizer.policy,
        trustClaims: [],
        verify: (rawToken) =>
          new Promise((resolve) => {
            go = () =>
              resolve(rawToken === "reader" ? { scope: "mcp:tools courses:read" } : undefined);
            asked?.();
          }),
      });
      return { authorizer, isAsked, go: () => go?.() };
    };

    it.each(["reader", "unknown"])(
      "because the caller disconnects runs no handler and writes nothing (%s)",
      async (token) => {
        const { authorizer, isAsked, go } = createWaitingAuthorizer();
        const ran = vi.fn();
        let response: express5.Response | undefined;
        const app = make();
        app.use((_req, res, next) => {
          response = res;
          next();
        });
        app.get("/", expressGate(authorizer)("list_courses"), ran);
        const server = createServer(app);
        const running = await listen(server);
        open.push(running);
        const socket = connect(running.port, "127.0.0.1");
        socket.write(`GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\n\r\n`);
        await isAsked;
        const closed = new Promise((resolve) => response?.once("close", resolve));
        socket.destroy();
        await closed;
        go();
        await new Promise((resolve) => setImmediate(resolve));
        expect(ran).not.toHaveBeenCalled();
        expect(response?.headersSent).toBe(false);
      },
    );

    /** Sends a request that another middleware answers with 504 while the gate waits. */
    const answeredMeanwhile = async (token: string, options?: ExpressGateOptions) => {
      const { authorizer, isAsked, go } = createWaitingAuthorizer();
      const ran = vi.fn();
      const app = make();
      app.use((_req, res, next) => {
        void isAsked.then(() => {
          res.status(504).send("too late");
          go();
        });
        next();
      });
      app.get("/", expressGate(authorizer, options)("list_courses"), ran);
      const running = await listen(createServer(app));
      open.push(running);
      const headers = [`Authorization: Bearer ${token}`];
      const { status, body } = await send(running.port, { method: "GET", path: "/", headers });
      return { status, body, ran };
    };

    it.each(["reader", "unknown"])(
      "because of another response gets that response only (%s)",
      async (token) => {
        const { status, body, ran } = await answeredMeanwhile(token);
        expect([status, body]).toEqual([504, "too late"]);
        expect(ran).not.toHaveBeenCalled();
      },
    );

    it("runs the handler if the gate only reports, as without a gate", async () => {
      const { status, ran } = await answeredMeanwhile("unknown", { dangerouslyReportOnly: true });
      await vi.waitFor(() => expect(ran).toHaveBeenCalledOnce());
      expect(status).toBe(504);
    });
  });

  describe("the metadata of the resource", () => {
    it("throws at startup without a resource", () => {
      const { policy } = createWorld().authorizer;
      const options = { policy, verify: () => undefined, trustClaims: [] };
      const gate = expressGate(createAuthorizer(options));
      expect(findingsOf(() => gate.metadata())).toEqual(["ERR_OPTIONS_INVALID"]);
    });

    it("is served at one path, and other requests pass", async () => {
      const { ask } = await build(make, (app, gate) => {
        app.use(gate.metadata());
        app.use((_req, res) => void res.send("passed"));
      });
      const path = "/.well-known/oauth-protected-resource/mcp";
      expect(await ask(`${path}?a=b`)).toMatch(/^200 \{"resource":/);
      expect(await ask("/.well-known/oauth-protected-resource")).toBe("200 passed");
      expect(await ask(`${path}/`)).toBe("200 passed");
    });

    it("is served only with the query of the resource", async () => {
      const { policy } = createWorld().authorizer;
      const resource = "https://api.example.com/mcp?tenant=a";
      const options = { policy, resource, verify: () => undefined, trustClaims: [] };
      const gate = expressGate(createAuthorizer(options));
      const app = make();
      app.use(gate.metadata());
      const running = await listen(createServer(app));
      open.push(running);
      const path = "/.well-known/oauth-protected-resource/mcp";
      const statusOf = async (query: string) =>
        (await send(running.port, { method: "GET", path: `${path}${query}` })).status;
      expect([
        await statusOf("?tenant=a"),
        await statusOf("?tenant=b"),
        await statusOf(""),
      ]).toEqual([200, 404, 404]);
    });
  });

  describe("assertCovers", () => {
    const ok = (_req: Request, res: express5.Response) => void res.send("ok");
    const policy = loadPolicy({
      name: "Small",
      version: "1",
      scopes: { a: {} },
      tools: { tool: "a" },
      endpoints: { "GET /a": "a", "GET /accounts/{id}/b": "a", "POST /a": "a" },
    });
    const createGate = () => expressGate(createAuthorizer({ policy, verify: () => undefined }));
    const check = (mount: (app: Express, gate: ReturnType<typeof createGate>) => void) => {
      const app = make();
      const gate = createGate();
      mount(app, gate);
      return findingsOf(() => gate.assertCovers(app));
    };
    const serveAll = (app: express5.IRouter, gate: ReturnType<typeof createGate>) => {
      app.route("/a").get(gate.endpoint(), ok).post(gate.endpoint(), ok);
      serveAccounts(app, gate);
    };
    const serveAccounts = (app: express5.IRouter, gate: ReturnType<typeof createGate>) => {
      const router = make.Router({ mergeParams: true });
      router.get("/b", gate.endpoint(), ok);
      app.use("/accounts/:other", router);
    };

    it("accepts gates and marks, and ignores functions that are not routes", () => {
      expect(
        check((app, gate) => {
          app.use(make.json());
          app.all("/a", gate.endpoint(), ok);
          serveAccounts(app, gate);
          app.get("/tool/:id", gate("tool"), make.json(), ok);
          app.get("/twice", gate("tool"), ok, gate("tool"), ok);
          app.get("/alone", gate("tool"));
          app.get(["/x", /^\/y/], gate("tool"), ok);
          app.get("/open", gate.public(), ok);
          app.route("/all").all(gate("tool")).get(ok).put(ok);
          app.use("/files", (_req, res) => void res.send("no route"));
        }),
      ).toEqual([]);
    });

    it("accepts a router in place of an application", () => {
      const gate = createGate();
      const router = make.Router();
      serveAll(router, gate);
      expect(findingsOf(() => gate.assertCovers(router))).toEqual([]);
    });

    it("accepts a router whose route is its mount path, and rejects endpoints of a policy without any", () => {
      expect(
        check((app, gate) => {
          const a = make.Router();
          a.route("/").get(gate.endpoint(), ok).post(gate.endpoint(), ok);
          app.use("/a", a);
          serveAccounts(app, gate);
        }),
      ).toEqual([]);
      const none = loadPolicy({ name: "None", version: "1", scopes: {} });
      const gate = expressGate(createAuthorizer({ policy: none, verify: () => undefined }));
      const app = make();
      app.get("/a", gate.endpoint(), ok);
      expect(findingsOf(() => gate.assertCovers(app))).toEqual([
        "ERR_COVERAGE",
        "unknown_endpoint GET /a",
      ]);
    });

    it("accepts a gate before a router at the same mount path", () => {
      expect(
        check((app, gate) => {
          serveAll(app, gate);
          const inner = make.Router();
          inner.get("/c", ok);
          inner.use("/d", make.Router().get("/e", ok));
          app.use("/guarded", gate("tool"), inner);
          const gated = make.Router();
          gated.use(gate.public());
          gated.get("/f", ok);
          app.use(gated);
        }),
      ).toEqual([]);
    });

    it("ignores gates of another authorizer, but accepts its mark of a public route", () => {
      const other = createGate();
      const findings = check((app, gate) => {
        serveAll(app, gate);
        app.get("/a", other.endpoint(), ok);
        app.get("/other", other("tool"), ok);
        app.get("/alone", other("tool"));
        app.get("/open", other.public(), ok);
        app.get("/both", other("tool"), gate("tool"), ok);
        app.use("/used", other("tool"));
        app.get("/used", ok);
        app.use("/theirs", other.public(), make.Router().get("/b", ok));
        app.use("/marked", gate.public(), make.Router().get("/b", other("tool"), ok));
      });
      expect(findings).toEqual([
        "ERR_COVERAGE",
        "unmapped_route GET /a",
        "unmapped_route GET /other",
        "unmapped_route GET /alone",
        "unmapped_route GET /used",
        "unmapped_route GET /theirs/b",
      ]);
    });

    it("requires the gate before every other handler, even if a gate above covers the route", () => {
      const gate = createGate();
      const app = make();
      app.route("/a").get(make.json(), gate.endpoint(), ok).post(gate.endpoint(), ok);
      serveAccounts(app, gate);
      app.get("/answers", ok, gate("tool"), ok);
      app.post("/parses", make.json(), gate("tool"), ok);
      app.post("/last", ok, gate("tool"));
      app.get("/marked", ok, gate.public(), ok);
      app.use("/covered", gate("tool"), make.Router().get("/b", ok, gate("tool"), ok));
      expect(findingsOf(() => gate.assertCovers(app))).toEqual([
        "ERR_COVERAGE",
        "unserved_endpoint GET /a",
        "late_gate GET /a",
        "late_gate GET /answers",
        "late_gate POST /parses",
        "late_gate POST /last",
        "late_gate GET /marked",
        "late_gate GET /covered/b",
      ]);
      expect(() => gate.assertCovers(app)).toThrow(
        "GET /answers: another handler of the route comes before its gate and could respond: put the gate first",
      );
    });

    it("accepts a gate that is given to `use` only at the path of the route", () => {
      const findings = check((app, gate) => {
        serveAll(app, gate);
        for (const path of ["/x", "/y/:id", "/z/"]) {
          app.use(path, gate("tool"));
          app.get(path, ok);
        }
        app.get("/x/more", ok);
        app.get("/xy", ok);
        app.get(/^\/x/, ok);
        // an expression matches more in a route than in `use`, and other flags make it another expression
        app.use(/^\/r/, gate("tool"));
        app.get(/^\/r/, ok);
        app.use(/^\/flags$/, gate("tool"), make.Router().get("/", ok));
        app.get(/^\/flags$/i, ok);
        app.use(/^\/flags$/i, make.Router().get("/inner", ok));
      });
      expect(findings).toEqual([
        "ERR_COVERAGE",
        "unmapped_route GET /x/more",
        "unmapped_route GET /xy",
        "unmapped_route GET /^\\/x/",
        "unmapped_route GET /^\\/r/",
        ...(version === 4 ? [] : ["unmapped_route GET /^\\/flags$//"]),
        "unmapped_route GET /^\\/flags$/i",
        `unmapped_route GET ${version === 4 ? "/flags$" : "/^\\/flags$/i"}/inner`,
      ]);
    });

    it("accepts the gate of an MCP server after a mark", () => {
      const mcp = mcpGate(createAuthorizer({ policy, verify: () => undefined }));
      const handler = mcp.node(async () => new Response());
      const findings = check((app, gate) => {
        serveAll(app, gate);
        app.all("/marked", gate.public(), handler);
        app.all("/mcp", handler);
      });
      expect(findings).toEqual(["ERR_COVERAGE", "unmapped_route ALL /mcp"]);
    });

    it("reports all findings at once", () => {
      const findings = check((app, gate) => {
        app.get("/a", gate.endpoint(), ok);
        app.get("/open", ok);
        app.post("/late", ok, gate("tool"));
        app.all("/every", ok);
        app.get("/aa", gate.endpoint(), ok);
        app.get(["/l", "/m"], gate.endpoint(), ok);
        app.get(/^\/r/, ok);
        app.use("/used", gate.endpoint());
        app.use(gate.endpoint());
        app.use("/guarded", gate("tool"));
        app.use("/elsewhere", make.Router().get("/c", ok));
        app.use("/sub", Object.assign(make(), { handle: ok }));
      });
      expect(findings).toEqual([
        "ERR_COVERAGE",
        "unserved_endpoint GET /accounts/{id}/b",
        "unserved_endpoint POST /a",
        "unmapped_route GET /open",
        "late_gate POST /late",
        "unmapped_route ALL /every",
        "unknown_endpoint GET /aa",
        "unknown_endpoint GET [/l, /m]",
        "unmapped_route GET /^\\/r/",
        "misplaced_gate /used",
        "misplaced_gate /",
        "unmapped_route GET /elsewhere/c",
        "opaque_app /sub",
      ]);
    });

    it("reports each finding with a suggestion", () => {
      const app = make();
      const gate = createGate();
      serveAll(app, gate);
      app.get("/aa", gate.endpoint(), ok);
      expect(() => gate.assertCovers(app)).toThrow(
        "1 finding in the app\n  GET /aa: the policy has no such endpoint; did you mean `GET /a`?",
      );
    });

    it("reports an endpoint that another route hides", () => {
      const findings = check((app, gate) => {
        app.get("/:any", gate.endpoint(), ok);
        serveAll(app, gate);
      });
      expect(findings).toEqual([
        "ERR_COVERAGE",
        "hidden_endpoint GET /a",
        "unknown_endpoint GET /:any",
        "unknown_endpoint GET /a",
      ]);
    });

    it("reports routes before a gate, beside it and outside of its router", () => {
      const findings = check((app, gate) => {
        serveAll(app, gate);
        app.get("/before", ok);
        const router = make.Router();
        router.use(gate("tool"));
        app.use("/beside", router);
        app.use("/guarded", gate("tool"));
        app.get("/after", ok);
      });
      expect(findings).toEqual([
        "ERR_COVERAGE",
        "unmapped_route GET /before",
        "unmapped_route GET /after",
      ]);
    });

    it("rejects a value that is not an application, and accepts an application without routes", () => {
      const gate = createGate();
      expect(findingsOf(() => gate.assertCovers({}))).toEqual(["ERR_OPTIONS_INVALID"]);
      expect(findingsOf(() => gate.assertCovers(make())).length).toBe(4);
    });
  });
});

it("assertCovers checks routers that do not expose their mount path, as those of router 2.0 to 2.2", () => {
  const { authorizer } = createWorld();
  const gate = expressGate(authorizer);
  const app = express5();
  app.use(
    "/v1",
    express5.Router().get("/open", (_req, res) => void res.send("ok")),
  );
  const { stack } = app.router as unknown as { stack: Record<string, unknown>[] };
  for (const layer of stack) delete layer["rawPath"];
  expect(findingsOf(() => gate.assertCovers(app))).toContain("unmapped_route GET /…/open");
});
