import type { AddressInfo } from "node:net";
import Fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { scopePolicy } from "scope-policy/fastify";
import type { CaseAuthorizer } from "./authorizer.js";
import type { JsonObject } from "./corpus.js";
import { argumentsOf, type Host, routesOf, toolPath } from "./host.js";

/** Starts a Fastify application with every endpoint and tool of a policy behind the plugin. `options` are options of its router. */
export async function startFastify(
  door: CaseAuthorizer,
  tools: readonly string[],
  options: JsonObject,
): Promise<Host> {
  const handled: string[] = [];
  const app = Fastify({ routerOptions: options });
  await app.register(scopePolicy, { authorizer: door.authorizer, strict: true });
  const answer = (name: string) => async () => {
    handled.push(name);
    return { handled: name };
  };
  for (const { name, method, path } of routesOf(door)) {
    app[method](path, { config: { endpoint: true } }, answer(name));
  }
  for (const name of tools) {
    const params = (request: FastifyRequest) => argumentsOf(request.url);
    app.post(toolPath(name), { config: { tool: name as never, params } }, answer(name));
  }
  return listenFastify(app, handled);
}

/** Starts a Fastify application whose routes are registered. */
export async function listenFastify(app: FastifyInstance, handled: string[]): Promise<Host> {
  await app.listen({ port: 0, host: "127.0.0.1" });
  return {
    port: (app.server.address() as AddressInfo).port,
    handled,
    close: async () => {
      app.server.closeAllConnections();
      await app.close();
    },
  };
}
