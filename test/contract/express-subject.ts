import { createServer } from "node:http";
import { createRequire } from "node:module";
import type express from "express";
import express5 from "express";
import { expressGate } from "../../src/express.js";
import { httpRoutes, httpToolRequest } from "./http-routes.js";
import { listen } from "./listen.js";
import { readProblem, type Subject } from "./subject.js";

type Express = typeof express;

// the alias has no types of its own; those of Express 5 cover everything in this file
const express4 = createRequire(import.meta.url)("express4") as Express;

/** Express 4 and Express 5, with the endpoints of `/v1` in a router of their own. */
export const EXPRESS_SUBJECTS: readonly Subject[] = [
  expressSubject("Express 4", express4),
  expressSubject("Express 5", express5),
];

function expressSubject(name: string, make: Express): Subject {
  return {
    name,
    lacks: {},
    cannot: {},
    start: async (world) => {
      const gate = expressGate(world.authorizer);
      const app = make();
      const nested = make.Router();
      const mount = "/v1";
      app.use(gate.metadata());
      app.use(mount, nested);
      for (const { operation, isTool, method, path, params } of httpRoutes(world)) {
        const isNested = path.startsWith(`${mount}/`);
        const route = (isNested ? nested : app).route(isNested ? path.slice(mount.length) : path);
        const verb = method.toLowerCase() as "get";
        // only the gate comes before the parser of the body
        route[verb](isTool ? gate(operation) : gate.endpoint(), make.json(), (req, res) => {
          const values = params.map((key) => [key, req.params[key]]);
          const seen = Object.fromEntries(values) as Record<string, unknown>;
          world.reach(operation, gate.optionalToken(req), seen);
          res.json({ ok: true });
        });
      }
      gate.assertCovers(app);
      return listen(createServer(app));
    },
    toolRequest: httpToolRequest,
    read: readProblem,
  };
}
