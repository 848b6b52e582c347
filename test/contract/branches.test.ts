import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Router from "@koa/router";
import express from "express";
import fastify, { type FastifyInstance } from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { createAuthorizer, loadPolicy, type PolicyError } from "scope-policy";
import { afterEach, describe, expect, it } from "vitest";
import { expressGate } from "../../src/express.js";
import { scopePolicy } from "../../src/fastify.js";
import { fetchGate } from "../../src/fetch.js";
import { honoGate } from "../../src/hono.js";
import { koaGate } from "../../src/koa.js";
import { type NestRequest, scopePolicyGuard } from "../../src/nest.js";
import type { ContractCase, Expected } from "./case.js";
import { noCredentials, stepUp } from "./cases-decisions.js";
import { EXPRESS_SUBJECTS } from "./express-subject.js";
import { FASTIFY_SUBJECTS } from "./fastify-subject.js";
import { FETCH_SUBJECTS } from "./fetch-subject.js";
import { HONO_SUBJECTS, listenHono } from "./hono-subject.js";
import { KOA_SUBJECTS, listenKoa } from "./koa-subject.js";
import { listen } from "./listen.js";
import { createController, createNest, listenNest, NEST_SUBJECTS } from "./nest-subject.js";
import { type Running, summaryOf } from "./subject.js";
import { describeCases } from "./suite.js";
import { send } from "./wire.js";
import { createWorld } from "./world.js";

const DATABASE = {
  name: "Database",
  version: "1",
  scopes: { read: "Read rows", write: { implies: ["read"] } },
  tools: {
    run_query: { cases: [{ when: { mode: "explain" }, scope: "read" }], otherwise: "write" },
    drop_rows: {
      cases: [{ when: { mode: "explain" }, scope: "read" }],
      otherwise: { deny: "No." },
    },
  },
  endpoints: {
    "POST /v1/{kind}/rows": {
      cases: [{ when: { kind: "logs" }, scope: "read" }],
      otherwise: "write",
    },
  },
};

const ENDPOINT = "POST /v1/{kind}/rows";
const JSON_HEADERS = ["Content-Type: application/json"];
const reached = (operation: string, params: Record<string, string>): Expected => ({
  reached: { operation, sub: "reader", params },
});

type Row = readonly [
  title: string,
  token: string | undefined,
  request: ContractCase["request"],
  expect: Expected,
];

const query = (mode: string, more: object = {}) => ({
  tool: "run_query",
  params: { mode },
  ...more,
});
const rows = (path: string, body = "{}") => ({
  method: "POST",
  path,
  headers: JSON_HEADERS,
  body,
});

const ROWS: readonly Row[] = [
  [
    "a tool by the value in its route",
    "reader",
    query("explain"),
    reached("run_query", { mode: "explain" }),
  ],
  ["a tool by another value", "reader", query("run"), stepUp("write", { tool: "run_query" })],
  [
    "a tool by another letter case",
    "reader",
    query("Explain"),
    stepUp("write", { tool: "run_query" }),
  ],
  [
    "a tool by the route, not by the body",
    "reader",
    query("run", { body: '{"mode":"explain"}' }),
    stepUp("write", { tool: "run_query" }),
  ],
  [
    "a tool without credentials: the challenge names the scope of the branch",
    undefined,
    query("explain"),
    noCredentials("read", { tool: "run_query" }),
  ],
  [
    "a tool without credentials, in `otherwise`",
    undefined,
    query("run"),
    noCredentials("write", { tool: "run_query" }),
  ],
  [
    "a denied branch",
    "reader",
    { tool: "drop_rows", params: { mode: "run" } },
    { status: 403, code: "denied", challenge: null },
  ],
  [
    "the other branch of a tool with a denied one",
    "reader",
    { tool: "drop_rows", params: { mode: "explain" } },
    reached("drop_rows", { mode: "explain" }),
  ],
  [
    "an endpoint by its path parameter",
    "reader",
    rows("/v1/logs/rows"),
    reached(ENDPOINT, { kind: "logs" }),
  ],
  [
    "an endpoint by another value",
    "reader",
    rows("/v1/users/rows"),
    stepUp("write", { endpoint: ENDPOINT }),
  ],
  [
    "an endpoint by the path, not by the query",
    "reader",
    rows("/v1/users/rows?kind=logs"),
    stepUp("write", { endpoint: ENDPOINT }),
  ],
  [
    "an endpoint by the path, not by the body",
    "reader",
    rows("/v1/users/rows", '{"kind":"logs"}'),
    stepUp("write", { endpoint: ENDPOINT }),
  ],
  ["an endpoint by the decoded value", "reader", rows("/v1/log%73/rows"), { refused: [403, 404] }],
  [
    "an endpoint without credentials",
    undefined,
    rows("/v1/logs/rows"),
    noCredentials("read", { endpoint: ENDPOINT }),
  ],
];

