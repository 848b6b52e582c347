// npm run conformance: runs the conformance scenarios of the MCP project against a server of the SDK, without and with the
// gates of this library. The scenarios cannot send a token, so a small proxy adds it to requests to the server with gates.
// This server must pass every check that the server without gates passes. The suite requires Node 22, which npx fetches.

import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer, request as forward } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import {
  createMcpHandler,
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  McpServer,
  originValidationResponse,
} from "@modelcontextprotocol/server";
import { createAuthorizer, loadPolicy } from "scope-policy";
import { mcpGate, protect } from "scope-policy/mcp";

const NODE = "node@22";
const SUITE = "@modelcontextprotocol/conformance@0.2.0-alpha.12";

/** The runs, by scenario and revision of the protocol. A run with `isJudged: false` is printed but cannot fail. */
const RUNS = [
  { scenario: "http-header-validation", version: "2026-07-28", isJudged: true },
  { scenario: "tools-list", version: "2026-07-28", isJudged: true },
  { scenario: "tools-list", version: "2025-11-25", isJudged: true },
  { scenario: "dns-rebinding-protection", version: "2026-07-28", isJudged: true },
  { scenario: "dns-rebinding-protection", version: "2025-11-25", isJudged: true },
  { scenario: "server-initialize", version: "2025-11-25", isJudged: true },
  { scenario: "tools-call-simple-text", version: "2026-07-28", isJudged: true },
  { scenario: "tools-call-simple-text", version: "2025-11-25", isJudged: true },
  { scenario: "server-stateless", version: "2026-07-28", isJudged: true },
  { scenario: "caching", version: "2026-07-28", isJudged: true },
  { scenario: "sep-2164-resource-not-found", version: "2026-07-28", isJudged: true },
];

/** Maps the method and the resource to tools: the gate denies both until the policy has an operation for them. */
const surface = {
  methods: { "subscriptions/listen": /** @type {const} */ ("follow_changes") },
  resources: { "test://note": /** @type {const} */ ("read_resource") },
};

const TOKEN = "a-token-of-conformance";

const policy = loadPolicy({
  name: "Conformance",
  version: "1",
  scopes: { "mcp:tools": "Call tools", "notes:write": "Change notes" },
  baseline: ["mcp:tools"],
  tools: {
    test_simple_text: { authenticated: true },
    write_note: "notes:write",
    follow_changes: { authenticated: true, hidden: true },
    read_resource: { authenticated: true, hidden: true },
  },
});

const authorizer = createAuthorizer({
  policy,
  verify: (rawToken) =>
    rawToken === TOKEN
      ? {
          scope: "mcp:tools notes:write",
          sub: "user-1",
          client_id: "conformance",
          exp: Date.now() / 1_000 + 600,
        }
      : undefined,
  resource: "http://127.0.0.1/mcp",
});

/** @typedef {{ status: string, id: string, errorMessage?: string }} Check */

const TOOLS = /** @type {const} */ (["test_simple_text", "write_note"]);

/** @param {boolean} isGuarded */
function createHandler(isGuarded) {
  return createMcpHandler(() => {
    const server = new McpServer({ name: "conformance", version: "1" });
    const mcp = isGuarded ? protect(server, { authorizer, ...surface }) : undefined;
    for (const name of TOOLS) {
      const config = { description: `The tool ${name}` };
      if (mcp === undefined) server.registerTool(name, config, answer);
      else mcp.registerTool(name, config, answer);
    }
    server.registerResource("note", "test://note", {}, ({ href }) => ({
      contents: [{ uri: href, text: "A note" }],
    }));
    return server;
  });
}

const answer = () => ({
  content: [
    { type: /** @type {const} */ ("text"), text: "This is a simple text response for testing." },
  ],
});

/** Returns the error response for a foreign host or origin. The SDK leaves these checks to the code that mounts its handler. @param {Request} request */
const rejectForeignOrigins = (request) =>
  hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
  originValidationResponse(request, localhostAllowedOrigins());

/** @param {boolean} isGuarded */
async function startServer(isGuarded) {
  const handler = createHandler(isGuarded);
  const serve = isGuarded
    ? mcpGate(authorizer, surface).fetch((request, passed) => handler.fetch(request, passed))
    : (/** @type {Request} */ request) => handler.fetch(request);
  const listener = getRequestListener((request) => rejectForeignOrigins(request) ?? serve(request));
  return listen(
    createServer((incoming, outgoing) => void listener(incoming, outgoing)),
    () => handler.close(),
  );
}

