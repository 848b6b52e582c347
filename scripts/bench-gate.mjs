// npm run bench:gate: measures a route behind a gate against the same route without a gate, and against the middleware of other packages
// for the same task (a signed token, its issuer and audience, one scope). Each contender runs in its own process, and another process sends
// the load to one after the other, with the same token. Ratios are comparable between machines; requests per second are not.
import { fork } from "node:child_process";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

const AUDIENCE = "https://api.example.com";
const SCOPE = "courses:read";
const PATH = "/courses";
/** Warm-up before each measurement, in seconds. */
const WARM_UP = 3;

/**
 * @typedef {object} Issued
 * @property {string} issuer
 * @property {string} jwks
 * @property {string} token
 */

/** @typedef {(issued: Issued) => Promise<import("node:http").Server>} Contender */

/** @type {(issued: Issued) => Promise<import("scope-policy").Authorizer>} */
async function createBenchAuthorizer({ issuer, jwks }) {
  const { createAuthorizer, loadPolicy } = await import("scope-policy");
  const { jwtVerifier } = await import("scope-policy/verify");
  const policy = loadPolicy({
    name: "Bench",
    version: "1",
    scopes: { [SCOPE]: {}, openid: {} },
    tools: { list_courses: SCOPE },
    endpoints: { [`GET ${PATH}`]: SCOPE },
  });
  const verify = jwtVerifier({
    issuer,
    audience: AUDIENCE,
    jwks: new URL(jwks),
    algorithms: ["RS256"],
  });
  return createAuthorizer({ policy, verify, resource: AUDIENCE });
}

/** Creates a verifier as users of the MCP SDK write it, since the SDK provides none. @type {(issued: Issued) => object} */
function sdkVerifier({ issuer, jwks }) {
  const keys = import("jose").then(({ createRemoteJWKSet }) => createRemoteJWKSet(new URL(jwks)));
  return {
    /** @param {string} token */
    verifyAccessToken: async (token) => {
      const { jwtVerify } = await import("jose");
      const { payload } = await jwtVerify(token, await keys, {
        issuer,
        audience: AUDIENCE,
        algorithms: ["RS256"],
      });
      const scopes = String(payload["scope"]).split(" ");
      return { token, clientId: payload["client_id"], scopes, expiresAt: payload.exp };
    },
  };
}

/** @type {(install: (app: import("express").Express) => void | Promise<void>) => Promise<import("node:http").Server>} */
async function expressApp(install) {
  const { default: express } = await import("express");
  const app = express();
  await install(app);
  return new Promise((resolve) => {
    const server = app.listen(0, "127.0.0.1", () => resolve(server));
  });
}

/**
 * Starts an MCP server of version 1 of the SDK behind Express. It creates a new server for each request, as stateless servers do.
 *
 * @type {(install: (app: import("express").Express, serve: McpServe) => void | Promise<void>, tools?: (server: import("@modelcontextprotocol/sdk/server/mcp.js").McpServer) => import("@modelcontextprotocol/sdk/server/mcp.js").McpServer["registerTool"]) => Promise<import("node:http").Server>}
 */
function mcpApp(install, tools) {
  return expressApp(async (app) => {
    const { McpServer } = await import("@modelcontextprotocol/sdk/server/mcp.js");
    const { StreamableHTTPServerTransport } = await import(
      "@modelcontextprotocol/sdk/server/streamableHttp.js"
    );
    await install(app, async (request, response, body) => {
      const server = new McpServer({ name: "bench", version: "1" });
      const text = [{ type: /** @type {const} */ ("text"), text: "ok" }];
      const register = tools?.(server) ?? server.registerTool.bind(server);
      register("list_courses", {}, () => ({ content: text }));
      const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
      await server.connect(/** @type {never} */ (transport));
      await transport.handleRequest(/** @type {never} */ (request), response, body);
    });
  });
}

/** @typedef {(request: import("express").Request, response: import("express").Response, body: unknown) => Promise<void>} McpServe */

/** @type {import("express").RequestHandler} */
const answer = (_request, response) => void response.json({ ok: true });