const CASES = ROWS.map(
  ([title, token, request, expected], index): ContractCase => ({
    id: `branch-${index}`,
    surface: "tool" in request ? "tool" : "endpoint",
    title: `decides ${title}`,
    authorization: token === undefined ? [] : [`Bearer ${token}`],
    request,
    expect: expected,
  }),
);

const SUBJECTS = [
  ...EXPRESS_SUBJECTS,
  ...FASTIFY_SUBJECTS,
  ...FETCH_SUBJECTS,
  ...HONO_SUBJECTS,
  ...KOA_SUBJECTS,
  ...NEST_SUBJECTS,
];

for (const subject of SUBJECTS) {
  describeCases(`cases over ${subject.name}`, { ...subject, cannot: {} }, CASES, () =>
    createWorld(DATABASE, { reader: { sub: "reader", scope: "read" } }),
  );
}

const policy = loadPolicy({
  ...DATABASE,
  endpoints: {
    "POST /v1/{kind}/rows": {
      cases: [{ when: { kind: "logs", dryRun: true }, scope: "read" }],
      otherwise: "write",
    },
  },
});
const authorizer = createAuthorizer({ policy, verify: () => ({ scope: "read" }) });

/** What the option `params` of a gate returns: the header, as JSON. */
const given = (text: string | undefined): unknown => JSON.parse(text ?? "{}");
const first = (value: string | string[] | undefined) => [value].flat()[0];

interface Gated {
  readonly running: Running;
  /** Reports what the coverage check finds. */
  readonly findings: readonly string[];
}

function findingsOf(check: () => void): readonly string[] {
  try {
    check();
    return [];
  } catch (error) {
    return (error as PolicyError).findings.map(({ code, path, message }) => {
      const names = [...message.matchAll(/`(\w+)`/g)].map(([, name]) => name);
      return `${code} ${path} ${names.find((name) => name !== "params") ?? ""}`;
    });
  }
}

