// `encodeURIComponent` of a path value is served alike by `decideRequest`, Express, Fastify and Hono, and a handler reads the value that
// was decided on; text that could mean another path is refused alike.
import assert from "node:assert/strict";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { createAuthorizer, definePolicy } from "scope-policy";
import { expressGate } from "scope-policy/express";
import { scopePolicy } from "scope-policy/fastify";
import { fetchGate } from "scope-policy/fetch";
import { call, close, listen } from "./kit.mjs";

const policy = definePolicy({
  name: "Users",
  version: "1",
  scopes: { "users:read": {} },
  endpoints: { "GET /users/{user}": "users:read" },
});
const scope = "users:read";
const authorizer = createAuthorizer({ policy, verify: () => ({ scope }) });
const token = "ann";

const gate = expressGate(authorizer);
const app = express();
app.get("/users/:user", gate.endpoint(), (req, res) => res.send(req.params.user));
const base = await listen(app);

const plugin = fastify();
await plugin.register(scopePolicy, { authorizer });
plugin.get("/users/:user", { config: { endpoint: true } }, async ({ params }) => params.user);
await plugin.ready();

const handlers = fetchGate(authorizer);
const hono = new Hono();
hono.get("/users/:user", async (c) => {
  const result = await handlers(c.req.raw, "GET /users/{user}", c.req.param());
  return result instanceof Response ? result : c.text(c.req.param("user"));
});

const ASK = {
  decideRequest: async (path) =>
    policy.decideRequest({ scope }, { method: "GET", path }).allowed ? 200 : 403,
  express: async (path) => (await call(base + path, { token })).status,
  fastify: async (url) => {
    const authorization = `Bearer ${token}`;
    return (await plugin.inject({ url, headers: { authorization } })).statusCode;
  },
  hono: async (path) => {
    const headers = { authorization: `Bearer ${token}` };
    return (await hono.request(path, { headers })).status;
  },
};

for (const value of ["jane@example.com", "Jürgen", "a b", "a+b", "O'Hara", "a,b;c=d"])
  for (const [name, ask] of Object.entries(ASK))
    assert.equal(await ask(`/users/${encodeURIComponent(value)}`), 200, `${name}: ${value}`);

const seen = await call(`${base}/users/jane%40example.com`, { token });
assert.equal(seen.text, "jane@example.com");

for (const text of ["a%2Fb", "%2e%2e", "a%00b", "%ff", "a%25b", "%6Dary", "a%5Cb", "a%3Fb"])
  for (const name of ["decideRequest", "express", "fastify"])
    assert.ok((await ASK[name](`/users/${text}`)) >= 400, `${name}: ${text}`);
await plugin.close();
close();
