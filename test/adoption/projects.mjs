// The fresh projects of the adoption cases: the packages that a user has beside scope-policy, each with the version tried. A name that
// starts with `npm:` is an alias. This is the only list of these versions.

const EXPRESS = { express: "5.3.0" };
const SDK_1 = { "@modelcontextprotocol/sdk": "1.32.2" };
const SDK_2 = { "@modelcontextprotocol/server": "2.4.0", "@modelcontextprotocol/client": "2.4.0" };
const TYPES = { "@types/node": "20.19.43", "@types/express": "5.0.6" };
const ZOD = { zod: "4.6.7" };

/** @typedef {Readonly<Record<string, string>>} Packages package name -> version */

/** @satisfies {Record<string, Packages>} */
export const PROJECTS = {
  bare: {},
  web: {
    ...EXPRESS,
    "@fastify/jwt": "10.2.8",
    "@fastify/swagger": "9.9.3",
    "@fastify/swagger-ui": "6.1.3",
    "@hono/node-server": "2.1.8",
    "@koa/router": "15.7.0",
    "@nestjs/common": "12.5.1",
    "@nestjs/core": "12.5.1",
    "@nestjs/platform-express": "12.5.1",
    "@trpc/server": "11.25.2",
    cors: "2.8.6",
    "express-session": "1.19.0",
    express4: "npm:express@4.22.3",
    fastify: "5.12.8",
    hono: "4.13.19",
    koa: "3.3.0",
    "reflect-metadata": "0.2.2",
    rxjs: "7.8.2",
  },
  mcp: {
    ...SDK_1,
    ...SDK_2,
    ...EXPRESS,
    ...ZOD,
    "@modelcontextprotocol/express": "2.0.2",
    "@modelcontextprotocol/node": "2.1.2",
    typescript: "6.0.3",
  },
  "typescript-6": {
    ...TYPES,
    ...EXPRESS,
    "@types/koa": "3.0.3",
    "@types/koa__router": "12.0.5",
    hono: "4.13.19",
    typescript: "6.0.3",
  },
  "typescript-5.9": { ...TYPES, ...EXPRESS, typescript: "5.9.3" },
  "typescript-7": { ...TYPES, ...EXPRESS, typescript: "7.0.2" },
  jest: {
    ...TYPES,
    jest: "30.5.2",
    "@swc/core": "1.16.22",
    "@swc/jest": "0.2.39",
    typescript: "5.9.3",
  },
  next: { next: "16.4.6", react: "19.3.1", "react-dom": "19.3.1" },
  "mcp-handler": { ...SDK_2, ...ZOD, "mcp-handler": "2.4.0" },
  "hono-mcp": { ...SDK_1, ...ZOD, "@hono/mcp": "0.3.2", hono: "4.13.19" },
  fastmcp: { ...SDK_1, ...ZOD, fastmcp: "4.20.16" },
  "openai-agents": { ...SDK_2, ...ZOD, "@openai/agents": "0.20.0" },
  "mcp-remote": { ...SDK_1, ...SDK_2, ...ZOD, "mcp-remote": "0.15.1" },
  "ai-sdk": { ...SDK_2, ...ZOD, "@ai-sdk/mcp": "2.0.99" },
};