/** Starts a proxy that forwards each request unchanged, with the token added. @param {number} port */
function startProxy(port) {
  const proxy = createServer((incoming, outgoing) => {
    const headers = [...incoming.rawHeaders, "Authorization", `Bearer ${TOKEN}`];
    const { method, url: path } = incoming;
    const onward = forward({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    outgoing.on("close", () => onward.destroy());
    incoming.pipe(onward);
  });
  return listen(proxy, () => Promise.resolve());
}

/**
 * @param {import("node:http").Server} server
 * @param {() => Promise<void>} end
 */
async function listen(server, end) {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    port,
    close: async () => {
      await end();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * @param {string} file
 * @param {readonly string[]} given
 * @returns {Promise<{ stdout: string, stderr: string, code: number }>}
 */
const run = (file, given) =>
  new Promise((resolve) => {
    execFile(file, given, { timeout: 300_000 }, (error, stdout, stderr) => {
      resolve({ stdout, stderr, code: error === null ? 0 : 1 });
    });
  });

/** Fetches Node 22 and the suite, and returns the paths of both. */
async function findSuite() {
  const say = `node -p process.execPath && command -v conformance`;
  const { stdout, stderr, code } = await run("npx", ["-y", "-p", NODE, "-p", SUITE, "-c", say]);
  const [node, suite] = stdout.trim().split("\n");
  if (code !== 0 || node === undefined || suite === undefined) {
    throw new Error(`npx did not fetch ${NODE} and ${SUITE}: ${stderr}`);
  }
  return { node, suite };
}

/**
 * Runs a scenario and returns the checks that the suite wrote.
 *
 * @param {{ node: string, suite: string }} program
 * @param {(typeof RUNS)[number]} one
 * @param {number} port
 */
async function checksOf({ node, suite }, { scenario, version }, port) {
  const directory = await mkdtemp(join(tmpdir(), "conformance-"));
  try {
    const url = `http://127.0.0.1:${port}/mcp`;
    const { stdout, stderr } = await run(node, [
      ...[suite, "server", "--url", url, "--scenario", scenario],
      ...["--spec-version", version, "--output-dir", directory],
    ]);
    const files = await readdir(directory, { recursive: true });
    const file = files.find((name) => name.endsWith("checks.json"));
    if (file === undefined) throw new Error(`${scenario}: no checks. ${stdout}${stderr}`);
    /** @type {Check[]} */
    const checks = JSON.parse(await readFile(join(directory, file), "utf8"));
    return checks;
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** @param {readonly Check[]} checks */
const passesOf = (checks) => checks.filter(({ status }) => status === "SUCCESS").length;
/** @param {readonly Check[]} checks */
const showOf = (checks) => {
  const graded = checks.filter(({ status }) => status !== "INFO" && status !== "SKIPPED");
  return `${passesOf(checks)}/${graded.length}`;
};

/**
 * Returns the checks that pass without gates and fail with gates. A check has one entry for each attempt.
 *
 * @param {readonly Check[]} onBare
 * @param {readonly Check[]} onGuarded
 */
function lostOf(onBare, onGuarded) {
  const passes = (/** @type {readonly Check[]} */ checks, /** @type {string} */ id) =>
    passesOf(checks.filter((check) => check.id === id));
  const lost = new Set(
    onBare.map(({ id }) => id).filter((id) => passes(onGuarded, id) < passes(onBare, id)),
  );
  return [...lost].map(
    (id) =>
      onGuarded.find((check) => check.id === id && check.status !== "SUCCESS") ?? {
        id,
        status: "MISSING",
        errorMessage: "the check did not run",
      },
  );
}

const program = await findSuite();
const bare = await startServer(false);
const guarded = await startServer(true);
const proxy = await startProxy(guarded.port);
/** @type {Record<string, string>[]} */
const table = [];
let isWorse = false;
try {
  for (const one of RUNS) {
    const [onBare, onGuarded] = await Promise.all([
      checksOf(program, one, bare.port),
      checksOf(program, one, proxy.port),
    ]);
    const { scenario, version, isJudged } = one;
    table.push({
      scenario,
      protocol: version,
      bare: showOf(onBare),
      guarded: showOf(onGuarded),
      judged: isJudged ? "yes" : "no",
    });
    const lost = lostOf(onBare, onGuarded);
    isWorse ||= isJudged && (lost.length > 0 || passesOf(onBare) === 0);
    for (const { status, id, errorMessage = "" } of lost) {
      console.log(`${scenario}, ${version}: ${status} ${id}: ${errorMessage.split("\n", 1)[0]}`);
    }
  }
} finally {
  for (const server of [proxy, guarded, bare]) await server.close();
}
console.table(table);
if (isWorse) {
  console.error("the server with gates passes fewer checks than without, or no check ran");
  process.exitCode = 1;
}
