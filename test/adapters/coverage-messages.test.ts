import Router from "@koa/router";
import express from "express";
import { createAuthorizer, loadPolicy } from "scope-policy";
import { expressGate } from "scope-policy/express";
import { koaGate } from "scope-policy/koa";
import { expect, it } from "vitest";

// Express has a coverage check of its own, the other frameworks share one: the messages are the same

const policy = loadPolicy({
  name: "School",
  version: "1",
  scopes: {},
  tools: { ping: { public: true } },
});
const authorizer = createAuthorizer({ policy, verify: () => undefined });

it.each<[framework: string, assertCovers: () => void]>([
  [
    "Express",
    () => {
      const app = express().get("/open", (_req, res) => void res.end());
      expressGate(authorizer).assertCovers(app);
    },
  ],
  [
    "Koa",
    () => {
      const router = new Router();
      router.get("/open", () => undefined);
      koaGate(authorizer).assertCovers(router);
    },
  ],
])("the finding for a route without a gate names what to add: %s", (_framework, assertCovers) => {
  expect(assertCovers).toThrow(
    "GET /open: the route has no gate of this authorizer: add one, `gate.public()` or `gate.elsewhere(reason)`",
  );
});
