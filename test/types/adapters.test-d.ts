import Router from "@koa/router";
import { type CanActivate, UseGuards } from "@nestjs/common";
import express from "express";
import fastify, { type FastifyRequest } from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { describe, expectTypeOf, test } from "vitest";
import type { AccessToken } from "../../src/decision/access-token.js";
import { definePolicy } from "../../src/decision/define-policy.js";
import { expressGate } from "../../src/express.js";
import { type RegisteredTool, scopePolicy } from "../../src/fastify.js";
import { fetchGate } from "../../src/fetch.js";
import { honoGate } from "../../src/hono.js";
import { koaGate } from "../../src/koa.js";
import { type NestRequest, scopePolicyGuard } from "../../src/nest.js";
import { createAuthorizer } from "../../src/resource-server/authorizer.js";

// Each mistake has its own line, so that an error anywhere else is detected.

const policy = definePolicy({
  name: "School",
  version: "1",
  scopes: { "school:read": {}, "/accounts/{accountID}/read": {} },
  tools: {
    get_settings: "school:read",
    read_account: { scope: "/accounts/{accountID}/read", params: { accountID: "account_id" } },
    search: { public: true },
    "list_*": "school:read",
  },
  endpoints: { "GET /settings": "school:read" },
});
const authorizer = createAuthorizer({ policy, verify: () => undefined });

describe("expressGate", () => {
  const gate = expressGate(authorizer);
  const app = express();

  test("accepts only the names of the policy", () => {
    gate("get_settings");
    gate("list_courses");
    gate("GET /settings");
    // @ts-expect-error a tool is misspelt
    gate("get_setings");
    // @ts-expect-error an option is misspelt
    gate("get_settings", { parms: () => ({}) });
  });

  test("is a middleware that does not change the types of the next handler", () => {
    app.get("/accounts/:account_id", gate("read_account"), (req, res) => {
      expectTypeOf(req.params.account_id).toEqualTypeOf<string>();
      expectTypeOf(gate.token(req)).toEqualTypeOf<AccessToken>();
      expectTypeOf(gate.optionalToken(req)).toEqualTypeOf<AccessToken | undefined>();
      res.json({});
    });
    app.get("/settings/:id", gate.endpoint(), (req) => {
      expectTypeOf(req.params).toEqualTypeOf<{ id: string }>();
    });
    app.use(gate.metadata(), gate.public());
    express.Router().post("/", express.json(), gate("search"));
    gate.assertCovers(app);
  });

  test("reads parameters from an Express request", () => {
    gate("read_account", {
      params: (req) => {
        expectTypeOf(req.query).not.toBeAny();
        expectTypeOf(req).toEqualTypeOf<express.Request>();
        return {};
      },
    });
  });
});

describe("fetchGate", () => {
  const gate = fetchGate(authorizer);
  const request = new Request("https://api.example.com/");

  test("accepts the names of the policy and their parameters", () => {
    expectTypeOf(gate(request, "get_settings")).toEqualTypeOf<Promise<AccessToken | Response>>();
    expectTypeOf(gate(request, "search")).toEqualTypeOf<
      Promise<AccessToken | undefined | Response>
    >();
    void gate(request, "read_account", { account_id: "a" });
    // @ts-expect-error a tool is misspelt
    void gate(request, "get_setings");
    // @ts-expect-error the parameter is missing
    void gate(request, "read_account");
    // @ts-expect-error the parameter is misspelt
    void gate(request, "read_account", { accountID: "a" });
  });

  test("has a method for endpoints and returns metadata documents", () => {
    expectTypeOf(gate.endpoint(request)).toEqualTypeOf<
      Promise<AccessToken | undefined | Response>
    >();
    expectTypeOf(gate.metadata(request)).toEqualTypeOf<Response | undefined>();
  });
});

describe("honoGate", () => {
  const gate = honoGate(authorizer);
  const app = new Hono<{ Variables: { user: string } }>();

  test("accepts only the names of the policy", () => {
    gate("get_settings");
    gate("GET /settings");
    // @ts-expect-error a tool is misspelt
    gate("get_setings");
    // @ts-expect-error an option is misspelt
    gate("get_settings", { parms: () => ({}) });
  });

  test("is a middleware that does not change the types of the next handler", () => {
    app.get("/accounts/:account_id", gate("read_account"), (c) => {
      expectTypeOf(c.req.param("account_id")).toEqualTypeOf<string>();
      expectTypeOf(c.get("user")).toEqualTypeOf<string>();
      expectTypeOf(gate.token(c)).toEqualTypeOf<AccessToken>();
      return c.json({});
    });
    app.get("/settings/:id", gate.endpoint(), (c) => {
      expectTypeOf(c.req.param("id")).toEqualTypeOf<string>();
      return c.json({});
    });
    app.use(gate.metadata(), gate.public());
    gate.assertCovers(app);
  });

  test("reads parameters from the context", () => {
    gate("read_account", { params: (c) => ({ account_id: c.req.query("account") }) });
  });
});

describe("koaGate", () => {
  const gate = koaGate(authorizer);

  test("accepts only the names of the policy", () => {
    gate("get_settings");
    // @ts-expect-error a tool is misspelt
    gate("get_setings");
    // @ts-expect-error an option is misspelt
    gate("get_settings", { parms: () => ({}) });
  });

  test("is a middleware of applications and routers, with or without a state", () => {
    const router = new Router<{ user: string }>();
    router.get("/accounts/:account_id", gate("read_account"), (ctx) => {
      expectTypeOf(ctx.state.user).toEqualTypeOf<string>();
      expectTypeOf(gate.token(ctx)).toEqualTypeOf<AccessToken>();
    });
    new Router().get("/settings", gate.endpoint(), (ctx) => {
      ctx.body = gate.optionalToken(ctx)?.sub;
    });
    new Koa().use(gate.metadata()).use(gate.public());
    gate.assertCovers(router);
  });
});

describe("scopePolicyGuard", () => {
  const gate = scopePolicyGuard(authorizer);

  test("accepts only the names of the policy, and is a decorator and a guard", () => {
    UseGuards(gate("get_settings"), gate.public());
    expectTypeOf(gate.endpoint()).toExtend<MethodDecorator & ClassDecorator & CanActivate>();
    expectTypeOf(gate).toExtend<CanActivate>();
    expectTypeOf(gate.token({} as NestRequest)).toEqualTypeOf<AccessToken>();
    gate.token({} as express.Request);
    gate.token({} as FastifyRequest);
    // @ts-expect-error a tool is misspelt
    gate("get_setings");
  });
});

describe("scopePolicy", () => {
  test("accepts the authorizer of any policy, and any tool name if no policy is registered", () => {
    expectTypeOf<RegisteredTool>().toEqualTypeOf<string>();
    const app = fastify();
    void app.register(scopePolicy, { authorizer, strict: true });
    app.get("/a", { config: { tool: "get_settings" } }, () => "ok");
    app.get("/b", { config: { tool: "b", params: (request) => request.query } }, () => "ok");
    app.get("/c", { config: { endpoint: true } }, () => "ok");
    app.get("/d", { config: { public: true } }, (request) => request.accessToken?.sub);
    // @ts-expect-error a mark is `true` or absent
    app.get("/e", { config: { public: false } }, () => "ok");
    // @ts-expect-error the authorizer is missing
    void app.register(scopePolicy, { strict: true });
  });
});
