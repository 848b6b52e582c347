// Makes many changes in one process, where Stryker starts a run of the tests for each. What is noticed here is noticed. Everything else
// is left to Stryker: changes of what a module does when it is loaded, slow tests, tests with hooks, endless loops.
import { spawn } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { root } from "../entries.mjs";
import { vitestConfig } from "./stryker.mjs";

/**
 * @typedef {import("./changes.mjs").Change} Change
 * @typedef {import("./changes.mjs").Source} Source
 * @typedef {import("./stryker.mjs").Tests} Tests
 */

const CONFIG = "quick.config.mjs";
const RUNNER = "quick-runner.mjs";
const PLAN = "quick-plan.json";
const OUTCOMES = "quick.jsonl";
/** Time in milliseconds without an outcome after which a process is ended. The first one comes after all tests were run once. */
const MAX_SILENCE = 60_000;
/** Maximum duration in milliseconds of a test, and of all tests of one change. The others are left to Stryker. */
const FAST = { duration: 200, total: 2_500 };
/** The same where slow tests are wanted. */
const SLOW = { duration: 5_000, total: 20_000 };

/**
 * Makes changes in one process, and in a new one after a change that left a state behind or did not end.
 *
 * @param {string} folder @param {Tests} tests
 * @param {{ sources: readonly Source[], changes: readonly Change[], isPatient: boolean }} wanted instrumented sources; whether slow tests count
 * @returns {Promise<Change[]>} the changes that a test noticed
 */
export async function runQuick(folder, tests, { sources, changes, isPatient }) {
  const limits = isPatient ? SLOW : FAST;
  for (const { name, content } of sources) writeFileSync(join(folder, name), content);
  copyFileSync(join(root, "scripts/mutation", RUNNER), join(folder, RUNNER));
  const members = `runner: "./${RUNNER}", pool: "forks", isolate: false, fileParallelism: false, reporters: [],`;
  writeFileSync(join(folder, CONFIG), vitestConfig(tests, members));
  rmSync(join(folder, OUTCOMES), { force: true });
  writeFileSync(join(folder, OUTCOMES), "");
  const files = countFiles(folder, tests);
  for (;;) {
    const begun = new Set(outcomesIn(folder).map(({ id }) => id));
    const ids = changes.map(({ id }) => id).filter((id) => !begun.has(id));
    if (ids.length === 0) break;
    writeFileSync(join(folder, PLAN), JSON.stringify({ files, ids, ...limits }));
    console.log(`${ids.length} changes left`);
    const before = begun.size;
    await runOnce(folder);
    if (outcomesIn(folder).length === before) throw new Error("the tests fail without a change");
  }
  const noticed = new Set(
    outcomesIn(folder).flatMap(({ id, outcome }) => (outcome === "noticed" ? [id] : [])),
  );
  return changes.filter(({ id }) => noticed.has(id));
}

/** @param {string} folder @returns {{ id?: string, outcome?: string }[]} */
const outcomesIn = (folder) =>
  readFileSync(join(folder, OUTCOMES), "utf8")
    .split("\n")
    .flatMap((line) => {
      /** @type {{ id?: string, outcome?: string }[]} */
      const rows = line === "" ? [] : [JSON.parse(line)];
      return rows;
    });

/** @param {string} folder @param {Tests} tests @returns {number} number of test files */
function countFiles(folder, { tests, except }) {
  const filesOf = (/** @type {readonly string[]} */ paths) =>
    paths.flatMap((path) =>
      path.endsWith(".ts")
        ? [path]
        : readdirSync(join(folder, path), { recursive: true, encoding: "utf8" })
            .filter((name) => name.endsWith(".test.ts"))
            .map((name) => join(path, name)),
    );
  const left = new Set(filesOf(except));
  return new Set(filesOf(tests).filter((path) => !left.has(path))).size;
}

/** Runs Vitest until all changes are made, one leaves a state behind, or one does not end. @param {string} folder */
async function runOnce(folder) {
  const log = openSync(join(folder, "quick.log"), "a");
  const child = spawn("npx", ["vitest", "run", "--config", CONFIG], {
    cwd: folder,
    detached: true,
    stdio: ["ignore", log, log],
  });
  const end = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
  };
  const started = statSync(join(folder, OUTCOMES)).size;
  let [size, since] = [started, Date.now()];
  const watch = setInterval(() => {
    const now = statSync(join(folder, OUTCOMES)).size;
    if (now !== size) [size, since] = [now, Date.now()];
    else if (size !== started && Date.now() - since > MAX_SILENCE) end();
    if (["done", "unclear"].includes(outcomesIn(folder).at(-1)?.outcome ?? "") && now !== started)
      end();
  }, 500);
  const stop = () => {
    end();
    process.exit(1);
  };
  process.once("SIGTERM", stop);
  await new Promise((resolve) => child.on("exit", resolve));
  process.off("SIGTERM", stop);
  clearInterval(watch);
  closeSync(log);
}
