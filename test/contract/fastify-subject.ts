import type { AddressInfo } from "node:net";
import fastify, { type FastifyServerOptions } from "fastify";
import { scopePolicy } from "../../src/fastify.js";
import { httpRoutes, httpToolRequest } from "./http-routes.js";
import { readProblem, type Subject } from "./subject.js";

/** Fastify with its defaults, and with every option that makes its router lenient. */
export const FASTIFY_SUBJECTS: readonly Subject[] = [
  fastifySubject("Fastify 5", {}),
  fastifySubject("Fastify 5 with a lenient router", {
    routerOptions: {
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      caseSensitive: false,
      useSemicolonDelimiter: true, // missing in the type of Fastify
    } as NonNullable<FastifyServerOptions["routerOptions"]>,
  }),
];

function fastifySubject(name: string, options: FastifyServerOptions): Subject {
  return {
    name,
    lacks: {},
    cannot: {},
    start: async (world) => {
      const app = fastify(options);
      await app.register(scopePolicy, { authorizer: world.authorizer, strict: true });
      for (const { operation, isTool, method, path, params } of httpRoutes(world)) {
        app.route<{ Params: Record<string, string> }>({
          method,
          url: path,
          config: isTool ? { tool: operation } : { endpoint: true },
          handler: async (request) => {
            const values = params.map((key) => [key, request.params[key]]);
            const seen = Object.fromEntries(values) as Record<string, unknown>;
            world.reach(operation, request.accessToken, seen);
            return { ok: true };
          },
        });
      }
      await app.listen({ host: "127.0.0.1", port: 0 });
      return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
    },
    toolRequest: httpToolRequest,
    read: readProblem,
  };
}
