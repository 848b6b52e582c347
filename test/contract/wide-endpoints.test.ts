import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import Router from "@koa/router";
import express5 from "express";
import fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { createAuthorizer, loadPolicy } from "scope-policy";
import { afterAll, describe, expect, it } from "vitest";
import { expressGate } from "../../src/express.js";
import { scopePolicy } from "../../src/fastify.js";
import { fetchGate } from "../../src/fetch.js";
import { honoGate } from "../../src/hono.js";
import { koaGate } from "../../src/koa.js";
import { scopePolicyGuard } from "../../src/nest.js";
import { listen } from "./listen.js";
import { createController, createNest, listenNest, type Platform } from "./nest-subject.js";
import { type Running, summaryOf } from "./subject.js";
import { send } from "./wire.js";

const express4 = createRequire(import.meta.url)("express4") as typeof express5;

const CANCEL = "POST /jobs/{job}:cancel";
const policy = loadPolicy({
  name: "Wide endpoints",
  version: "1",
  scopes: { read: {}, write: {}, admin: {}, "/accounts/{accountID}/read": {} },
  endpoints: {
    "GET /files/{path*}": "read",
    "HEAD /files/{path*}": "read",
    "GET /files/{id}": "write",
    "GET /files/trash/{path*}": { deny: "The trash is closed." },
    "GET /files/{id}/meta": "write",
    [CANCEL]: "admin",
    "POST /jobs/{job}": "read",
    "GET /accounts/{accountID}/docs/{path*}": "/accounts/{accountID}/read",
  },
});
const authorizer = createAuthorizer({ policy, verify: (rawToken) => ({ scope: rawToken }) });

/** The endpoints with their routes, as a framework spells them, in the order in which its router needs them. */
type Routes = readonly (readonly [endpoint: string, route: string])[];

const routesOf = (rest: string, cancel: string): Routes => [
  ["GET /files/{id}", "/files/:id"],
  ["GET /files/{id}/meta", "/files/:id/meta"],
  ["GET /files/trash/{path*}", `/files/trash/${rest}`],
  ["GET /files/{path*}", `/files/${rest}`],
  [CANCEL, cancel],
  ["POST /jobs/{job}", "/jobs/:job"],
  ["GET /accounts/{accountID}/docs/{path*}", `/accounts/:account/docs/${rest}`],
];
const PATHS = routesOf("*path", "/jobs/:job\\:cancel");
const STARS = routesOf("*", "/jobs/:job\\:cancel");
const OF_FASTIFY = routesOf("*", "/jobs/:job(.+)::cancel");
const OF_HONO = routesOf(":path{.+}", "/jobs/:job{[^/]+:cancel}");

const methodOf = (endpoint: string) => endpoint.slice(0, endpoint.indexOf(" "));

function startExpress(make: typeof express5, routes: Routes): Promise<Running> {
  const gate = expressGate(authorizer);
  const app = make();
  for (const [endpoint, route] of routes) {
    const add = methodOf(endpoint) === "GET" ? "get" : "post";
    app[add](route, gate.endpoint(), (_req, res) => void res.send(endpoint));
  }
  gate.assertCovers(app);
  return listen(createServer(app));
}

async function startFastify(): Promise<Running> {
  const app = fastify();
  await app.register(scopePolicy, { authorizer, strict: true });
  for (const [endpoint, url] of OF_FASTIFY) {
    const handler = async () => endpoint;
    app.route({ method: methodOf(endpoint), url, config: { endpoint: true }, handler });
  }
  await app.listen({ host: "127.0.0.1", port: 0 });
  return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
}

function startHono(): Promise<Running> {
  const gate = honoGate(authorizer);
  const app = new Hono();
  for (const [endpoint, route] of OF_HONO) {
    const handler = endpoint === CANCEL ? gate(CANCEL as never) : gate.endpoint();
    app.on(methodOf(endpoint), route, handler, (c) => c.text(endpoint));
  }
  gate.assertCovers(app);
  return listen(
    createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as ReturnType<
      typeof createServer
    >,
  );
}

function startKoa(): Promise<Running> {
  const gate = koaGate(authorizer);
  const router = new Router();
  for (const [endpoint, route] of PATHS) {
    router.register(
      route,
      [methodOf(endpoint)],
      [
        gate.endpoint(),
        (ctx) => {
          ctx.body = endpoint;
        },
      ],
    );
  }
  const app = new Koa();
  app.use(router.routes());
  gate.assertCovers(app);
  const handle = app.callback();
  return listen(createServer((request, response) => void handle(request, response)));
}

async function startNest(platform: Platform, routes: Routes): Promise<Running> {
  const gate = scopePolicyGuard(authorizer);
  const handlers = routes.map(([endpoint, path], index) => ({
    name: `handler${index}`,
    method: methodOf(endpoint),
    path,
    decorators: [gate.endpoint()],
    run: () => endpoint,
  }));
  const app = await createNest(platform, [createController("", handlers)]);
  app.useGlobalGuards(gate);
  gate.assertCovers(app);
  return listenNest(app);
}

