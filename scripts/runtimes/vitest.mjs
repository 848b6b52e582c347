// Fetches Node, Bun and Deno from npm into .cache/runtimes, and runs Vitest in them.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "../entries.mjs";

/** @typedef {import("./list.mjs").Runtime} Runtime */
/** @typedef {import("./judge.mjs").TestResult} TestResult */

/** The test file whose answers are compared between the runtimes. */
export const ANSWERS = "test/runtimes/same-answers.test.ts";
export const cache = join(root, ".cache/runtimes");

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, log: string, env?: Record<string, string> }} options
 * @returns {Promise<number | null>} exit code
 */
function run(command, args, { cwd, log, env = {} }) {
  const output = openSync(log, "w");
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", output, output],
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
}

/** Installs the npm package of a runtime in a folder of its own. @param {Runtime} runtime @returns {Promise<string>} path of the program */
async function install({ program = "", version = "" }) {
  const folder = join(cache, `${program}-${version}`);
  const path = join(folder, "node_modules/.bin", program);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }));
  const log = join(cache, `${program}-${version}-install.log`);
  const args = ["install", "--no-audit", "--no-fund", `${program}@${version}`];
  const code = await run("npm", args, { cwd: folder, log });
  if (code === 0 && existsSync(path)) return path;
  rmSync(folder, { recursive: true });
  throw new Error(`npm did not install ${program}@${version}:\n${readFileSync(log, "utf8")}`);
}

/**
 * @typedef {object} Report the JSON report of Vitest, as far as it is read
 * @property {readonly { name: string, status: string, message: string, assertionResults: readonly Assertion[] }[]} testResults
 *
 * @typedef {object} Assertion
 * @property {readonly string[]} ancestorTitles
 * @property {string} title
 * @property {string} status
 * @property {readonly string[] | undefined} failureMessages
 * @property {{ answers?: string }} meta
 */

/** @type {Record<string, TestResult["state"]>} */
const STATES = { passed: "passed", failed: "failed" };

/** @param {Report} report @returns {TestResult[]} */
function resultsOf({ testResults }) {
  return testResults.flatMap(({ name: path, status, message, assertionResults }) => {
    const file = relative(root, path);
    const results = assertionResults.map(
      (one) =>
        /** @type {TestResult} */ ({
          file,
          name: [...one.ancestorTitles, one.title].join(" > "),
          state: STATES[one.status] ?? "skipped",
          ...(one.failureMessages?.[0] !== undefined && { error: one.failureMessages[0] }),
          ...(one.meta.answers !== undefined && { answers: one.meta.answers }),
        }),
    );
    const isLoaded = status === "passed" || results.some((one) => one.state === "failed");
    /** @type {TestResult} */
    const unloaded = { file, name: "", state: "failed", error: message };
    return isLoaded ? results : [unloaded, ...results];
  });
}

/**
 * Runs Vitest in a program. Returns no results if it did not write its report.
 *
 * @param {string} id name of the report and of the log
 * @param {readonly string[]} command program and its arguments
 * @param {Record<string, string>} env
 * @param {readonly string[]} files part of the files; without any, all
 */
async function runVitest(id, [program = "", ...args], env, files) {
  const report = join(cache, `${id}.json`);
  const log = join(cache, `${id}.log`);
  rmSync(report, { force: true });
  const vitest = ["node_modules/vitest/vitest.mjs", "run", "--config", "vitest.runtimes.config.ts"];
  const output = ["--reporter=json", `--outputFile=${report}`];
  await run(program, [...args, ...vitest, ...output, ...files], { cwd: root, log, env });
  if (existsSync(report)) {
    const written = /** @type {Report} */ (JSON.parse(readFileSync(report, "utf8")));
    return resultsOf(written);
  }
  throw new Error(`Vitest wrote no report:\n${readFileSync(log, "utf8").slice(-2_000)}`);
}

/** @param {Runtime} runtime @param {readonly string[]} files */
export async function testWithVitest(runtime, files) {
  const { id, program = "", version = "", args = [] } = runtime;
  const path = await install(runtime);
  const env = { EXPECTED_RUNTIME: `${program} ${version}` };
  return { version, results: await runVitest(id, [path, ...args], env, files) };
}

/** The answers of the Node that runs this program, with which the others are compared. */
export function testReference() {
  const env = { EXPECTED_RUNTIME: `node ${process.versions.node}` };
  return runVitest("reference", [process.execPath], env, [ANSWERS]);
}
