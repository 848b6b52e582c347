// An old Fastify application gets the plugin at its root: `unmapped` decides on routes that the policy does not know yet, and
// in a prefix the metadata that challenges point to is served.
import assert from "node:assert/strict";
import fastify from "fastify";
import { createAuthorizer, definePolicy } from "scope-policy";
import { scopePolicy } from "scope-policy/fastify";

const policy = definePolicy({
  name: "School",
  version: "1",
  scopes: { "school:read": {} },
  tools: { get_settings: "school:read" },
});
const authorizer = createAuthorizer({
  policy,
  verify: (token) => (token === "ann" ? { scope: "school:read" } : undefined),
  resource: "https://api.example.com/api",
  authorizationServers: ["https://as.example.com"],
});

async function start(options) {
  const app = fastify();
  await app.register(scopePolicy, { authorizer, ...options });
  app.get("/settings", { config: { tool: "get_settings" } }, async () => "settings");
  app.get("/legacy", async () => "old");
  await app.ready();
  return app;
}

const rows = [
  [{}, 403],
  [{ unmapped: "refuse" }, 403],
  [{ unmapped: "pass" }, 200],
];
for (const [options, status] of rows) {
  const app = await start(options);
  assert.equal((await app.inject("/legacy")).statusCode, status, JSON.stringify(options));
  assert.equal((await app.inject("/settings")).statusCode, 401);
  await app.close();
}
for (const options of [{ unmapped: "fail-start" }, { strict: true }])
  await assert.rejects(start(options), /\/legacy/);

// in a prefix: the document is where the challenge points to
const app = fastify();
app.get("/legacy", async () => "old");
await app.register(
  async (api) => {
    await api.register(scopePolicy, { authorizer });
    api.get("/settings", { config: { tool: "get_settings" } }, async () => "settings");
  },
  { prefix: "/api" },
);
const refused = await app.inject("/api/settings");
const [, document] = /resource_metadata="([^"]+)"/.exec(refused.headers["www-authenticate"]);
const metadata = await app.inject(new URL(document).pathname);
assert.equal(metadata.statusCode, 200, `${document} is served`);
assert.equal(metadata.json().resource, "https://api.example.com/api");
assert.equal((await app.inject("/legacy")).statusCode, 200);
await app.close();
