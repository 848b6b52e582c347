import { createRequire } from "node:module";
import Router from "@koa/router";
import express5 from "express";
import fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { type Authorizer, createAuthorizer, loadPolicy } from "scope-policy";
import { expressGate } from "scope-policy/express";
import { scopePolicy } from "scope-policy/fastify";
import { honoGate } from "scope-policy/hono";
import { koaGate } from "scope-policy/koa";
import { scopePolicyGuard } from "scope-policy/nest";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createController, createNest } from "../contract/nest-subject.js";

const express4 = createRequire(import.meta.url)("express4") as typeof express5;

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const PATH = "/.well-known/oauth-protected-resource/api";

const policy = loadPolicy({
  name: "School",
  version: "1",
  scopes: { "school:read": {} },
  tools: { get_settings: "school:read" },
});

function createSchool(resource: string | undefined = "https://school.example/api"): Authorizer {
  return createAuthorizer({
    policy,
    verify: () => undefined,
    ...(resource !== "" && { resource }),
  });
}

/** How an application serves the metadata document. */
interface Served {
  readonly by?: "gate" | "route";
  readonly isReportOnly?: boolean;
}

/** Creates an application with a gated route. Returns its coverage check. */
type Build = (authorizer: Authorizer, served: Served) => Promise<() => void>;

const ofExpress =
  (make: typeof express5): Build =>
  async (authorizer, { by, isReportOnly = false }) => {
    const gate = expressGate(authorizer, { dangerouslyReportOnly: isReportOnly });
    const app = make();
    if (by === "gate") app.use(gate.metadata());
    if (by === "route") app.get(PATH, gate.public(), (_req, res) => void res.json({}));
    app.get("/settings", gate("get_settings"), (_req, res) => void res.end());
    return () => gate.assertCovers(app);
  };

const BUILDS: Readonly<Record<string, Build>> = {
  "Express 4": ofExpress(express4),
  "Express 5": ofExpress(express5),
  Hono: async (authorizer, { by, isReportOnly = false }) => {
    const gate = honoGate(authorizer, { dangerouslyReportOnly: isReportOnly });
    const app = new Hono();
    if (by === "gate") app.use(gate.metadata());
    if (by === "route") app.get(PATH, gate.public(), (c) => c.json({}));
    app.get("/settings", gate("get_settings"), (c) => c.text(""));
    return () => gate.assertCovers(app);
  },
  Koa: async (authorizer, { by, isReportOnly = false }) => {
    const gate = koaGate(authorizer, { dangerouslyReportOnly: isReportOnly });
    const router = new Router();
    if (by === "route") router.get(PATH, gate.public(), () => undefined);
    router.get("/settings", gate("get_settings"), () => undefined);
    const app = new Koa();
    if (by === "gate") app.use(gate.metadata());
    app.use(router.routes());
    return () => gate.assertCovers(app);
  },
  Nest: async (authorizer, { by, isReportOnly = false }) => {
    const gate = scopePolicyGuard(authorizer, { dangerouslyReportOnly: isReportOnly });
    const get = (name: string, path: string, decorator: MethodDecorator) => ({
      ...{ name, method: "GET", path, decorators: [decorator] },
      run: () => ({}),
    });
    const routes = [get("settings", "/settings", gate("get_settings"))];
    if (by === "route") routes.push(get("document", PATH, gate.public()));
    const app = await createNest("Nest on Express", [createController("", routes)]);
    if (by === "gate") app.use(gate.metadata());
    await app.init();
    return () => gate.assertCovers(app);
  },
};

/** Returns the lines that a program logs. */
function logged(): readonly string[] {
  return vi.mocked(console.error).mock.calls.map(([line]) => String(line));
}

/** Returns the logged lines about the document. */
const warnings = () => logged().filter((line) => line.includes("metadata of `resource`"));

describe.each(Object.entries(BUILDS))("assertCovers of %s", (_name, build) => {
  const check = async (authorizer: Authorizer, served: Served = {}) => {
    vi.spyOn(console, "error").mockReturnValue(undefined);
    const assertCovers = await build(authorizer, served);
    assertCovers();
    assertCovers();
    return warnings();
  };

  it("logs once, with the line to add, that nothing serves the metadata of the resource", async () => {
    expect(await check(createSchool())).toEqual([
      `scope-policy: nothing serves the metadata of \`resource\` at ${PATH}, where the challenges of the gates send clients. ` +
        "Add `app.use(gate.metadata())` before the routes of the outermost application.",
    ]);
  });

  it.each<[what: string, served: Served]>([
    ["the gate serves it", { by: "gate" }],
    ["a route has its path", { by: "route" }],
    ["the gate only reports", { isReportOnly: true }],
  ])("logs nothing if %s", async (_what, served) => {
    expect(await check(createSchool(), served)).toEqual([]);
  });

  it("logs nothing without a resource, or if the program has read the document", async () => {
    expect(await check(createSchool(""))).toEqual([]);
    const authorizer = createSchool();
    authorizer.metadata();
    expect(await check(authorizer)).toEqual([]);
  });

  it("logs nothing in production", async () => {
    vi.stubEnv("NODE_ENV", "production");
    expect(await check(createSchool())).toEqual([]);
  });

  it("does not throw if the console does", async () => {
    const assertCovers = await build(createSchool(), {});
    const log = vi.spyOn(console, "error").mockImplementation(() => {
      throw new Error("no console");
    });
    expect(assertCovers).not.toThrow();
    expect(log).toHaveBeenCalledTimes(1);
  });
});

describe("a part of an application", () => {
  it("logs nothing: another part may serve the document", () => {
    vi.spyOn(console, "error").mockReturnValue(undefined);
    const gate = expressGate(createSchool());
    const router = express5.Router();
    router.get("/settings", gate("get_settings"), (_req, res) => void res.end());
    gate.assertCovers(router, { under: "/api" });
    const app = express5();
    const inner = express5();
    inner.get("/settings", gate("get_settings"), (_req, res) => void res.end());
    app.use("/api", inner);
    gate.assertCovers(inner, { under: "/api" });
    const koa = koaGate(createSchool());
    const koaRouter = new Router();
    koaRouter.get("/settings", koa("get_settings"), () => undefined);
    koa.assertCovers(koaRouter, { under: "/api" });
    expect(warnings()).toEqual([]);
  });
});

describe("the Fastify plugin", () => {
  it("serves the document itself", async () => {
    vi.spyOn(console, "error").mockReturnValue(undefined);
    const app = fastify();
    await app.register(scopePolicy, { authorizer: createSchool() });
    await app.ready();
    expect((await app.inject({ url: PATH })).statusCode).toBe(200);
    await app.close();
    expect(warnings()).toEqual([]);
  });
});