/** A server without a router: the gate finds the endpoint. */
function startFetch(): Promise<Running> {
  const gate = fetchGate(authorizer);
  const fetch = async (request: Request) => {
    const result = await gate.endpoint(request);
    if (result instanceof Response) return result;
    const { method, url } = request;
    const { pathname } = new URL(url);
    return new Response(policy.findEndpoint({ method, path: pathname })?.name);
  };
  return listen(
    createAdaptorServer({ fetch, overrideGlobalObjects: false }) as ReturnType<typeof createServer>,
  );
}

const SERVERS: Readonly<Record<string, () => Promise<Running>>> = {
  "Express 4": () => startExpress(express4, STARS),
  "Express 5": () => startExpress(express5, PATHS),
  Fastify: startFastify,
  Hono: startHono,
  Koa: startKoa,
  "Nest on Express": () => startNest("Nest on Express", PATHS),
  "Nest on Fastify": () => startNest("Nest on Fastify", OF_FASTIFY),
  fetch: startFetch,
};

const DENIED = "403 denied";
const UNKNOWN = "403 unknown_operation";
const MISSING = "403 insufficient_scope";
const DOCS = "GET /accounts/{accountID}/docs/{path*}";

const ROWS: readonly (readonly [
  method: string,
  path: string,
  token: string,
  answer: string | RegExp,
])[] = [
  ["GET", "/files/a/b", "read", "200 GET /files/{path*}"],
  ["GET", "/files/a/b.txt/c", "read", "200 GET /files/{path*}"],
  ["GET", "/files/a/b", "write", MISSING],
  ["GET", "/files/a", "write", "200 GET /files/{id}"],
  ["GET", "/files/a", "read", MISSING],
  ["GET", "/files/a/meta", "write", "200 GET /files/{id}/meta"],
  ["GET", "/files/a/meta", "read", MISSING],
  ["GET", "/files/trash/a", "write", DENIED],
  // the endpoint of the route comes first, but the catch-all denies its path
  ["GET", "/files/trash/meta", "write", DENIED],
  ["GET", "/files/a/%6D", "read", UNKNOWN],
  ["GET", "/files/a/b/", "read", /^40[34] /],
  ["GET", "/FILES/a/b", "read", /^40[34] /],
  ["POST", "/jobs/a:cancel", "admin", `200 ${CANCEL}`],
  ["POST", "/jobs/a:cancel", "read", MISSING],
  ["POST", "/jobs/a:b:cancel", "admin", `200 ${CANCEL}`],
  ["POST", "/jobs/a", "read", "200 POST /jobs/{job}"],
  ["POST", "/jobs/a:stop", "read", "200 POST /jobs/{job}"],
  ["GET", "/accounts/a/docs/x/y", "/accounts/a/read", `200 ${DOCS}`],
  ["GET", "/accounts/b/docs/x/y", "/accounts/a/read", "403 binding_mismatch"],
];

/** Paths that some router serves as the verb, or as the parameter beside it. No gate but one by name decides on them. */
const NO_VERBS = ["/jobs/a%3Acancel", "/jobs/:cancel", "/jobs/a:CANCEL", "/jobs/a;b:cancel"];

describe.each(Object.entries(SERVERS))("catch-alls and custom verbs with %s", (title, start) => {
  let running: Promise<Running> | undefined;
  afterAll(async () => (await running)?.close());

  const ask = async (method: string, path: string, token: string) => {
    running ??= start();
    const { port } = await running;
    const headers = [`Authorization: Bearer ${token}`];
    const body = method === "POST" ? { body: "" } : {};
    return summaryOf(await send(port, { method, path, headers, ...body }));
  };

  it.each(ROWS)(
    "responds to %s %s with the scope %s with %s",
    async (method, path, token, answer) => {
      const seen = await ask(method, path, token);
      if (answer instanceof RegExp) expect(seen).toMatch(answer);
      else expect(seen.replace("201 ", "200 ")).toBe(answer);
    },
  );

  it("decides HEAD by the GET beside which the policy declares it, without a body", async () => {
    expect(await ask("HEAD", "/files/a/b", "read")).toMatch(/^20[04] $/);
    expect(await ask("HEAD", "/files/a/b", "write")).toBe("403 ");
    expect(await ask("HEAD", "/files/trash/a", "read")).toBe("403 ");
  });

  it.each(NO_VERBS)("does not decide on %s as on the value of a parameter", async (path) => {
    expect(await ask("POST", path, "read")).toMatch(/^403 (unknown_operation|insufficient_scope)/);
    if (title !== "Hono") expect(await ask("POST", path, "admin")).toBe(UNKNOWN);
  });
});
