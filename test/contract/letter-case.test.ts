import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import express5 from "express";
import fastify from "fastify";
import { createAuthorizer, loadPolicy } from "scope-policy";
import { afterAll, describe, expect, it } from "vitest";
import { expressGate } from "../../src/express.js";
import { scopePolicy } from "../../src/fastify.js";
import { listen } from "./listen.js";
import { type Running, summaryOf } from "./subject.js";
import { send } from "./wire.js";

const express4 = createRequire(import.meta.url)("express4") as typeof express5;

const LITERAL = "GET /v1/caf%C3%A9";
const STREET = "GET /stra%C3%9Fe";
const policy = loadPolicy({
  name: "Names",
  version: "1",
  scopes: { admin: {}, read: {} },
  endpoints: {
    [LITERAL]: "admin",
    "GET /v1/:name": "read",
    [STREET]: "admin",
    "GET /:name": "read",
    "GET /users/me": "admin",
    "GET /users/:id": "read",
  },
});
const authorizer = createAuthorizer({ policy, verify: (rawToken) => ({ scope: rawToken }) });

/** Servers whose routers ignore letter case: Express on encoded text, Fastify on decoded text. */
const SERVERS: Readonly<Record<string, () => Promise<Running>>> = {
  "Express 4": () => startExpress(express4),
  "Express 5": () => startExpress(express5),
  Fastify: startFastify,
};

function startExpress(make: typeof express5): Promise<Running> {
  const gate = expressGate(authorizer);
  const app = make();
  for (const name of Object.keys(policy.definition.endpoints ?? {})) {
    app.get(name.slice(4), gate.endpoint(), (_req, res) => void res.send(name));
  }
  gate.assertCovers(app);
  return listen(createServer(app));
}

async function startFastify(): Promise<Running> {
  const app = fastify({ routerOptions: { caseSensitive: false } });
  await app.register(scopePolicy, { authorizer, strict: true });
  for (const name of Object.keys(policy.definition.endpoints ?? {})) {
    app.get(decodeURI(name.slice(4)), { config: { endpoint: true } }, async () => name);
  }
  await app.listen({ host: "127.0.0.1", port: 0 });
  return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
}

const UNKNOWN = "403 unknown_operation";

const ROWS: readonly (readonly [path: string, token: string, answer: string])[] = [
  ["/v1/caf%C3%A9", "admin", `200 ${LITERAL}`],
  ["/v1/caf%C3%A9", "read", "403 insufficient_scope"],
  ["/v1/caf%C3%89", "read", UNKNOWN],
  ["/v1/caf%C3%89", "admin", UNKNOWN],
  ["/v1/CAF%C3%89", "read", UNKNOWN],
  ["/v1/Caf%C3%A9", "admin", UNKNOWN],
  ["/v1/caf%c3%a9", "admin", UNKNOWN],
  ["/v1/caf%C3%A8", "read", "200 GET /v1/:name"],
  ["/v1/cafe", "read", "200 GET /v1/:name"],
  ["/V1/cafe", "read", UNKNOWN],
  ["/stra%C3%9Fe", "admin", `200 ${STREET}`],
  ["/stra%E1%BA%9Ee", "read", UNKNOWN],
  ["/STRASSE", "read", UNKNOWN],
  ["/strase", "read", "200 GET /:name"],
  ["/users/me", "admin", "200 GET /users/me"],
  ["/users/ME", "read", UNKNOWN],
  ["/users/%6De", "read", UNKNOWN],
  ["/users/m%65", "admin", UNKNOWN],
  ["/users/me%40x", "read", "200 GET /users/:id"],
];

describe.each(Object.entries(SERVERS))("a router of %s that ignores letter case", (_, start) => {
  let running: Promise<Running> | undefined;
  afterAll(async () => (await running)?.close());

  it.each(ROWS)("responds to %s with the scope %s with %s", async (path, token, answer) => {
    running ??= start();
    const { port } = await running;
    const headers = [`Authorization: Bearer ${token}`];
    expect(summaryOf(await send(port, { method: "GET", path, headers }))).toBe(answer);
  });
});