/** @type {Record<string, Record<string, Contender>>} */
const SUITES = {
  express: {
    "no gate": () => expressApp((app) => void app.get(PATH, answer)),
    "scope-policy": (issued) =>
      expressApp(async (app) => {
        const { expressGate } = await import("scope-policy/express");
        const gate = expressGate(await createBenchAuthorizer(issued));
        app.get(PATH, gate.endpoint(), answer);
      }),
    "express-oauth2-jwt-bearer": ({ issuer, jwks }) =>
      expressApp(async (app) => {
        const { auth, requiredScopes } = await import("express-oauth2-jwt-bearer");
        const guard = auth({
          issuer,
          jwksUri: jwks,
          audience: AUDIENCE,
          tokenSigningAlg: "RS256",
        });
        app.get(PATH, guard, requiredScopes(SCOPE), answer);
      }),
    "MCP SDK requireBearerAuth": (issued) =>
      expressApp(async (app) => {
        const { requireBearerAuth } = await import(
          "@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js"
        );
        const verifier = /** @type {never} */ (sdkVerifier(issued));
        app.get(PATH, requireBearerAuth({ verifier, requiredScopes: [SCOPE] }), answer);
      }),
  },
  fastify: {
    "no gate": async () => {
      const { default: fastify } = await import("fastify");
      const app = fastify();
      app.get(PATH, () => ({ ok: true }));
      await app.listen({ port: 0, host: "127.0.0.1" });
      return app.server;
    },
    "scope-policy": async (issued) => {
      const { default: fastify } = await import("fastify");
      const { scopePolicy } = await import("scope-policy/fastify");
      const app = fastify();
      await app.register(scopePolicy, {
        authorizer: await createBenchAuthorizer(issued),
        strict: true,
      });
      app.get(PATH, { config: { endpoint: true } }, () => ({ ok: true }));
      await app.listen({ port: 0, host: "127.0.0.1" });
      return app.server;
    },
  },
  mcp: {
    "no gate": () =>
      mcpApp(async (app, serve) => {
        const { default: express } = await import("express");
        app.post("/mcp", express.json(), (req, res) => serve(req, res, req.body));
      }),
    "scope-policy": async (issued) => {
      const { mcpGate, protect } = await import("scope-policy/mcp");
      const authorizer = await createBenchAuthorizer(issued);
      const gate = mcpGate(authorizer);
      return mcpApp(
        (app, serve) => {
          app.post("/mcp", gate.middleware(), (req, res) => {
            const { authInfo, parsedBody } = gate.passed(req);
            return serve(
              Object.assign(req, /** @type {never} */ ({ auth: authInfo })),
              res,
              parsedBody,
            );
          });
        },
        (server) => /** @type {never} */ (protect(server, { authorizer }).registerTool),
      );
    },
    "MCP SDK requireBearerAuth": (issued) =>
      mcpApp(async (app, serve) => {
        const { default: express } = await import("express");
        const { requireBearerAuth } = await import(
          "@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js"
        );
        const verifier = /** @type {never} */ (sdkVerifier(issued));
        const guard = requireBearerAuth({ verifier, requiredScopes: [SCOPE] });
        app.post("/mcp", guard, express.json(), (req, res) =>
          serve(/** @type {never} */ (req), res, req.body),
        );
      }),
  },
};

/** Runs in a child process: serves one contender. */
async function serve(/** @type {string} */ suite, /** @type {string} */ name) {
  /** @type {Issued} */
  const issued = JSON.parse(process.argv[4] ?? "{}");
  const start = SUITES[suite]?.[name];
  if (start === undefined) throw new Error(`unknown contender: ${suite}, ${name}`);
  const server = await start(issued);
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  process.on("message", () => process.send?.(process.cpuUsage()));
  process.send?.({ port: address.port });
}

async function load() {
  const { default: autocannon } = await import("autocannon");
  /** @param {{ seconds: number, target: Target }} order */
  const run = async (order) => {
    const { url, method = "GET", headers = {}, body } = order.target;
    const result = await autocannon({
      url,
      method,
      headers,
      ...(body !== undefined && { body }),
      connections: 20,
      duration: order.seconds,
    });
    process.send?.({ answered: result["2xx"], other: result.non2xx + result.errors });
  };
  process.on("message", (order) => void run(/** @type {never} */ (order)));
  process.send?.({});
}

/**
 * @typedef {object} Target
 * @property {string} url
 * @property {"GET" | "POST"} [method]
 * @property {Record<string, string>} [headers]
 * @property {string} [body]
 */

/**
 * A message of a child process: its port, the CPU time that it has used, or the responses that it has counted.
 *
 * @typedef {{ port: number, user: number, system: number, answered: number, other: number }} Message
 */