/** Starts an application with a route for the tool and one for the endpoint, with or without the option `params`. */
const FRAMEWORKS = {
  Express: async (hasParams) => {
    const gate = expressGate(authorizer);
    const app = express();
    const options = hasParams ? { params: (req: express.Request) => given(req.get("x-args")) } : {};
    const ok = (_: express.Request, res: express.Response) => void res.send("ok");
    app.post("/query", gate("run_query", options), ok);
    app.post("/v1/:kind/rows", gate.endpoint(options), ok);
    app.post("/drop/:mode", gate("drop_rows"), ok);
    const findings = findingsOf(() => gate.assertCovers(app));
    return { running: await listen(createServer(app)), findings };
  },
  Koa: async (hasParams) => {
    const gate = koaGate(authorizer);
    const app = new Koa();
    const router = new Router();
    const options = hasParams
      ? { params: (ctx: Koa.Context) => given(ctx.get("x-args") || undefined) }
      : {};
    const ok = (ctx: Koa.ParameterizedContext) => {
      ctx.body = "ok";
    };
    router.post("/query", gate("run_query", options as never), ok);
    router.post("/v1/:kind/rows", gate.endpoint(options as never), ok);
    router.post("/drop/:mode", gate("drop_rows"), ok);
    app.use(router.routes());
    const findings = findingsOf(() => gate.assertCovers(app));
    return { running: await listenKoa(app), findings };
  },
  Hono: async (hasParams) => {
    const gate = honoGate(authorizer);
    const app = new Hono();
    const options = hasParams
      ? {
          params: (c: { req: { header(name: string): string | undefined } }) =>
            given(c.req.header("x-args")),
        }
      : {};
    app.post("/query", gate("run_query", options as never), (c) => c.text("ok"));
    app.post("/v1/:kind/rows", gate.endpoint(options as never), (c) => c.text("ok"));
    app.post("/drop/:mode", gate("drop_rows"), (c) => c.text("ok"));
    const findings = findingsOf(() => gate.assertCovers(app));
    return { running: await listenHono(app), findings };
  },
  "Nest on Express": async (hasParams) => {
    const gate = scopePolicyGuard(authorizer);
    const options = hasParams
      ? {
          params: (request: NestRequest) =>
            given(first((request as { headers: Record<string, string> }).headers["x-args"])),
        }
      : {};
    const handler = (name: string, path: string, decorator: MethodDecorator) => ({
      name,
      method: "POST",
      path,
      decorators: [decorator],
      run: () => "ok",
    });
    const app = await createNest("Nest on Express", [
      createController("", [
        handler("query", "/query", gate("run_query", options)),
        handler("rows", "/v1/:kind/rows", gate.endpoint(options)),
        handler("drop", "/drop/:mode", gate("drop_rows")),
      ]),
    ]);
    app.useGlobalGuards(gate);
    const findings = findingsOf(() => gate.assertCovers(app));
    return { running: await listenNest(app), findings };
  },
  Fastify: async (hasParams) => {
    const app = fastify();
    await app.register(scopePolicy, { authorizer });
    const options = hasParams
      ? {
          params: (request: { headers: Record<string, string | string[] | undefined> }) =>
            given(first(request.headers["x-args"])),
        }
      : {};
    app.post("/query", { config: { tool: "run_query", ...options } as never }, async () => "ok");
    app.post(
      "/v1/:kind/rows",
      { config: { endpoint: true, ...options } as never },
      async () => "ok",
    );
    app.post("/drop/:mode", { config: { tool: "drop_rows" } as never }, async () => "ok");
    return { running: await listenFastify(app), findings: [] };
  },
  fetch: (async () => {
    const gate = fetchGate(authorizer);
    const running = await listenHono(
      new Hono().all("*", async (c) => {
        const params = given(c.req.header("x-args")) as Record<string, unknown>;
        const answer =
          c.req.path === "/query"
            ? await gate(c.req.raw, "run_query", params)
            : await gate.endpoint(c.req.raw, params);
        return answer instanceof Response ? answer : c.text("ok");
      }),
    );
    return { running, findings: [] };
  }) as (hasParams: boolean) => Promise<Gated>,
} satisfies Readonly<Record<string, (hasParams: boolean) => Promise<Gated>>>;

type Framework = keyof typeof FRAMEWORKS;

async function listenFastify(app: FastifyInstance): Promise<Running> {
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { port, close: () => app.close() };
}

const open: Running[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((running) => running.close()));
});

describe.each(Object.keys(FRAMEWORKS) as Framework[])(
  "the option `params` of a gate of %s",
  (name) => {
    it("chooses the branch; the query and the body do not", async () => {
      const { running, findings } = await FRAMEWORKS[name](true);
      open.push(running);
      expect(findings).toEqual([]);
      const ask = async (path: string, args: object, body: object = {}) => {
        const headers = [
          "Authorization: Bearer x",
          `x-args: ${JSON.stringify(args)}`,
          ...JSON_HEADERS,
        ];
        const response = await send(running.port, {
          method: "POST",
          path,
          headers,
          body: JSON.stringify(body),
        });
        return summaryOf(response).replace("201", "200");
      };
      const denied = "403 insufficient_scope";
      expect(await ask("/query", { mode: "explain" })).toBe("200 ok");
      expect(await ask("/query", { mode: "run" })).toBe(denied);
      expect(await ask("/query", { mode: ["explain"] })).toBe(denied);
      expect(await ask("/query?mode=explain", {}, { mode: "explain" })).toBe(denied);
      expect(await ask("/v1/logs/rows", { dryRun: true })).toBe("200 ok");
      expect(await ask("/v1/logs/rows", { dryRun: "true" })).toBe(denied);
      expect(await ask("/v1/users/rows", { dryRun: true, kind: "logs" })).toBe(denied);
      expect(await ask("/v1/logs/rows?dryRun=true", {}, { dryRun: true })).toBe(denied);
    });
  },
);

describe.each(["Express", "Koa", "Hono", "Nest on Express"] as const)(
  "`assertCovers` of %s",
  (name) => {
    it("reports a compared argument that neither the path nor `params` gives", async () => {
      const { running, findings } = await FRAMEWORKS[name](false);
      open.push(running);
      const endpoint = name === "Express" ? ENDPOINT : "POST /v1/:kind/rows";
      expect(findings.map((one) => one.replace(/ \(.*?\)/, "")).sort()).toEqual([
        "missing_param POST /query mode",
        `missing_param ${endpoint} dryRun`,
      ]);
    });
  },
);
