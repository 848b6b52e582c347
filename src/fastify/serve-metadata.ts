import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { metadataRoute } from "../adapters/metadata-route.js";
import { writeReply } from "../adapters/write-response.js";
import type { Authorizer } from "../resource-server/authorizer-types.js";
import type { RouteTable } from "./route-table.js";

/** Serves the document at its well-known path, which is outside of every prefix. */
export function serveMetadata(
  instance: FastifyInstance,
  authorizer: Authorizer,
  routes: RouteTable,
): void {
  if (authorizer.resource === undefined) return;
  const outer = withoutPrefix(instance);
  const route = metadataRoute(authorizer);
  if (outer.hasRoute({ method: "GET", url: route.path })) return;
  const respond = (request: FastifyRequest, reply: FastifyReply) => {
    const { method, url } = request;
    if (route.isMeant(url)) writeReply(method, reply, route.answer(method));
    else reply.callNotFound();
    return reply;
  };
  outer.route({
    method: outer.supportedMethods,
    url: route.path,
    exposeHeadRoute: false,
    config: routes.open(route.path),
    // before the body is read, which no method of this route needs
    onRequest: async (request, reply) => respond(request, reply),
    handler: respond,
  });
}

/** Returns the innermost context without a prefix that a context is in. The prototype of a context is the context that it is in. */
function withoutPrefix(instance: FastifyInstance): FastifyInstance {
  return instance.prefix === ""
    ? instance
    : withoutPrefix(Object.getPrototypeOf(instance) as FastifyInstance);
}
