import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import express5, { type Express, type Request, type Response } from "express";
import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { Hono } from "hono";
import { createAuthorizer, loadPolicy } from "scope-policy";
import { afterEach, describe, expect, it } from "vitest";
import { expressGate } from "../../src/express.js";
import { scopePolicy } from "../../src/fastify.js";
import { fetchGate } from "../../src/fetch.js";
import { listen } from "./listen.js";
import { type Running, summaryOf } from "./subject.js";
import { send } from "./wire.js";

const express4 = createRequire(import.meta.url)("express4") as typeof express5;
const VERSIONS = [
  { version: 4, make: express4 },
  { version: 5, make: express5 },
];

const policy = loadPolicy({
  name: "Accounts",
  version: "1",
  scopes: { "/accounts/{accountID}/read": {} },
  tools: { account: "/accounts/{accountID}/read" },
  endpoints: {
    "GET /accounts/{accountID}": "/accounts/{accountID}/read",
    "GET /accounts/{accountID}/users/{userID}": "/accounts/{accountID}/read",
  },
});
// the raw token is the account to which the token is bound
const authorizer = createAuthorizer({
  policy,
  verify: (rawToken) => ({ scope: `/accounts/${rawToken}/read` }),
});

const open: Running[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((running) => running.close()));
});

async function ask(port: number, path: string, token: string, lines: string[] = []) {
  const headers = [`Authorization: Bearer ${token}`, ...lines];
  return summaryOf(await send(port, { method: "GET", path, headers }));
}

describe.each(VERSIONS)("the value that a handler of Express $version reads", ({ make }) => {
  const show = (req: Request, res: Response) =>
    void res.send(`read ${String(req.params["accountID"])}`);

  async function start(mount: (app: Express, gate: ReturnType<typeof expressGate>) => void) {
    const app = make();
    mount(app, expressGate(authorizer));
    const running = await listen(createServer(app));
    open.push(running);
    return running.port;
  }

  it("is the one that a function given to `param` has set, on which a gate by name decides", async () => {
    const port = await start((app, gate) => {
      app.param("accountID", (req, _res, next) => {
        req.params["accountID"] = "b";
        next();
      });
      app.get("/tool/:accountID", gate("account"), show);
      app.get("/accounts/:accountID", gate.endpoint(), show);
    });
    expect(await ask(port, "/tool/a", "a")).toBe("403 binding_mismatch");
    expect(await ask(port, "/tool/a", "b")).toBe("200 read b");
    // a gate by the route compares the value with the path
    for (const token of ["a", "b"])
      expect(await ask(port, "/accounts/a", token)).toBe("403 unknown_operation");
    expect(await ask(port, "/accounts/b", "b")).toBe("200 read b");
  });

  it("is the one of the path if a function changes that of a mount path, or the endpoint is unknown", async () => {
    const port = await start((app, gate) => {
      app.param("accountID", (req, _res, next) => {
        req.params["accountID"] = "b";
        next();
      });
      const users = make.Router({ mergeParams: true });
      users.get("/users/:userID", gate.endpoint(), show);
      app.use("/accounts/:accountID", users);
    });
    for (const token of ["a", "b"]) {
      expect(await ask(port, "/accounts/a/users/1", token)).toBe("403 unknown_operation");
    }
    expect(await ask(port, "/accounts/b/users/1", "b")).toBe("200 read b");
  });

  it("is never the value of another parameter of the path", async () => {
    const port = await start((app, gate) => {
      const users = make.Router({ mergeParams: true });
      users.get("/users/:accountID", gate.endpoint(), show);
      app.use("/accounts/:accountID", users);
      const deeper = make.Router({ mergeParams: true });
      deeper.get("/", gate.endpoint(), show);
      const between = make.Router({ mergeParams: true }).use("/users/:accountID", deeper);
      app.use("/accounts/:accountID", between);
    });
    expect(await ask(port, "/accounts/a/users/b", "a")).toBe("403 unknown_operation");
    expect(await ask(port, "/accounts/a/users/b", "b")).toBe("403 unknown_operation");
  });

  it("differs from the decided value if a function changes it after the gate, as docs/decided-values.md states", async () => {
    const port = await start((app, gate) => {
      const change = (req: Request, _res: Response, next: () => void) => {
        req.params["accountID"] = "b";
        next();
      };
      app.get("/after/:accountID", gate("account"), change, show);
      const below = make.Router({ mergeParams: true });
      below.param("slug", change);
      below.get("/:slug", show);
      app.use("/use/:accountID", gate("account"), below);
    });
    expect(await ask(port, "/after/a", "a")).toBe("200 read b");
    expect(await ask(port, "/use/a/x", "a")).toBe("200 read b");
  });
});

