import type { createServer } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { afterEach, beforeEach, vi } from "vitest";
import { fetchGate } from "../src/fetch.js";
import { listen } from "./contract/listen.js";
import { describeReportOnly, REPORTED_ROUTES } from "./contract/report-only.js";

beforeEach(() => void vi.spyOn(console, "error").mockReturnValue(undefined));
afterEach(() => void vi.restoreAllMocks());

describeReportOnly({
  name: "fetch",
  start: async (gated) => {
    const gate =
      gated && fetchGate(gated.authorizer, { dangerouslyReportOnly: gated.isReportOnly });
    const app = new Hono();
    for (const { method, path, operation } of REPORTED_ROUTES) {
      app.on(method, path, async (c) => {
        const params: object = c.req.param();
        const token = operation.includes(" ")
          ? await gate?.endpoint(c.req.raw)
          : await gate?.(c.req.raw, operation, { ...params });
        return token instanceof Response ? token : c.json({ operation, params });
      });
    }
    const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false });
    const running = await listen(server as ReturnType<typeof createServer>);
    return { ...running, ...(gate && { report: () => gate.report() }) };
  },
});
