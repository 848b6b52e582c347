// The cases of `npm run adoption`: which need of a new user each tries, in which project, and what it shows. The needs are numbered as in
// the list that the cases were written from.

/**
 * @typedef {object} Case
 * @property {readonly number[]} lines the needs that it tries
 * @property {string} file in the folder `cases`
 * @property {keyof typeof import("./projects.mjs").PROJECTS} project
 * @property {string} what
 * @property {readonly string[]} [args] arguments of the program
 * @property {boolean} [long] runs in `.ci/nightly` only: a heavy package, or another runtime
 * @property {string} [node] the version of Node that it needs, if another
 * @property {readonly string[]} [worksWith] packages whose combination with this one the case proves; with a row in docs/works-with.md
 */

/** The needs, and what was tried. */
export const LINES = 23;

/** @type {readonly Case[]} */
export const CASES = [
  {
    lines: [1],
    file: "01-misspelt-tool.mjs",
    project: "typescript-6",
    what: "TypeScript 6 names the tool that a misspelt one probably means",
  },
  {
    lines: [1],
    file: "01-misspelt-tool.mjs",
    project: "typescript-5.9",
    what: "TypeScript 5.9 names the tool that a misspelt one probably means",
    long: true,
  },
  {
    lines: [1],
    file: "01-misspelt-tool.mjs",
    project: "typescript-7",
    what: "TypeScript 7 names the tool that a misspelt one probably means",
    long: true,
  },
  {
    lines: [2],
    file: "02-parsed-body-v1.mjs",
    project: "mcp",
    what: "`createMcpExpressApp` of SDK 1.x, sessions, with `acceptParsedBody: true`",
    worksWith: ["@modelcontextprotocol/sdk"],
  },
  {
    lines: [2],
    file: "02-parsed-body-v2.mjs",
    project: "mcp",
    what: "`createMcpExpressApp` of SDK 2.x with `acceptParsedBody: true`",
    worksWith: ["@modelcontextprotocol/express"],
  },
  {
    lines: [3],
    file: "03-swagger-ui.mjs",
    project: "web",
    what: "pages of `@fastify/swagger-ui` with `isPublic`, in either order of registration",
    worksWith: ["@fastify/swagger-ui"],
  },
  {
    lines: [4],
    file: "04-express-gradual.mjs",
    project: "web",
    args: ["express"],
    what: "nested routers, `gate.elsewhere`, `assertCovers` of a part (Express 5)",
    worksWith: ["express"],
  },
  {
    lines: [4],
    file: "04-express-gradual.mjs",
    project: "web",
    args: ["express4"],
    what: "nested routers, `gate.elsewhere`, `assertCovers` of a part (Express 4)",
    worksWith: ["express4"],
  },
  {
    lines: [4],
    file: "04-fastify-gradual.mjs",
    project: "web",
    what: "`unmapped` at the root, metadata from a prefix",
    worksWith: ["fastify"],
  },
  {
    lines: [4],
    file: "04-report-only.mjs",
    project: "web",
    args: ["express", "express4"],
    what: "report-only changes no response of Express 5 and 4 but denials",
  },
  {
    lines: [4],
    file: "04-report-only.mjs",
    project: "web",
    args: ["fastify"],
    what: "report-only changes no response of Fastify but denials",
  },
  {
    lines: [4],
    file: "04-slash-and-case.mjs",
    project: "web",
    what: "`trailingSlash` and `caseSensitive` of a gate, as Express has them",
  },
  {
    lines: [5],
    file: "05-named-endpoint.mjs",
    project: "web",
    args: ["express4"],
    what: "a gate by endpoint name on an expression, a mounted application (Express 4)",
  },
  {
    lines: [5],
    file: "05-named-endpoint.mjs",
    project: "web",
    args: ["express"],
    what: "a gate by endpoint name, a mounted application (Express 5)",
  },
  {
    lines: [6],
    file: "06-session.mjs",
    project: "web",
    what: "cookie sessions of `express-session` by `authenticate`",
    worksWith: ["express-session"],
  },
  {
    lines: [6],
    file: "06-fastify-jwt.mjs",
    project: "web",
    what: "tokens that `@fastify/jwt` verified, by `authenticate`",
    worksWith: ["@fastify/jwt"],
  },
  {
    lines: [6],
    file: "06-mtls-header.mjs",
    project: "web",
    what: "the client certificate that a proxy verified, by `authenticate`",
  },
  {
    lines: [6],
    file: "06-claims-and-enriched.mjs",
    project: "web",
    what: "`claims` of the token, `gate.decision`",
  },
  {
    lines: [6],
    file: "06-mcp-decision.mjs",
    project: "mcp",
    what: "`mcp.decision`, `claims` of an own `verify`",
  },
  {
    lines: [7],
    file: "07-path-values.mjs",
    project: "web",
    what: "escaped path values, alike in `decideRequest`, Express, Fastify, Hono",
  },
  {
    lines: [8],
    file: "08-mcp-handler.mjs",
    project: "mcp-handler",
    what: "a route handler behind `gate.fetch`: list, call, step-up",
    long: true,
    worksWith: ["mcp-handler"],
  },
  {
    lines: [8],
    file: "08-hono-mcp.mjs",
    project: "hono-mcp",
    what: "its transport behind `gate.fetch` in Hono: call, step-up, metadata",
    long: true,
    worksWith: ["@hono/mcp"],
  },
  {
    lines: [8],
    file: "08-fastmcp.mjs",
    project: "fastmcp",
    what: "`authenticate` and each tool decide by the policy; no step-up before the stream",
    long: true,
    worksWith: ["fastmcp"],
  },
  {
    lines: [9],
    file: "09-hono.mjs",
    project: "web",
    what: "`honoGate`: tools, endpoints, coverage",
    worksWith: ["hono"],
  },
  {
    lines: [9],
    file: "09-koa.mjs",
    project: "web",
    what: "`koaGate` with `@koa/router`: tools, endpoints, coverage",
    worksWith: ["koa", "@koa/router"],
  },
  {
    lines: [9],
    file: "09-nest.mjs",
    project: "web",
    what: "`scopePolicyGuard` on Express: tools, coverage",
    worksWith: ["@nestjs/core"],
  },
  {
    lines: [9],
    file: "09-next-route.mjs",
    project: "bare",
    what: "a route handler of Next as a plain function, with `fetchGate`",
  },
  {
    lines: [9],
    file: "09-next-route.mjs",
    project: "next",
    args: ["next/server.js"],
    what: "a route handler with the requests of Next, with `fetchGate`",
    long: true,
    worksWith: ["next"],
  },
  {
    lines: [9],
    file: "09-trpc.mjs",
    project: "web",
    what: "a tRPC procedure that decides by the policy",
    worksWith: ["@trpc/server"],
  },
  {
    lines: [9],
    file: "09-types.mjs",
    project: "typescript-6",
    what: "the gate of Hono compiles without `any`, a misspelt tool does not",
  },
  {
    lines: [10],
    file: "10-commonjs.mjs",
    project: "typescript-6",
    what: "a CommonJS project with the compiler options of the guide",
  },
  {
    lines: [10],
    file: "10-jest.mjs",
    project: "jest",
    what: "Jest 30 with the recipe of the guide",
    long: true,
  },
  {
    lines: [11],
    file: "11-several-files.mjs",
    project: "typescript-6",
    what: "a policy in several files keeps its types",
  },
  {
    lines: [11],
    file: "11-types-and-schema.mjs",
    project: "typescript-6",
    what: "`$schema`, `types FILE`, `schema FILE`",
  },
  {
    lines: [12],
    file: "12-hints.mjs",
    project: "bare",
    what: "hints for common slips, findings in file order, tsconfig `paths`",
  },
  {
    lines: [13],
    file: "13-why-refused.mjs",
    project: "bare",
    what: "why a token was refused: `onRejected`, the console, `scope-policy token`",
  },
  {
    lines: [14],
    file: "14-issuers.mjs",
    project: "bare",
    what: "issuers with habits: audience claim, tenants, claim paths, several issuers",
  },
  {
    lines: [14],
    file: "14-providers.mjs",
    project: "bare",
    what: "`scope-policy/providers`: from facts to verifier options",
  },
  {
    lines: [15],
    file: "15-refused-resource.mjs",
    project: "mcp",
    what: "a refused resource is an error in HTTP 200, and the client goes on",
  },
  {
    lines: [16, 19],
    file: "16-auto.mjs",
    project: "mcp",
    what: '`challenge: "auto"` by client; a result names the scopes to sign in for',
  },
  {
    lines: [15],
    file: "15-mcp-remote.mjs",
    project: "mcp-remote",
    what: "mcp-remote: sign-in, step-up, tier, refused resource, outage",
    long: true,
    worksWith: ["mcp-remote"],
  },
  {
    lines: [15],
    file: "15-openai-agents.mjs",
    project: "openai-agents",
    what: "its MCP client goes on after a refused resource",
    long: true,
    worksWith: ["@openai/agents"],
  },
  {
    lines: [16],
    file: "16-ai-sdk.mjs",
    project: "ai-sdk",
    what: "its client gets results for a missing scope and a tier",
    long: true,
    node: "22",
    worksWith: ["@ai-sdk/mcp"],
  },
  {
    lines: [17],
    file: "17-documented-clients.mjs",
    project: "bare",
    what: "the guide has the table of clients and the symptom of SDK 1.x",
  },
  {
    lines: [18],
    file: "18-empty-lists.mjs",
    project: "bare",
    what: "`check` warns of a policy without baseline and defaults",
  },
  {
    lines: [20],
    file: "20-first-request.mjs",
    project: "mcp",
    what: "HEAD, a hidden tool for resources, one consent with `anonymous`",
  },
  {
    lines: [21],
    file: "21-registration.mjs",
    project: "bare",
    what: "registration drops undeclared scopes, or refuses by option",
  },
  {
    lines: [22],
    file: "22-servers.mjs",
    project: "mcp",
    what: "`capabilities` and `registerCapabilities`, a low-level server",
  },
  {
    lines: [22],
    file: "22-transports.mjs",
    project: "mcp",
    what: "the SDK 1.x example of the guide leaks no transport",
  },
  {
    lines: [23],
    file: "23-exposed-headers.mjs",
    project: "web",
    what: "a browser client reads the challenge where the header is exposed",
  },
];
