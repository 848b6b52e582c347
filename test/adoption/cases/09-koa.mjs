// Koa with `@koa/router`: a gate as middleware, with the coverage check.
import assert from "node:assert/strict";
import Router from "@koa/router";
import Koa from "koa";
import { createAuthorizer, definePolicy } from "scope-policy";
import { koaGate } from "scope-policy/koa";
import { call, close, listen } from "./kit.mjs";

const policy = definePolicy({
  name: "School",
  version: "1",
  scopes: { "school:read": {}, "/accounts/{accountID}/read": {} },
  tools: { get_settings: "school:read" },
  endpoints: { "GET /accounts/{accountID}": "/accounts/{accountID}/read" },
});
const authorizer = createAuthorizer({
  policy,
  verify: (token) =>
    token === "ann" ? { sub: "ann", scope: "school:read /accounts/7/read" } : undefined,
  resource: "https://api.example.com/",
});
const gate = koaGate(authorizer);
const reply = (text) => (ctx) => {
  ctx.body = text(ctx);
};
const router = new Router();
router.get(
  "/settings",
  gate("get_settings"),
  reply((ctx) => gate.token(ctx).sub),
);
router.get(
  "/accounts/:accountID",
  gate.endpoint(),
  reply((ctx) => ctx.params.accountID),
);
router.get(
  "/health",
  gate.public(),
  reply(() => "ok"),
);
router.get(
  "/session",
  gate.elsewhere("the session"),
  reply(() => "session"),
);
const app = new Koa();
app.use(gate.metadata());
app.use(router.routes());
gate.assertCovers(router);

const base = await listen(app.callback());
assert.equal((await call(`${base}/settings`)).status, 401);
assert.equal((await call(`${base}/settings`, { token: "ann" })).text, "ann");
assert.equal((await call(`${base}/accounts/7`, { token: "ann" })).text, "7");
assert.equal((await call(`${base}/accounts/8`, { token: "ann" })).status, 403);
assert.equal((await call(`${base}/health`)).text, "ok");
assert.equal((await call(`${base}/.well-known/oauth-protected-resource`)).status, 200);

router.get(
  "/forgotten",
  reply(() => "open"),
);
assert.throws(() => gate.assertCovers(router), /forgotten/);
close();
