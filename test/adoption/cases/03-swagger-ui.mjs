// `@fastify/swagger-ui` beside the plugin: `isPublic` opens its pages, in either order of registration; without `isPublic` a strict
// start fails and names them, so that no page is a silent 403.
import assert from "node:assert/strict";
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import fastify from "fastify";
import { createAuthorizer, definePolicy } from "scope-policy";
import { scopePolicy } from "scope-policy/fastify";

const policy = definePolicy({
  name: "School",
  version: "1",
  scopes: { "school:read": {} },
  tools: { get_settings: "school:read" },
});
const authorizer = createAuthorizer({ policy, verify: () => ({ scope: "school:read" }) });
const isPublic = ({ url }) => url.startsWith("/docs");

async function start(order, options) {
  const app = fastify();
  const gates = () => app.register(scopePolicy, { authorizer, ...options });
  if (order === "gates first") await gates();
  await app.register(swagger);
  await app.register(swaggerUi, { routePrefix: "/docs" });
  if (order === "pages first") await gates();
  app.get("/settings", { config: { tool: "get_settings" } }, async () => "settings");
  await app.ready();
  return app;
}
const authorization = "Bearer demo";

for (const order of ["gates first", "pages first"]) {
  const app = await start(order, { unmapped: "fail-start", isPublic });
  const pages = await app.inject("/docs/");
  assert.equal(pages.statusCode, 200, `${order}: the pages are open`);
  assert.equal((await app.inject("/docs/json")).statusCode, 200, order);
  assert.equal((await app.inject("/settings")).statusCode, 401, order);
  const settings = await app.inject({ url: "/settings", headers: { authorization } });
  assert.equal(settings.statusCode, 200, order);
  await app.close();

  for (const options of [{ unmapped: "fail-start" }, { strict: true }]) {
    const failure = await start(order, options).catch((error) => error);
    assert.ok(failure instanceof Error, `${order}, ${JSON.stringify(options)}: the start fails`);
    assert.match(failure.message, /\/docs/, "the message names the pages");
  }
}
