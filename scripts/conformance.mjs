// npm run conformance [-- --quick]: runs the server scenarios of the MCP project, at every version of the protocol, against the
// servers of test/conformance, bare and guarded. The scenarios cannot send a token, so a small proxy adds it to requests to the
// guarded server. No scenario may pass fewer checks guarded than bare. In the end, the authorization server of the demo has to pass
// the authorization scenarios. The suite requires Node 22, which npx fetches.
// `--quick` takes one server and the last two versions, `--server NAME` takes one server and all versions.

import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer, request as forward } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createJiti } from "jiti";
import { sourceAliases } from "./entries.mjs";

const NODE = "node@22";
const SUITE = "@modelcontextprotocol/conformance@0.2.0-alpha.12";
/** @param {string} name */
const pathOf = (name) => fileURLToPath(new URL(`../test/conformance/${name}.ts`, import.meta.url));

/** @typedef {typeof import("../test/conformance/servers.js")} Servers */
/** @typedef {typeof import("../test/conformance/authorization.js")} Authorization */
/** @typedef {Servers["servers"][number]} Server */
/** @typedef {{ node: string, suite: string }} Program */
/** @typedef {{ status: string, id: string, errorMessage?: string }} Check */
/** @typedef {{ name: string, versions: readonly string[] }} Scenario */
/** @typedef {ReadonlyMap<string, readonly Check[]>} Results the checks of each scenario */

/** A version of `""` are the scenarios of extensions, which belong to no version. */
const EXTENSION = "";
/** @type {(version: string) => string} */
const titleOf = (version) => (version === EXTENSION ? "extensions" : version);

const isQuick = process.argv.includes("--quick");
const jiti = createJiti(import.meta.url, { alias: sourceAliases });
const { servers, TOKEN } = /** @type {Servers} */ (await jiti.import(pathOf("servers")));
const { runAuthorizationScenarios } = /** @type {Authorization} */ (
  await jiti.import(pathOf("authorization"))
);

/**
 * @param {string} file
 * @param {readonly string[]} given
 * @returns {Promise<{ stdout: string, stderr: string, code: number }>}
 */
const run = (file, given) =>
  new Promise((resolve) => {
    const options = { timeout: 900_000, maxBuffer: 2 ** 28 };
    execFile(file, given, options, (error, stdout, stderr) => {
      resolve({ stdout, stderr, code: error === null ? 0 : 1 });
    });
  });

/** Fetches Node 22 and the suite, and returns the paths of both. */
async function findSuite() {
  const script = `node -p process.execPath && command -v conformance`;
  const { stdout, stderr, code } = await run("npx", ["-y", "-p", NODE, "-p", SUITE, "-c", script]);
  const [node, suite] = stdout.trim().split("\n");
  if (code !== 0 || node === undefined || suite === undefined) {
    throw new Error(`npx did not fetch ${NODE} and ${SUITE}: ${stderr}`);
  }
  return { node, suite };
}

/** Returns all server scenarios of the suite. @param {Program} program */
async function listScenarios({ node, suite }) {
  const { stdout } = await run(node, [suite, "list"]);
  const [, rest = ""] = stdout.split("Server scenarios");
  const [section = ""] = rest.split("\n\n");
  return [...section.matchAll(/- (\S+) \[(.*)\]/g)].map(([, name = "", versions = ""]) => ({
    name,
    versions: versions === "extension" ? [EXTENSION] : versions.split(","),
  }));
}

/**
 * Runs the scenarios of a version, and returns the checks that the suite wrote.
 *
 * @param {Program} program
 * @param {readonly string[]} names
 * @param {string} version
 * @param {number} port
 */
