import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import Router from "@koa/router";
import express5 from "express";
import fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import type { RoutedRequest } from "../../../src/adapters/endpoint-resolver.js";
import { targetOfUrl } from "../../../src/adapters/request-target.js";
import { listen } from "../listen.js";
import type { Running } from "../subject.js";
import { NUMBER } from "./ask.js";
import { MOUNT, MOUNTED, ROUTES } from "./generate.js";

const express4 = createRequire(import.meta.url)("express4") as typeof express5;

/** What a router has matched for a request, as its handler sees it. */
export interface Seen {
  readonly number: number;
  /** The endpoint of the route that runs. */
  readonly endpoint: string;
  /** The request as the gate of the framework passes it to the resolver. */
  readonly request: Omit<RoutedRequest, "method">;
  /** The values by the names of the endpoint, where the handler reads them under other names. */
  readonly seen?: (params: Values) => Values;
}

type Values = { readonly [name: string]: unknown };

type Record = (seen: Seen) => void;

/** Servers of the routers, each with all routes. */
export const ROUTERS: Readonly<globalThis.Record<string, (record: Record) => Promise<Running>>> = {
  "Express 4": (record) => startExpress(express4, record),
  "Express 5": (record) => startExpress(express5, record),
  Fastify: (record) => startFastify(record, {}),
  "Fastify, tolerant": (record) =>
    startFastify(record, {
      caseSensitive: false,
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      useSemicolonDelimiter: true,
    }),
  Hono: startHono,
  "@koa/router": startKoa,
};

/** Returns the whole template of a route of the mounted router. */
const whole = (route: string) => (route === "/" ? MOUNT : `${MOUNT}${route}`);
/** Returns the value of a wildcard by the name that it has in Express 5. */
const restFrom = (name: string) => (params: Values) => ({ ...params, rest: params[name] });

const FLAT = [...MOUNTED.map(([endpoint, route]) => [endpoint, whole(route)] as const), ...ROUTES];

function startExpress(make: typeof express5, record: Record): Promise<Running> {
  const app = make();
  const mounted = make.Router({ mergeParams: true });
  const isOld = make === express4;
  const add = (router: Pick<typeof app, "get">, [endpoint, route]: (typeof ROUTES)[number]) =>
    router.get(isOld ? route.replace("*rest", "*") : route, (req, res) => {
      const { originalUrl: target, baseUrl: base, params } = req;
      const { path: template } = req.route as { readonly path: string };
      record({
        number: Number(req.headers[NUMBER]),
        endpoint,
        request: { target, base, template, values: () => params },
        seen: isOld
          ? restFrom("0")
          : ({ rest, ...others }) => ({ ...others, rest: [rest].flat().join("/") }),
      });
      res.status(204).end();
    });
  for (const route of MOUNTED) add(mounted as typeof app, route);
  app.use(MOUNT, mounted);
  for (const route of ROUTES) add(app, route);
  return listen(createServer(app));
}

async function startFastify(record: Record, routerOptions: object): Promise<Running> {
  const app = fastify({ routerOptions: { maxParamLength: 1_000, ...routerOptions } });
  for (const [endpoint, route] of FLAT) {
    const spelled = route.replace("*rest", "*").replace(":job\\:", ":job(.+)::");
    app.get(decodeURI(spelled.replace("\\:", "::")), async (request, reply) => {
      const { url: target, params } = request;
      record({
        number: Number(request.headers[NUMBER]),
        endpoint,
        request: { target, base: "", template: request.routeOptions.url, values: () => params },
        seen: restFrom("*"),
      });
      return reply.code(204).send();
    });
  }
  await app.listen({ host: "127.0.0.1", port: 0 });
  return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
}

/** Routes with text beside a parameter, which Hono has only as a pattern of the whole segment. */
const HONO: readonly {
  readonly path: string;
  readonly pattern: string;
  readonly seen: (params: Values) => Values;
}[] = [
  {
    path: "/jobs/:job\\:cancel",
    pattern: "/jobs/:job{[^/]+:cancel}",
    seen: ({ job }) => ({ job: String(job).slice(0, -":cancel".length) }),
  },
  {
    path: "/jobs/:job\\:cancel/log",
    pattern: "/jobs/:job{[^/]+:cancel}/log",
    seen: ({ job }) => ({ job: String(job).slice(0, -":cancel".length) }),
  },
  {
    path: "/zip/:repo-issues-:task.zip",
    pattern: "/zip/:name{[^/]+-issues-[^/]+\\.zip}",
    seen: ({ name }) => ({ .../^(?<repo>.+)-issues-(?<task>.+)\.zip$/.exec(String(name))?.groups }),
  },
  {
    path: "/docs/:doc.json",
    pattern: "/docs/:doc{[^/]+\\.json}",
    seen: ({ doc }) => ({ doc: String(doc).slice(0, -".json".length) }),
  },
];

function startHono(record: Record): Promise<Running> {
  const app = new Hono();
  for (const [endpoint, route] of FLAT) {
    const inside = HONO.find(({ path }) => path === route);
    const spelled = inside?.pattern ?? route.replace("*rest", ":rest{.+}").replace("\\:", ":");
    app.get(decodeURI(spelled), (context) => {
      const params = context.req.param();
      record({
        number: Number(context.req.header(NUMBER)),
        endpoint,
        request: {
          target: targetOfUrl(context.req.url),
          base: "",
          template: context.req.routePath,
          values: () => params,
        },
        ...inside,
      });
      return context.body(null, 204);
    });
  }
  return listen(
    createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as ReturnType<
      typeof createServer
    >,
  );
}

function startKoa(record: Record): Promise<Running> {
  const app = new Koa();
  const router = new Router();
  for (const [endpoint, route] of FLAT) {
    router.get(route, (context) => {
      const { originalUrl: target, params, routerPath } = context;
      record({
        number: Number(context.get(NUMBER)),
        endpoint,
        request: {
          target,
          base: "",
          template: context._matchedRoute ?? routerPath,
          values: () => params,
        },
      });
      context.status = 204;
    });
  }
  app.use(router.routes());
  app.silent = true;
  const handle = app.callback();
  return listen(createServer((request, response) => void handle(request, response)));
}