describe("the value that a handler of Fastify reads", () => {
  const show = async (request: FastifyRequest) =>
    `read ${JSON.stringify((request.params as Record<string, unknown>)["accountID"])}`;

  async function start(mount: (app: FastifyInstance) => void) {
    const app = fastify();
    await app.register(scopePolicy, { authorizer });
    mount(app);
    await app.listen({ host: "127.0.0.1", port: 0 });
    open.push({ port: 0, close: () => app.close() });
    return (app.server.address() as AddressInfo).port;
  }

  const ROUTES = [
    ["a tool", "/tool/:accountID", { tool: "account" }],
    ["an endpoint", "/accounts/:accountID", { endpoint: true }],
  ] as const;
  const COERCED: readonly (readonly [schema: object, value: string, answer: string])[] = [
    [{ type: "integer" }, "7", "200 read 7"],
    [{ type: "integer" }, "007", "400 invalid_params"],
    [{ type: "integer" }, "7.0", "400 invalid_params"],
    [{ type: "number" }, "9007199254740993", "400 invalid_params"],
    [{ type: "boolean" }, "true", "200 read true"],
    [{ type: "boolean" }, "1", "400 Bad Request"], // by Fastify itself
    [{ type: "string" }, "007", '200 read "007"'],
  ];

  describe.each(ROUTES)("of %s", (_what, url, config) => {
    it.each(COERCED)(
      "with the schema %j and the value %s gets %s",
      async (schema, value, answer) => {
        const port = await start((app) => {
          const params = { type: "object", properties: { accountID: schema } };
          app.get(url, { config, schema: { params } }, show);
        });
        const path = url.replace(":accountID", value);
        expect(await ask(port, path, value)).toBe(answer);
        expect(await ask(port, path, "another")).toBe("403 binding_mismatch");
      },
    );

    it("is rejected if a schema or a hook changes or removes it", async () => {
      const change = (value: unknown) => async (request: FastifyRequest) => {
        (request.params as Record<string, unknown>)["accountID"] = value;
      };
      const port = await start((app) => {
        const params = { type: "object", properties: {}, additionalProperties: false };
        app.get(`/removed${url}`, { config: { tool: "account" }, schema: { params } }, show);
        app.get(
          `/transformed${url}`,
          {
            config: { tool: "account" },
            schema: { params: {} },
            validatorCompiler: () => () => ({ value: { accountID: "b" } }),
          },
          show,
        );
        for (const [name, value] of Object.entries({ other: "b", list: ["a"], none: undefined })) {
          const config = { tool: "account" };
          app.get(`/${name}${url}`, { config, preValidation: change(value) }, show);
        }
        app.get(`/same${url}`, { config: { tool: "account" }, preValidation: change("a") }, show);
      });
      for (const name of ["removed", "transformed", "other", "list", "none"]) {
        const path = `/${name}${url.replace(":accountID", "a")}`;
        expect(`${name} ${await ask(port, path, "a")}`).toBe(`${name} 400 invalid_params`);
      }
      expect(await ask(port, `/same${url.replace(":accountID", "a")}`, "a")).toBe('200 read "a"');
    });
  });

  it("is rejected if a schema adds it after `config.params` has read it elsewhere", async () => {
    const port = await start((app) => {
      const params = { type: "object", properties: { accountID: { default: "b" } } };
      const read = (request: FastifyRequest) => ({ accountID: request.headers["x-account"] });
      app.get("/", { config: { tool: "account", params: read }, schema: { params } }, show);
      app.get("/plain", { config: { tool: "account", params: read } }, show);
    });
    expect(await ask(port, "/", "a", ["X-Account: a"])).toBe("400 invalid_params");
    expect(await ask(port, "/plain", "a", ["X-Account: a"])).toBe("200 read undefined");
  });

  it("is the last of two with the same name, on which the gate decides", async () => {
    const port = await start((app) => {
      app.register(
        async (child) => {
          child.get("/users/:accountID", { config: { tool: "account" } }, show);
        },
        { prefix: "/:accountID" },
      );
      app.get("/x/:accountID/:accountID", { config: { tool: "account" } }, show);
    });
    for (const path of ["/a/users/b", "/x/a/b"]) {
      expect(await ask(port, path, "a")).toBe("403 binding_mismatch");
      expect(await ask(port, path, "b")).toBe('200 read "b"');
    }
  });

  it("is rejected at startup if an endpoint's route has a duplicate name or swapped names", async () => {
    for (const names of ["accountID accountID", "userID accountID", "x x"]) {
      const [first, second] = names.split(" ");
      const started = start((app) => {
        app.get(`/accounts/:${first}/users/:${second}`, { config: { endpoint: true } }, show);
      });
      await expect(started).rejects.toThrow("the policy has no such endpoint");
    }
  });

  it("differs from the decided value if it changes after the check, as docs/decided-values.md states", async () => {
    const port = await start((app) => {
      app.get(
        "/tool/:accountID",
        {
          config: { tool: "account" },
          preHandler: async (request) => {
            (request.params as Record<string, unknown>)["accountID"] = "b";
          },
        },
        show,
      );
      const querystring = { type: "object", properties: { account: { type: "integer" } } };
      const params = (request: FastifyRequest) => ({
        accountID: (request.query as { account: unknown }).account,
      });
      app.get(
        "/query",
        { config: { tool: "account", params }, schema: { querystring } },
        async (request) => `read ${JSON.stringify(request.query)}`,
      );
    });
    expect(await ask(port, "/tool/a", "a")).toBe('200 read "b"');
    expect(await ask(port, "/query?account=007", "007")).toBe('200 read {"account":7}');
  });
});

