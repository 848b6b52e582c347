// Nest on Express: the guard of the package, with the coverage check. Decorators are called as functions, as their compiled form does.
import "reflect-metadata";
import assert from "node:assert/strict";
import { Controller, Get, Module, Req, UseGuards } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { createAuthorizer, definePolicy } from "scope-policy";
import { scopePolicyGuard } from "scope-policy/nest";
import { call } from "./kit.mjs";

const policy = definePolicy({
  name: "School",
  version: "1",
  scopes: { "school:read": {} },
  tools: { get_settings: "school:read" },
});
const authorizer = createAuthorizer({
  policy,
  verify: (token) => (token === "ann" ? { sub: "ann", scope: "school:read" } : undefined),
});
const gate = scopePolicyGuard(authorizer);

class Settings {
  read(req) {
    return gate.token(req).sub;
  }
  health() {
    return "ok";
  }
}
const decorate = (name, ...decorators) => {
  const descriptor = Object.getOwnPropertyDescriptor(Settings.prototype, name);
  for (const decorator of decorators) decorator(Settings.prototype, name, descriptor);
};
decorate("read", Get("/settings"), UseGuards(gate("get_settings")));
decorate("health", Get("/health"), UseGuards(gate.public()));
Req()(Settings.prototype, "read", 0);
Controller()(Settings);
class App {}
Module({ controllers: [Settings] })(App);

const app = await NestFactory.create(App, { logger: false });
await app.listen(0, "127.0.0.1");
gate.assertCovers(app);
const base = await app.getUrl();
assert.equal((await call(`${base}/settings`, { token: "ann" })).text, "ann");
const refused = await call(`${base}/settings`);
assert.equal(refused.status, 401);
assert.match(refused.headers.get("www-authenticate"), /^Bearer /);
assert.equal((await call(`${base}/health`)).text, "ok");
await app.close();
