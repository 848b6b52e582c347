import { createServer } from "node:http";
import Router from "@koa/router";
import Koa from "koa";
import { koaGate } from "../../src/koa.js";
import { httpRoutes, httpToolRequest } from "./http-routes.js";
import { listen } from "./listen.js";
import { type Running, readProblem, type Subject } from "./subject.js";

const MOUNT = "/v1";

/** Koa with `@koa/router`, with the endpoints of `/v1` in a router of their own. */
export const KOA_SUBJECTS: readonly Subject[] = [
  {
    name: "Koa",
    lacks: {},
    cannot: {},
    start: async (world) => {
      const gate = koaGate(world.authorizer);
      const app = new Koa();
      const router = new Router();
      const nested = new Router();
      app.use(gate.metadata());
      for (const { operation, isTool, method, path, params } of httpRoutes(world)) {
        const isNested = path.startsWith(`${MOUNT}/`);
        const before = isTool ? gate(operation) : gate.endpoint();
        (isNested ? nested : router).register(
          isNested ? path.slice(MOUNT.length) : path,
          [method],
          [
            before,
            (ctx: Koa.ParameterizedContext) => {
              const given = ctx["params"] as Record<string, string>;
              const seen = Object.fromEntries(params.map((key) => [key, given[key]]));
              world.reach(operation, gate.optionalToken(ctx), seen);
              ctx.body = { ok: true };
            },
          ],
        );
      }
      router.use(MOUNT, nested.routes());
      app.use(router.routes());
      gate.assertCovers(app);
      return listenKoa(app);
    },
    toolRequest: httpToolRequest,
    read: readProblem,
  },
];

/** Starts an application that logs no errors. */
export function listenKoa(app: Koa): Promise<Running> {
  app.silent = true;
  const handle = app.callback();
  return listen(createServer((request, response) => void handle(request, response)));
}
