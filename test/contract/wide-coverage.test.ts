import { createRequire } from "node:module";
import Router from "@koa/router";
import express5 from "express";
import { Hono } from "hono";
import { createAuthorizer, loadPolicy, PolicyError } from "scope-policy";
import { describe, expect, it } from "vitest";
import { expressGate } from "../../src/express.js";
import { honoGate } from "../../src/hono.js";
import { koaGate } from "../../src/koa.js";

const express4 = createRequire(import.meta.url)("express4") as typeof express5;

describe("the coverage check of catch-alls and custom verbs", () => {
  const policyOf = (...names: readonly string[]) =>
    createAuthorizer({
      policy: loadPolicy({
        name: "Coverage",
        version: "1",
        scopes: {},
        endpoints: Object.fromEntries(names.map((name) => [name, { authenticated: true }])),
      }),
      verify: () => undefined,
    });
  const findingsOf = (check: () => void) => {
    try {
      check();
      return [];
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      return error.findings.map(({ code, path }) => `${code} ${path}`);
    }
  };
  type Check = (authorizer: ReturnType<typeof policyOf>, routes: readonly string[]) => () => void;
  const ofExpress =
    (make: typeof express5): Check =>
    (of, routes) => {
      const gate = expressGate(of);
      const app = make();
      for (const route of routes) app.get(route, gate.endpoint(), (_req, res) => void res.end());
      return () => gate.assertCovers(app);
    };
  const CHECKS: Readonly<Record<string, readonly [check: Check, wildcard: string]>> = {
    "Express 4": [ofExpress(express4), "*"],
    "Express 5": [ofExpress(express5), "*rest"],
    Hono: [
      (of, routes) => {
        const gate = honoGate(of);
        const app = new Hono();
        for (const route of routes) app.get(route, gate.endpoint(), (c) => c.text(""));
        return () => gate.assertCovers(app);
      },
      "*",
    ],
    Koa: [
      (of, routes) => {
        const gate = koaGate(of);
        const router = new Router();
        for (const route of routes) router.get(route, gate.endpoint(), (ctx) => ctx.throw(204));
        return () => gate.assertCovers(router);
      },
      "*rest",
    ],
  };

  it.each(Object.entries(CHECKS))(
    "of %s lets only a wildcard serve a catch-all",
    (_, [check, wildcard]) => {
      const [wide, one] = ["GET /a/{rest*}", "GET /a/{id}"];
      const [rest, id] = [`/a/${wildcard}`, "/a/:id"];
      const run = (names: readonly string[], routes: readonly string[]) =>
        findingsOf(check(policyOf(...names), routes));
      expect(run([wide], [rest])).toEqual([]);
      expect(run([wide, one], [id, rest])).toEqual([]);
      expect(run([wide], [id])).toEqual([
        `unserved_endpoint ${wide}`,
        `unknown_endpoint GET ${id}`,
      ]);
      expect(run([one], [rest])).toEqual([
        expect.stringMatching(/^(?:unserved|hidden)_endpoint GET \/a\/\{id\}$/),
        `unknown_endpoint GET ${rest}`,
      ]);
      expect(run([`HEAD ${wide.slice(4)}`, wide], [rest])).toEqual([]);
    },
  );

  it.each(Object.entries(CHECKS))(
    "of %s expects no route for a denying catch-all",
    (_, [check]) => {
      const denied = createAuthorizer({
        policy: loadPolicy({
          name: "Denied",
          version: "1",
          scopes: {},
          endpoints: {
            "GET /{rest*}": { deny: "no" },
            "GET /a/{id}": { authenticated: true },
            "GET /a/b": { deny: "no" },
          },
        }),
        verify: () => undefined,
      });
      expect(findingsOf(check(denied, ["/a/b", "/a/:id"]))).toEqual([]);
      expect(findingsOf(check(denied, ["/a/:id"]))).toEqual([
        expect.stringMatching(/^(?:unserved|hidden)_endpoint GET \/a\/b$/),
      ]);
      expect(findingsOf(check(denied, ["/a/b", "/a/:id", "/:x/:y/:z"]))).toEqual([
        "unknown_endpoint GET /:x/:y/:z",
      ]);
    },
  );

  it.each(Object.entries(CHECKS).slice(0, 2))(
    "of %s reports an endpoint that a wildcard hides",
    (_, [check, wildcard]) => {
      const [wide, one] = ["GET /a/{rest*}", "GET /a/{id}"];
      const run = check(policyOf(wide, one), [`/a/${wildcard}`, "/a/:id"]);
      expect(findingsOf(run)).toContain(`hidden_endpoint ${one}`);
    },
  );

  it("of Hono reads a pattern of a gate by the name of an endpoint", () => {
    const name = "GET /jobs/{job}:stop";
    const gate = honoGate(policyOf(name));
    const run = (route: string) => {
      const app = new Hono();
      app.get(route, gate(name as never), (c) => c.text(""));
      return findingsOf(() => gate.assertCovers(app));
    };
    expect(run("/jobs/:job{[^/]+:stop}")).toEqual([]);
    for (const route of [
      "/jobs/:job{[^/]+:start}",
      "/jobs/:job",
      "/jobs/:job{.+}",
      "/jobs/a/:job{x}",
      "/jobs/:job{(}",
    ]) {
      expect(run(route)).toEqual([`unserved_endpoint ${name}`, `mismatched_endpoint GET ${route}`]);
    }
  });

  it("of Express reads text beside a parameter, and a gate by the name of an endpoint of HEAD", () => {
    const of = policyOf("GET /jobs/{job}:stop", "GET /jobs/{job}", "HEAD /jobs/{job}");
    for (const make of [express4, express5]) {
      expect(findingsOf(ofExpress(make)(of, ["/jobs/:job\\:stop", "/jobs/:job"]))).toEqual([]);
      const gate = expressGate(of);
      const app = make();
      app.get("/jobs/:job\\:stop", gate.endpoint(), (_req, res) => void res.end());
      app.get("/jobs/:job", gate("HEAD /jobs/{job}" as never), (_req, res) => void res.end());
      expect(findingsOf(() => gate.assertCovers(app))).toEqual([]);
    }
  });
});