describe("the value that a handler of `Request` reads", () => {
  const gate = fetchGate(authorizer);
  const request = (path: string, token: string) =>
    new Request(`http://api.example.com${path}`, { headers: { authorization: `Bearer ${token}` } });
  const short = async (response: globalThis.Response) =>
    summaryOf({ status: response.status, headers: new Map(), body: await response.text() });

  it("is the decided value if the program passes it to the gate, and not if it changes another copy, as docs/decided-values.md states", async () => {
    const app = new Hono();
    app.get("/accounts/:accountID", async (c) => {
      const token = await gate(c.req.raw, "account", c.req.param());
      if (token instanceof Response) return token;
      return c.text(`read ${Number(c.req.param("accountID"))}`);
    });
    app.get("/changed/:accountID", async (c) => {
      const accountID = c.req.param("accountID").toLowerCase();
      const token = await gate(c.req.raw, "account", { accountID });
      return token instanceof Response ? token : c.text(`read ${accountID}`);
    });
    const answer = async (path: string, token: string) =>
      short(await app.request(request(path, token)));
    expect(await answer("/accounts/007", "007")).toBe("200 read 7");
    expect(await answer("/changed/A", "A")).toBe("403 binding_mismatch");
    expect(await answer("/changed/A", "a")).toBe("200 read a");
  });

  it("is the value in the path for `endpoint`, which every router reads in the same way", async () => {
    const app = new Hono();
    app.get("/accounts/:accountID", async (c) => {
      const token = await gate.endpoint(c.req.raw, { accountID: "a" });
      if (token instanceof Response) return token;
      return c.text(`read ${c.req.param("accountID")}`);
    });
    const answer = async (path: string, token: string) =>
      short(await app.request(request(path, token)));
    expect(await answer("/accounts/b", "b")).toBe("200 read b");
    expect(await answer("/accounts/b", "a")).toBe("403 binding_mismatch");
    expect(await answer("/accounts/%62", "b")).toBe("403 unknown_operation");
    expect(await answer("/accounts/%C3%A9", "b")).toBe("400 invalid_params");
  });
});