/** @type {(child: import("node:child_process").ChildProcess) => Promise<Message>} */
const nextMessage = (child) =>
  new Promise((resolve, reject) => {
    const onExit = (/** @type {number | null} */ code) =>
      reject(new Error(`a contender ended with ${code}`));
    child.once("exit", onExit);
    child.once("message", (message) => {
      child.off("exit", onExit);
      resolve(/** @type {Message} */ (message));
    });
  });

/** @type {(values: readonly number[]) => number} */
const median = (values) =>
  /** @type {number} */ ([...values].sort((a, b) => a - b)[values.length >> 1]);

async function main() {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "9" },
      seconds: { type: "string", default: "2" },
      suite: { type: "string", multiple: true, default: Object.keys(SUITES) },
    },
  });
  const seconds = Number(values.seconds);
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(publicKey)), kid: "bench", alg: "RS256", use: "sig" };
  const keys = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise((resolve) => keys.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (keys.address());
  const issuer = `http://127.0.0.1:${port}`;
  const token = await new SignJWT({ scope: `openid ${SCOPE}`, client_id: "bench" })
    .setProtectedHeader({ alg: "RS256", typ: "at+jwt", kid: "bench" })
    .setIssuer(issuer)
    .setAudience(AUDIENCE)
    .setSubject("user-1")
    .setJti("bench")
    .setIssuedAt()
    .setExpirationTime("2h")
    .sign(privateKey);
  const issued = JSON.stringify({ issuer, jwks: `${issuer}/jwks`, token });
  const self = fileURLToPath(import.meta.url);
  const env = { ...process.env, NODE_ENV: "production" };
  const loader = fork(self, ["load"], { env });
  await nextMessage(loader);

  for (const suite of values.suite) {
    const names = Object.keys(SUITES[suite] ?? {});
    /** @type {Map<string, { rps: number[], cpu: number[] }>} */
    const measured = new Map(names.map((name) => [name, { rps: [], cpu: [] }]));
    for (let round = 0; round < Number(values.rounds); round += 1) {
      // a new process each round: two processes of one program differ by more than the effect measured here
      for (const [name, { rps, cpu }] of measured) {
        const child = fork(self, [suite, name, issued], { env });
        const { port } = await nextMessage(child);
        const target = targetOf(suite, port, token);
        loader.send({ seconds: WARM_UP, target });
        const { other } = await nextMessage(loader);
        if (other > 0) throw new Error(`${suite}, ${name}: ${other} responses without success`);
        child.send({});
        const before = await nextMessage(child);
        loader.send({ seconds, target });
        const { answered } = await nextMessage(loader);
        child.send({});
        const after = await nextMessage(child);
        rps.push(answered / seconds);
        cpu.push((after.user + after.system - before.user - before.system) / answered);
        child.kill();
      }
    }
    print(suite, measured);
  }
  loader.kill();
  keys.close();
}

/** @type {(suite: string, port: number, token: string) => Target} */
function targetOf(suite, port, token) {
  if (suite === "mcp") {
    const params = { name: "list_courses", arguments: {} };
    return {
      url: `http://127.0.0.1:${port}/mcp`,
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": "2025-06-18",
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }),
    };
  }
  return {
    url: `http://127.0.0.1:${port}${PATH}`,
    headers: { authorization: `Bearer ${token}` },
  };
}

/** @type {(suite: string, contenders: Map<string, { rps: number[], cpu: number[] }>) => void} */
function print(suite, contenders) {
  const bare = /** @type {{ rps: number[] }} */ (contenders.get("no gate"));
  console.log(`\n| ${suite} | requests per second | relative to no gate | µs of CPU per request |`);
  console.log("|---|---|---|---|");
  for (const [name, { rps, cpu }] of contenders) {
    // each round is compared with its own run without a gate, which cancels out changes of the machine's load
    const ratio = median(
      rps.map((value, round) => value / /** @type {number} */ (bare.rps[round])),
    );
    console.log(
      `| ${name} | ${Math.round(median(rps)).toLocaleString("en")} | ${ratio.toFixed(2)} | ${median(cpu).toFixed(0)} |`,
    );
  }
}

const [, , first, second] = process.argv;
if (first === "load") await load();
else if (first !== undefined && first in SUITES && second !== undefined) await serve(first, second);
else await main();
