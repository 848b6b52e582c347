import type { createServer } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import Router from "@koa/router";
import { Hono } from "hono";
import Koa from "koa";
import { createAuthorizer, loadPolicy } from "scope-policy";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { honoGate } from "../../src/hono.js";
import { koaGate } from "../../src/koa.js";
import { type NestRequest, scopePolicyGuard } from "../../src/nest.js";
import type { PathOptions } from "../../src/policy/route.js";
import { listenKoa } from "./koa-subject.js";
import { listen } from "./listen.js";
import { createController, createNest, listenNest, type Platform } from "./nest-subject.js";
import { type Running, summaryOf } from "./subject.js";
import { send } from "./wire.js";

/*
 * The spellings of paths that a gate accepts with `trailingSlash` and `caseSensitive`, over HTTP. Each router ignores as much as it can.
 */

const policy = loadPolicy({
  name: "Jobs",
  version: "1",
  scopes: { jobs: {}, other: {} },
  endpoints: { "GET /v1/jobs/{job}": "jobs", "GET /v1/jobs": "jobs" },
});
const authorizer = createAuthorizer({
  policy,
  verify: (rawToken) => ({ scope: rawToken }),
  onRejected: () => undefined,
});
const PATHS = ["/v1/jobs", "/v1/jobs/:job"];

const startNest = async (platform: Platform, options: PathOptions) => {
  const gate = scopePolicyGuard(authorizer, options);
  const handlers = PATHS.map((path, index) => ({
    name: `handler${index}`,
    method: "GET",
    path,
    decorators: [gate.endpoint()],
    run: ({ params }: NestRequest) => ({ ...(params as object) }),
  }));
  const router = { isSlashIgnored: true, isCaseIgnored: true };
  const app = await createNest(platform, [createController("", handlers)], router);
  gate.assertCovers(app);
  return listenNest(app);
};

const SERVERS: Readonly<Record<string, (options: PathOptions) => Promise<Running>>> = {
  Hono: (options) => {
    const gate = honoGate(authorizer, options);
    const app = new Hono({ strict: false });
    for (const path of PATHS) app.get(path, gate.endpoint(), (c) => c.json(c.req.param()));
    gate.assertCovers(app);
    const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false });
    return listen(server as ReturnType<typeof createServer>);
  },
  Koa: (options) => {
    const gate = koaGate(authorizer, options);
    const router = new Router();
    for (const path of PATHS)
      router.get(path, gate.endpoint(), (ctx) => {
        ctx.body = ctx["params"] as object;
      });
    const app = new Koa();
    app.use(router.routes());
    gate.assertCovers(app);
    return listenKoa(app);
  },
  "Nest on Express": (options) => startNest("Nest on Express", options),
  "Nest on Fastify": (options) => startNest("Nest on Fastify", options),
};

const SLASH: PathOptions = { trailingSlash: "ignore" };
const CASE: PathOptions = { caseSensitive: false };
const OPTIONS: readonly PathOptions[] = [{}, SLASH, CASE, { ...SLASH, ...CASE }];

/** Paths with the options that they need. */
const ROWS: readonly (readonly [path: string, needs: PathOptions | "refused"])[] = [
  ["/v1/jobs/7", {}],
  ["/v1/jobs", {}],
  ["/v1/jobs/7/", SLASH],
  ["/v1/jobs/", SLASH],
  ["/V1/JOBS/7", CASE],
  ["/v1/Jobs", CASE],
  ["/V1/jobs/7/", { ...SLASH, ...CASE }],
  ["/v1/jobs/7//", "refused"],
  ["//v1/jobs/7", "refused"],
  ["/v1/job%73/7", "refused"],
  ["/v1/jobs/%37", "refused"],
];

const CASES = Object.entries(SERVERS).flatMap(([name, start]) =>
  OPTIONS
    // the router of Hono distinguishes letter case, so its gate does not start with the option
    .filter((options) => name !== "Hono" || options.caseSensitive === undefined)
    .map((options) => [name, JSON.stringify(options), start, options] as const),
);

describe.each(CASES)("the gate of %s with the options %s", (name, _options, start, options) => {
  let running: Running;
  beforeAll(async () => {
    running = await start(options);
  });
  afterAll(() => running.close());
  const ask = async (path: string, token: string) => {
    const headers = [`Authorization: Bearer ${token}`];
    return summaryOf(await send(running.port, { method: "GET", path, headers }));
  };

  it.each(ROWS)("decides on %s as on the endpoint, or refuses it", async (path, needs) => {
    const isAccepted =
      needs !== "refused" &&
      (needs.trailingSlash === undefined || options.trailingSlash === "ignore") &&
      (needs.caseSensitive === undefined || options.caseSensitive === false);
    const value = path.includes("7") ? '{"job":"7"}' : "{}";
    if (isAccepted) {
      expect(await ask(path, "jobs")).toBe(`200 ${value}`);
      expect(await ask(path, "other")).toBe("403 insufficient_scope");
    } else {
      const answer = await ask(path, "jobs");
      const isUnserved = needs === "refused" || name === "Hono";
      if (!isUnserved) expect(answer).toBe("403 unknown_operation");
      else expect(answer).toMatch(/^(?:403 unknown_operation$|40[04] )/);
    }
  });
});
