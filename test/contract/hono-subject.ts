import type { createServer } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { honoGate } from "../../src/hono.js";
import { httpRoutes, httpToolRequest } from "./http-routes.js";
import { listen } from "./listen.js";
import { type Running, readProblem, type Subject } from "./subject.js";

const ABSOLUTE = "its server resolves the absolute form before the handler gets the request";
const MOUNT = "/v1";

/** The gates of Hono on Node, with the endpoints of `/v1` in an application of their own. */
export const HONO_SUBJECTS: readonly Subject[] = [
  {
    name: "the gate of Hono",
    lacks: {},
    cannot: { "path-absolute": ABSOLUTE, "path-absolute-here": ABSOLUTE },
    start: async (world) => {
      const gate = honoGate(world.authorizer);
      const app = new Hono();
      const nested = new Hono();
      app.use(gate.metadata());
      for (const { operation, isTool, method, path, params } of httpRoutes(world)) {
        const isNested = path.startsWith(`${MOUNT}/`);
        const before = isTool ? gate(operation) : gate.endpoint();
        (isNested ? nested : app).on(
          method,
          isNested ? path.slice(MOUNT.length) : path,
          before,
          (c) => {
            const values = params.map((key) => [key, c.req.param(key)]);
            const seen = Object.fromEntries(values) as Record<string, unknown>;
            world.reach(operation, gate.optionalToken(c), seen);
            return c.json({ ok: true });
          },
        );
      }
      app.route(MOUNT, nested);
      gate.assertCovers(app);
      return listenHono(app);
    },
    toolRequest: httpToolRequest,
    read: readProblem,
  },
];

/** Starts an application on Node. Without the option it replaces the global `Request` and `Response`, also for later test files. */
export function listenHono(app: Hono): Promise<Running> {
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false });
  return listen(server as ReturnType<typeof createServer>);
}
