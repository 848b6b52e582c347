// A copy of the project in which Stryker changes files and runs tests.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../entries.mjs";
import { placeOf } from "./changes.mjs";

/**
 * @typedef {import("./changes.mjs").Change} Change
 * @typedef {{ tests: readonly string[], except: readonly string[] }} Tests folders and files
 * @typedef {{ mutatorName: string, replacement?: string, status: string, location: Pick<Change, "start" | "end"> }} Result
 */

const STRYKER = ["@stryker-mutator/core@9.6.1", "@stryker-mutator/vitest-runner@9.6.1"];
/** Time in milliseconds that the tests of a change may take longer than without it: a change can make a loop endless. */
const TIMEOUT = 60_000;
const CONFIG = "vitest.mutation.config.mjs";

/** Copies the files of the project that git does not ignore, and installs its packages and Stryker once. @param {string} folder */
export function copyProject(folder) {
  for (const name of ["src", "test"]) rmSync(join(folder, name), { recursive: true, force: true });
  const files = execFileSync("git", ["ls-files", "-coz", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  for (const path of files.split("\0").filter((one) => existsSync(join(root, one)))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    if (path !== "") cpSync(join(root, path), join(folder, path));
  }
  const npm = (/** @type {string[]} */ ...args) =>
    execFileSync("npm", [...args, "--ignore-scripts", "--no-audit", "--no-fund"], {
      cwd: folder,
      stdio: "ignore",
    });
  if (existsSync(join(folder, "node_modules/@stryker-mutator/core"))) return;
  npm("ci");
  npm("install", "--no-save", ...STRYKER);
}

/**
 * Replaces `once` in the copy: with it, only the first test would seem to run what creates a value, and only that test would be run for
 * a change of it. Here, each test creates its own value.
 *
 * @param {string} folder
 */
export function forgetBetweenTests(folder) {
  writeFileSync(
    join(folder, "src/grammar/once.ts"),
    `const world = globalThis as { __stryker__?: { currentTestId?: unknown; activeMutant?: unknown } };
export function once<Value extends object>(create: () => Value): () => Value {
  let created: Value | undefined;
  let known: unknown;
  return () => {
    const { currentTestId, activeMutant } = world.__stryker__ ?? {};
    const now = [currentTestId, activeMutant].join();
    if (created === undefined || known !== now) created = create();
    known = now;
    return created;
  };
}\n`,
  );
}

/**
 * Returns the configuration of Vitest for a run of the tests of a room.
 *
 * @param {Tests} tests @param {string} [members] of `test`, in addition
 */
export function vitestConfig({ tests, except }, members = "reporters: [loading],") {
  const patterns = (/** @type {readonly string[]} */ paths) =>
    JSON.stringify(paths.map((path) => (path.endsWith(".ts") ? path : `${path}/**/*.test.ts`)));
  return `import base from "./vitest.config.ts";
const { resolve, test } = base;
let vitest;
// Stryker overlooks a test file that cannot be loaded. As an error of the run, it makes the status "RuntimeError"
const loading = {
  onInit: (started) => {
    vitest = started;
  },
  onTestModuleEnd: (file) => {
    for (const error of file.errors()) vitest?.state.catchError(error, "Test file");
  },
};
export default {
  resolve,
  test: {
    ...test,
    include: ${patterns(tests)},
    exclude: ${patterns([...except, "test/store/postgres"])},
    typecheck: { enabled: false },
    maxWorkers: 1,
    testTimeout: 3_600_000, // a run has limits of its own
    ${members}
  },
};\n`;
}

/**
 * Makes changes and runs the tests for each.
 *
 * @param {string} folder @param {Tests} tests @param {readonly Change[]} wanted
 * @returns {Map<string, string>} statuses by the places of the changes
 */
export function runStryker(folder, tests, wanted) {
  writeFileSync(join(folder, CONFIG), vitestConfig(tests));
  writeFileSync(join(folder, "wanted.json"), JSON.stringify(wanted.map(placeOf)));
  writeFileSync(join(folder, "stryker.conf.json"), JSON.stringify(optionsOf(rangesOf(wanted))));
  const { status } = spawnSync("npx", ["stryker", "run", "stryker.conf.json"], {
    cwd: folder,
    stdio: "inherit",
  });
  if (status !== 0) process.exit(1);
  const { files } = /** @type {{ files: Record<string, { mutants: Result[] }> }} */ (
    JSON.parse(readFileSync(join(folder, "mutation.json"), "utf8"))
  );
  return new Map(
    Object.entries(files).flatMap(([file, { mutants }]) =>
      mutants.map(({ mutatorName: mutator, replacement = "", location, status: became }) => [
        placeOf({ file, mutator, replacement, ...location }),
        became,
      ]),
    ),
  );
}

/** @param {readonly Change[]} changes @returns {string[]} as Stryker reads them: lines from 1, columns from 0 */
const rangesOf = (changes) => [
  ...new Set(
    changes.map(
      ({ file, start, end }) =>
        `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`,
    ),
  ),
];

/** @param {readonly string[]} mutate @returns {object} options of Stryker */
const optionsOf = (mutate) => ({
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner", "./scripts/mutation/wanted-checker.mjs"],
  checkers: ["wanted"],
  vitest: { configFile: CONFIG, related: false },
  mutate,
  reporters: ["json", "progress-append-only"],
  jsonReporter: { fileName: "mutation.json" },
  coverageAnalysis: "perTest",
  concurrency: 1,
  inPlace: true,
  timeoutMS: TIMEOUT,
  dryRunTimeoutMinutes: 30,
  allowConsoleColors: false,
});
