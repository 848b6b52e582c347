// The child processes of the benchmark: one for each contender, and one that sends the load.
import { fork } from "node:child_process";
import { MCP_PATH, PATH, TOOL } from "./issued.mjs";
import { SUITES } from "./suites.mjs";

/** @import { Issued } from "./issued.mjs" */

/** Number of connections of the load, each with one request at a time. */
const CONNECTIONS = 20;

/**
 * @typedef {object} Target
 * @property {string} url
 * @property {"GET" | "POST"} [method]
 * @property {Record<string, string>} [headers]
 * @property {string} [body]
 */

/**
 * A message of a child process: its port, the CPU time that it has used, or the responses that it has counted
 * in how many seconds.
 *
 * @typedef {{ port: number, user: number, system: number, answered: number, other: number, elapsed: number }} Message
 */

/** @typedef {ReturnType<typeof startChild>} Child */

/** Runs in a child process: serves one contender. */
async function serveContender(/** @type {string} */ suite, /** @type {string} */ name) {
  /** @type {Issued} */
  const issued = JSON.parse(process.argv[4] ?? "{}");
  const start = SUITES[suite]?.[name];
  if (start === undefined) throw new Error(`unknown contender: ${suite}, ${name}`);
  const server = await start(issued);
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  process.on("message", () => process.send?.(process.cpuUsage()));
  process.send?.({ port: address.port });
}

/** Runs in a child process: sends the load that the parent orders. */
async function sendLoad() {
  const { default: autocannon } = await import("autocannon");
  /** @param {{ seconds: number, target: Target }} order */
  const run = async (order) => {
    const { url, method = "GET", headers = {}, body } = order.target;
    const started = performance.now();
    const result = await autocannon({
      url,
      method,
      headers,
      ...(body !== undefined && { body }),
      connections: CONNECTIONS,
      duration: order.seconds,
    });
    const elapsed = (performance.now() - started) / 1_000;
    process.send?.({ answered: result["2xx"], other: result.non2xx + result.errors, elapsed });
  };
  process.on("message", (order) => void run(/** @type {never} */ (order)));
  process.send?.({});
}

/**
 * Starts a child process of the benchmark. `ask` sends it a message, and returns the next one of its own.
 *
 * @param {readonly string[]} given
 * @param {readonly string[]} [execArgv]
 */
export function startChild(given, execArgv = []) {
  const child = fork(new URL(import.meta.url), [...given], {
    env: { ...process.env, NODE_ENV: "production" },
    execArgv: [...execArgv],
  });
  /** @type {() => Promise<Message>} */
  const next = () =>
    new Promise((resolve, reject) => {
      const onExit = (/** @type {number | null} */ code) =>
        reject(new Error(`${given.join(", ")} ended with ${code}`));
      child.once("exit", onExit);
      child.once("message", (message) => {
        child.off("exit", onExit);
        resolve(/** @type {Message} */ (message));
      });
    });
  return {
    ready: next(),
    ask: (/** @type {object} */ message) => {
      child.send(message);
      return next();
    },
    stop: () => void child.kill(),
  };
}

/** @type {(suite: string, port: number, token: string) => Target} */
export function targetOf(suite, port, token) {
  const origin = `http://127.0.0.1:${port}`;
  const authorization = `Bearer ${token}`;
  if (suite !== "mcp") return { url: `${origin}${PATH}`, headers: { authorization } };
  const params = { name: TOOL, arguments: {} };
  return {
    url: `${origin}${MCP_PATH}`,
    method: "POST",
    headers: {
      authorization,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2025-06-18",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }),
  };
}

const [, , first, second] = process.argv;
process.on("disconnect", () => process.exit());
if (process.send !== undefined && first === "load") await sendLoad();
else if (process.send !== undefined && first !== undefined && second !== undefined) {
  await serveContender(first, second);
}
