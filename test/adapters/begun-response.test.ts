// A middleware before the gate can begin a response, a stream of events for example: marks and gates then stop only what they refuse.

import "reflect-metadata";
import { createServer, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import Router from "@koa/router";
import express5, { type RequestHandler } from "express";
import Koa, { type Middleware } from "koa";
import { createAuthorizer, loadPolicy } from "scope-policy";
import { expressGate } from "scope-policy/express";
import { koaGate } from "scope-policy/koa";
import { scopePolicyGuard } from "scope-policy/nest";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { listenKoa } from "../contract/koa-subject.js";
import { listen } from "../contract/listen.js";
import {
  createController,
  createNest,
  listenNest,
  PLATFORMS,
  type Platform,
} from "../contract/nest-subject.js";
import type { Running } from "../contract/subject.js";
import { send } from "../contract/wire.js";

const express4 = createRequire(import.meta.url)("express4") as typeof express5;

const open: Running[] = [];
beforeEach(() => void vi.spyOn(console, "error").mockReturnValue(undefined));
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(open.splice(0).map((running) => running.close()));
});

const policy = loadPolicy({
  name: "School",
  version: "1",
  scopes: { "school:read": {} },
  tools: { get_settings: "school:read" },
});
const authorizer = createAuthorizer({
  policy,
  verify: async (rawToken) => (rawToken === "ann" ? { scope: "school:read" } : undefined),
  onRejected: () => undefined,
});

/** How the route is gated. */
type Way = "mark" | "report-only" | "gate";

const begin = (res: ServerResponse) => void res.write("1");
const finish = (res: ServerResponse) => void res.end("2");

const mounts: Readonly<Record<string, (way: Way) => Promise<Running>>> = {
  "Express 4": (way) => serveExpress(express4, way),
  "Express 5": (way) => serveExpress(express5, way),
  Koa: async (way) => {
    const gate = koaGate(authorizer, { dangerouslyReportOnly: way === "report-only" });
    const begun: Middleware = (ctx, next) => {
      ctx.respond = false;
      ctx.status = 200;
      begin(ctx.res);
      return next();
    };
    const router = new Router();
    router.get("/s", way === "mark" ? gate.public() : gate("get_settings"), (ctx) =>
      finish(ctx.res),
    );
    const app = new Koa();
    app.use(begun).use(router.routes());
    return listenKoa(app);
  },
  ...Object.fromEntries(
    (Object.keys(PLATFORMS) as Platform[]).map((platform) => [
      platform,
      (way: Way) => serveNest(platform, way),
    ]),
  ),
};

async function serveExpress(make: typeof express5, way: Way): Promise<Running> {
  const gate = expressGate(authorizer, { dangerouslyReportOnly: way === "report-only" });
  const begun: RequestHandler = (_req, res, next) => {
    begin(res);
    next();
  };
  const app = make().use(begun);
  app.get("/s", way === "mark" ? gate.public() : gate("get_settings"), (_req, res) => finish(res));
  return listen(createServer(app));
}

async function serveNest(platform: Platform, way: Way): Promise<Running> {
  const gate = scopePolicyGuard(authorizer, { dangerouslyReportOnly: way === "report-only" });
  let res: ServerResponse | undefined;
  const run = () => {
    finish(res as ServerResponse);
    return new Promise(() => undefined);
  };
  const decorators = [way === "mark" ? gate.public() : gate("get_settings")];
  const handlers = [{ name: "s", method: "GET", path: "/s", decorators, run }];
  const app = await createNest(platform, [createController("", handlers)]);
  app.use((_req: unknown, given: ServerResponse, next: () => void) => {
    res = given;
    begin(given);
    next();
  });
  return listenNest(app);
}

const ROWS = Object.keys(mounts).flatMap((framework) => [
  { framework, way: "mark" as const, token: undefined },
  { framework, way: "report-only" as const, token: undefined },
  { framework, way: "report-only" as const, token: "ann" },
  { framework, way: "gate" as const, token: "ann" },
]);

describe("a response that a middleware has begun", () => {
  it.each(ROWS)("is finished by the handler: $framework, $way, token $token", async (row) => {
    const running = await (mounts[row.framework] as (way: Way) => Promise<Running>)(row.way);
    open.push(running);
    const headers = row.token === undefined ? [] : [`Authorization: Bearer ${row.token}`];
    const { status, body } = await send(running.port, { method: "GET", path: "/s", headers });
    expect(status).toBe(200);
    expect(body.replace(/[^12]/g, "").endsWith("2")).toBe(true);
  });
});