async function resultsOf({ node, suite }, names, version, port) {
  const directory = await mkdtemp(join(tmpdir(), "conformance-"));
  const url = `http://127.0.0.1:${port}/mcp`;
  const runs =
    version === EXTENSION
      ? names.map((name) => ["--scenario", name])
      : [["--suite", "all", "--spec-version", version]];
  try {
    for (const selection of runs) {
      await run(node, [suite, "server", "--url", url, "--output-dir", directory, ...selection]);
    }
    const directories = await readdir(directory);
    /** @type {Map<string, readonly Check[]>} */
    const results = new Map();
    for (const name of names) {
      const found = directories.find((one) => one.startsWith(`server-${name}-2`));
      // a scenario that ends with an exception leaves an empty folder
      const file = join(directory, found ?? "", "checks.json");
      const text = await readFile(file, "utf8").catch(() => "[]");
      /** @type {Check[]} */
      const checks = JSON.parse(text);
      results.set(name, checks);
    }
    return results;
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Starts a proxy that forwards each request unchanged, with the token added. @param {number} port */
async function startProxy(port) {
  const proxy = createServer((incoming, outgoing) => {
    const headers = [...incoming.rawHeaders, "Authorization", `Bearer ${TOKEN}`];
    const { method, url: path } = incoming;
    const onward = forward({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      outgoing.flushHeaders();
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    outgoing.on("close", () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (proxy.address());
  return {
    port: address.port,
    close: async () => {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

/** @param {readonly Check[]} checks */
const passesOf = (checks) => checks.filter(({ status }) => status === "SUCCESS").length;
/** @param {readonly Check[]} checks */
const showOf = (checks) => {
  const graded = checks.filter(({ status }) => status !== "INFO" && status !== "SKIPPED");
  return `${passesOf(checks)} of ${graded.length}`;
};

const NOTHING = showOf([]);

/**
 * Returns the checks that pass bare and fail guarded. A check has one entry for each attempt.
 *
 * @param {readonly Check[]} onBare
 * @param {readonly Check[]} onGuarded
 */
function lostOf(onBare, onGuarded) {
  /** @type {(checks: readonly Check[], id: string) => number} */
  const passes = (checks, id) => passesOf(checks.filter((check) => check.id === id));
  const ids = new Set(onBare.map(({ id }) => id));
  return [...ids]
    .filter((id) => passes(onGuarded, id) < passes(onBare, id))
    .map((id) => {
      const failed = onGuarded.find((check) => check.id === id && check.status !== "SUCCESS");
      return `${id}: ${failed?.errorMessage?.split("\n", 1)[0] ?? "the check did not run"}`;
    });
}

/**
 * Compares a server with its guarded twin at one version.
 *
 * @param {Program} program
 * @param {Server} server
 * @param {string} version
 * @param {readonly string[]} names
 */
async function compare(program, { name: server, start }, version, names) {
  const bare = await start(false);
  const guarded = await start(true);
  const proxy = await startProxy(guarded.port);
  try {
    const [onBare, onGuarded] = await Promise.all([
      resultsOf(program, names, version, bare.port),
      resultsOf(program, names, version, proxy.port),
    ]);
    return names.map((scenario) => {
      const before = onBare.get(scenario) ?? [];
      const after = onGuarded.get(scenario) ?? [];
      const lost = lostOf(before, after);
      return {
        ...{ server, version, scenario, lost, bare: showOf(before), guarded: showOf(after) },
        passes: passesOf(before),
        isBetter: lost.length === 0 && passesOf(after) > passesOf(before),
      };
    });
  } finally {
    for (const one of [proxy, guarded, bare]) await one.close();
  }
}

/** @typedef {Awaited<ReturnType<typeof compare>>} Rows */

/** Prints the counts of one comparison, and each scenario that differs. @param {Rows} rows */
function print(rows) {
  const worse = rows.filter(({ lost }) => lost.length > 0);
  const better = rows.filter(({ isBetter }) => isBetter);
  const silent = rows.filter(({ bare, guarded }) => bare === NOTHING && guarded === NOTHING);
  const { server = "", version = "" } = rows[0] ?? {};
  console.log(
    `| ${server} | ${titleOf(version)} | ${rows.length} | ${worse.length} | ${better.length} |`,
  );
  for (const { scenario, bare, guarded, lost } of [...worse, ...better]) {
    const word = lost.length > 0 ? "worse" : "better";
    console.log(`    ${word}: ${scenario}: bare ${bare}, guarded ${guarded}`);
    for (const line of lost) console.log(`        ${line}`);
  }
  if (silent.length > 0) {
    console.log(`    no checks: ${silent.map(({ scenario }) => scenario).join(", ")}`);
  }
}

const named = process.argv.indexOf("--server");
const name = named === -1 ? undefined : process.argv[named + 1];
const selected = isQuick
  ? servers.slice(0, 1)
  : servers.filter((one) => name === undefined || one.name === name);
const program = await findSuite();
const scenarios = await listScenarios(program);
const all = [...new Set(scenarios.flatMap(({ versions }) => versions))].sort();
const versions = isQuick ? all.slice(-2) : all;
const pairs = scenarios.flatMap((one) => one.versions.filter((at) => versions.includes(at)));
console.log(`${pairs.length} pairs of scenario and version\n`);
console.log("| server | version | scenarios | worse | better |");
console.log("|---|---|---|---|---|");
/** @type {Rows} */
const rows = [];
for (const server of selected) {
  for (const version of versions) {
    const names = scenarios.filter((one) => one.versions.includes(version)).map(({ name }) => name);
    const compared = await compare(program, server, version, names);
    print(compared);
    rows.push(...compared);
  }
}
const worse = rows.filter(({ lost }) => lost.length > 0).length;
const passed = rows.reduce((sum, { passes }) => sum + passes, 0);
console.log(`${rows.length} comparisons, ${passed} checks pass bare, ${worse} scenarios are worse`);
const { summary, isPassed } = await runAuthorizationScenarios(program.node, program.suite);
console.log(`\nauthorization scenarios against the demo:\n${summary}`);
if (worse > 0 || passed === 0 || !isPassed) process.exitCode = 1;
