// Hono: a gate as middleware, with the coverage check.
import assert from "node:assert/strict";
import { Hono } from "hono";
import { createAuthorizer, definePolicy } from "scope-policy";
import { honoGate } from "scope-policy/hono";

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
const gate = honoGate(authorizer);
const app = new Hono();
app.use(gate.metadata());
app.get("/settings", gate("get_settings"), (c) => c.text(gate.token(c).sub));
app.get("/accounts/:accountID", gate.endpoint(), (c) => c.text(c.req.param("accountID")));
app.get("/health", gate.public(), (c) => c.text("ok"));
app.get("/session", gate.elsewhere("the session"), (c) => c.text("session"));
gate.assertCovers(app);

const ask = async (path, token) => {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await app.request(path, { headers });
  return [response.status, await response.text()];
};
assert.equal((await ask("/settings"))[0], 401);
assert.deepEqual(await ask("/settings", "ann"), [200, "ann"]);
assert.deepEqual(await ask("/accounts/7", "ann"), [200, "7"]);
assert.equal((await ask("/accounts/8", "ann"))[0], 403);
assert.deepEqual(await ask("/health"), [200, "ok"]);
assert.equal((await ask("/.well-known/oauth-protected-resource"))[0], 200);

// Hono accepts no route after the first request
const open = new Hono().get("/forgotten", (c) => c.text("open"));
assert.throws(() => gate.assertCovers(open), /forgotten/);
