import { EXPRESS } from "./express.mjs";
import { FASTIFY } from "./fastify.mjs";
import { HONO } from "./hono.mjs";
import { KOA } from "./koa.mjs";
import { MCP } from "./mcp.mjs";
import { NEST } from "./nest.mjs";

/** @import { Contender } from "./issued.mjs" */

/** The contenders of each framework. The first one of each has no gate. @type {Readonly<Record<string, Readonly<Record<string, Contender>>>>} */
export const SUITES = {
  express: EXPRESS,
  fastify: FASTIFY,
  hono: HONO,
  koa: KOA,
  nest: NEST,
  mcp: MCP,
};
