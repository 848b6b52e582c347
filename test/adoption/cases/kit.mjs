// What the cases share. Each case is a program of a user: it imports the installed package, and fails by a thrown error.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** Fails unless a document mentions something; its line breaks count as spaces. The message has no text of the document. */
export const mentions = (name, pattern, what = pattern) => {
  if (!pattern.test(guide(name).replace(/\s+/g, " ")))
    throw new Error(`docs/${name} does not mention ${what}`);
};

/** Returns the text of a document of the installed package. */
export const guide = (name) =>
  readFileSync(join(dirname(require.resolve("scope-policy/package.json")), "docs", name), "utf8");

const servers = new Set();

/** Listens on a free port with a listener of `node:http`, and returns the base URL. */
export async function listen(listener) {
  const server = createServer(listener);
  servers.add(server);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

/** Closes all servers, so that the program ends. */
export function close() {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
}

/** Sends a request and returns what a client reads of the response. */
export async function call(url, { token, headers = {}, ...init } = {}) {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, { ...init, headers: { ...authorization, ...headers } });
  const text = await response.text();
  let json;
  try {
    json = JSON.parse(text.startsWith("event:") ? text.replace(/^[\s\S]*?data: /, "") : text);
  } catch {}
  return { status: response.status, headers: response.headers, text, json };
}

/** Runs a program of the project, and returns its exit code, its standard output, and everything that it printed. */
export function run(command, args, options = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", ...options });
  return { status, stdout, output: `${stdout}${stderr}` };
}

const bin = (name) => join("..", "node_modules", ".bin", name);

/** Runs the command line of the package. */
export const scopePolicy = (...args) => run(bin("scope-policy"), args);

/** Writes files and compiles them as a user does, under `strict`. */
export function compile(files, options = {}) {
  for (const [name, text] of Object.entries(files)) writeFileSync(name, text);
  const compilerOptions = {
    strict: true,
    target: "es2022",
    module: "nodenext",
    noEmit: true,
    skipLibCheck: true,
    types: ["node"],
    resolveJsonModule: true,
    ...options,
  };
  const config = { compilerOptions, include: Object.keys(files) };
  writeFileSync("tsconfig.json", JSON.stringify(config));
  return run(bin("tsc"), ["-p", "tsconfig.json", "--pretty", "false"]);
}

/** Collects what a program writes to the console while `action` runs. */
export async function consoleOf(action) {
  const lines = [];
  const originals = {};
  for (const name of ["log", "info", "warn", "error"]) {
    originals[name] = console[name];
    console[name] = (...args) => lines.push(args.join(" "));
  }
  try {
    await action();
  } finally {
    Object.assign(console, originals);
  }
  return lines;
}

const MCP_HEADERS = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
};

/** Sends one JSON-RPC message to an MCP server. */
export const rpc = (url, message, { token, headers } = {}) =>
  call(url, {
    method: "POST",
    token,
    headers: { ...MCP_HEADERS, ...headers },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, ...message }),
  });

/** Does the handshake of 2025-11-25, and returns the headers that later messages need. */
export async function handshake(url, options = {}) {
  const params = {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "user", version: "1" },
  };
  const answer = await rpc(url, { method: "initialize", params }, options);
  if (answer.status !== 200) throw new Error(`initialize: ${answer.status} ${answer.text}`);
  const session = answer.headers.get("mcp-session-id");
  const headers = { "mcp-protocol-version": "2025-11-25" };
  if (session !== null) headers["mcp-session-id"] = session;
  const message = { method: "notifications/initialized", id: undefined };
  await rpc(url, message, { ...options, headers: { ...options.headers, ...headers } });
  return headers;
}

/** Returns the fenced blocks of a document: the language and the rest of the opening line, the body, and the heading above. */
export function fencedBlocks(text) {
  let section = "";
  const blocks = [];
  for (const [, heading, info, body] of text.matchAll(/^#+ (.*)$|^```(.*)\n([\s\S]*?)^```$/gm))
    if (heading === undefined) blocks.push({ section, info, body });
    else section = heading;
  return blocks;
}

/** Returns the section of a document under the first heading that matches. */
export function recipe(name, heading) {
  const sections = guide(name).split(/^(?=##+ )/m);
  const found = sections.find((section) => heading.test(section.split("\n")[0]));
  if (found === undefined) throw new Error(`${name} has no section ${heading}`);
  return found;
}

const FILE = /`?\b([\w-][\w./-]*\.(?:json|[cm]?[jt]s))\b`?/;

/** Returns the complete files among the fenced blocks: their name is in the opening line, in the first line, or in the text above. */
export function fencedFiles(text) {
  let end = 0;
  return fencedBlocks(text).flatMap(({ section, info, body }) => {
    const start = text.indexOf(body, end);
    const above = text.slice(end, start).split("\n\n").slice(-2).join(" ").replace(/```.*/, "");
    end = start + body.length;
    const [first] = body.split("\n");
    const places = [info, /^(\/\/|\/\*|#)/.test(first) ? first : "", above];
    const name = places.map((place) => FILE.exec(place)?.[1]).find((found) => found !== undefined);
    return name === undefined ? [] : [{ section, name, body }];
  });
}
