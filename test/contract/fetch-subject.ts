import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import type { AccessToken } from "../../src/decision/access-token.js";
import { fetchGate } from "../../src/fetch.js";
import { type HttpRoute, httpRoutes, httpToolRequest } from "./http-routes.js";
import { listen } from "./listen.js";
import { readProblem, type Subject, type World } from "./subject.js";

/** A handler of `Request` on a small server, and Hono on its own server. */
export const FETCH_SUBJECTS: readonly Subject[] = [
  {
    name: "fetch on Node",
    lacks: {},
    cannot: {},
    start: async (world) => {
      const handle = createHandler(world);
      return listen(createServer((message, response) => void respond(handle, message, response)));
    },
    toolRequest: httpToolRequest,
    read: readProblem,
  },
  {
    name: "Hono",
    lacks: {},
    cannot: {
      "path-absolute": "its server resolves the absolute form before the handler gets the request",
      "path-absolute-here":
        "its server resolves the absolute form before the handler gets the request",
    },
    start: async (world) => {
      const gate = fetchGate(world.authorizer);
      const app = new Hono();
      app.use(async (c, next) => gate.metadata(c.req.raw) ?? next());
      for (const { operation, isTool, method, path, params } of httpRoutes(world)) {
        app.on(method, path, async (c) => {
          const values = params.map((key) => [key, c.req.param(key)]);
          const seen = Object.fromEntries(values) as Record<string, string>;
          const token = await (isTool
            ? gate(c.req.raw, operation, seen)
            : gate.endpoint(c.req.raw));
          if (token instanceof Response) return token;
          world.reach(operation, token, seen);
          return c.json({ ok: true });
        });
      }
      // without this option it replaces the global `Request` and `Response`, also for later test files
      const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false });
      return listen(server as ReturnType<typeof createServer>);
    },
    toolRequest: httpToolRequest,
    read: readProblem,
  },
];

type Handler = (request: Request) => Promise<Response>;

/** Creates the handler of a worker without a router, in which the policy finds the endpoint of a request. */
function createHandler(world: World): Handler {
  const gate = fetchGate(world.authorizer);
  const { policy } = world.authorizer;
  const routes = httpRoutes(world);
  const toolOf = (path: string) => {
    const [, , name, ...values] = path.split("/");
    return routes
      .filter(({ isTool, operation }) => isTool && operation === name)
      .map((route) => ({ route, params: paramsOf(route, values) }))[0];
  };
  return async (request) => {
    const { pathname: path } = new URL(request.url);
    const metadata = gate.metadata(request);
    if (metadata !== undefined) return metadata;
    if (path.startsWith("/tools/")) {
      const called = toolOf(path);
      if (called === undefined) return new Response(null, { status: 404 });
      const token = await gate(request, called.route.operation, called.params);
      return token instanceof Response
        ? token
        : reach(world, called.route.operation, token, called.params);
    }
    const token = await gate.endpoint(request);
    if (token instanceof Response) return token;
    const match = policy.findEndpoint({ method: request.method, path });
    const route = routes.find(({ operation }) => operation === match?.name);
    const template = route?.path.split("/") ?? [];
    const values = path.split("/").filter((_, index) => template[index]?.startsWith(":"));
    const seen = values.map((text) => decodeURIComponent(text));
    return reach(world, String(match?.name), token, route && paramsOf(route, seen));
  };
}

function paramsOf({ params }: HttpRoute, values: readonly string[]): Record<string, string> {
  return Object.fromEntries(params.map((key, index) => [key, String(values[index])]));
}

function reach(
  world: World,
  operation: string,
  token: AccessToken | undefined,
  params: Record<string, string> | undefined,
): Response {
  world.reach(operation, token, params);
  return Response.json({ ok: true });
}

/** Converts between Node and `Request` with little code: joins repeated headers, and resolves the path by the URL standard. */
async function respond(handle: Handler, message: IncomingMessage, response: ServerResponse) {
  try {
    const { method = "GET", url = "/" } = message;
    const headers = new Headers();
    for (const [name, values] of Object.entries(message.headersDistinct)) {
      for (const value of values ?? []) headers.append(name, value);
    }
    const {
      status,
      headers: fields,
      body,
    } = await handle(new Request(new URL(`http://127.0.0.1${url}`), { method, headers }));
    response.writeHead(status, Object.fromEntries(fields));
    response.end(body === null ? undefined : Buffer.from(await new Response(body).arrayBuffer()));
  } catch {
    response.writeHead(400).end();
  }
}
