// npm run mutation -- --room NAME [--sample N --seed S] [--folder F]: changes one place of a room of `src` at a time and runs the
// tests of the room, of which one shall fail. Prints each change that no test notices, and the share of those that one does.
//
// Stryker changes a copy of the project in a temporary folder, where it is installed too: nothing else needs it. With `--sample`, the
// changes are drawn with the seed, otherwise all are made. `--folder` keeps the copy for the next run. docs/quality.md has results.
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { root } from "./entries.mjs";
import { changeKey } from "./mutation/drawn-checker.mjs";
import { createRandom } from "./random.mjs";

/**
 * @typedef {{ line: number, column: number }} Position counted from 0 by the instrumenter, and from 1 in a report
 * @typedef {{ fileName: string, mutatorName: string, replacement: string, location: { start: Position, end: Position } }} Mutant
 * @typedef {{ instrument: (sources: unknown, options: unknown) => Promise<{ mutants: Mutant[] }> }} Instrumenter
 * @typedef {{ createInjector: () => { provideValue: (name: string, value: unknown) => { injectFunction: (create: unknown) => Instrumenter } } }} InjectModule
 * @typedef {{ mutatorName: string, replacement?: string, status: string, location: { start: Position, end: Position } }} Result
 */

const STRYKER = ["@stryker-mutator/core@9.6.1", "@stryker-mutator/vitest-runner@9.6.1"];
const CONFIG = "vitest.mutation.config.mjs";

/** @type {Record<string, { tests: string[], sources?: string[], exclude?: string[] }>} */
const rooms = JSON.parse(readFileSync(join(root, "scripts/mutation/rooms.json"), "utf8"));
const { values } = parseArgs({
  options: {
    room: { type: "string" },
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    folder: { type: "string" },
  },
});
const { room = "", seed } = values;
const settings = Object.hasOwn(rooms, room) ? rooms[room] : undefined;
if (settings === undefined) {
  console.error(`--room: expected one of ${Object.keys(rooms).join(", ")}`);
  process.exit(2);
}

const folder = values.folder ?? mkdtempSync(join(tmpdir(), "mutation-"));
if (values.folder === undefined)
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
copyProject();
const { drawn, total } = await drawMutants();
const started = Date.now();
const results = run();
report(results);

/** Copies the project as git knows it, and installs its packages and Stryker once. */
function copyProject() {
  const files = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" });
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

/** Returns the changes that are to be made, and the number of those that can be made in the room. */
async function drawMutants() {
  const all = await mutantsOf(sourceFiles());
  if (values.sample === undefined) return { drawn: all, total: all.length };
  const { below } = createRandom(Number(seed));
  const left = [...all];
  const count = Math.min(Number(values.sample), all.length);
  const chosen = Array.from({ length: count }, () => left.splice(below(left.length), 1)[0]);
  return { drawn: chosen.filter((one) => one !== undefined), total: all.length };
}

/** Returns the source files of the room: those of the folder of its name, or those that its settings name. */
function sourceFiles() {
  return (settings?.sources ?? [`src/${room}`])
    .flatMap((source) =>
      source.endsWith(".ts")
        ? [source]
        : readdirSync(join(folder, source), { recursive: true, encoding: "utf8" })
            .filter((path) => path.endsWith(".ts"))
            .map((path) => join(source, path)),
    )
    .sort();
}

/** @param {string[]} files @returns {Promise<Mutant[]>} every change that Stryker knows */
async function mutantsOf(files) {
  const core = createRequire(join(folder, "node_modules/@stryker-mutator/core/package.json"));
  /** @param {string} name @returns {Promise<unknown>} */
  const load = async (name) => {
    /** @type {unknown} */
    const loaded = await import(pathToFileURL(core.resolve(name)).href);
    return loaded;
  };
  const { createInjector } = /** @type {InjectModule} */ (await load("typed-inject"));
  const { createInstrumenter } = /** @type {{ createInstrumenter: unknown }} */ (
    await load("@stryker-mutator/instrumenter")
  );
  const log = { debug() {}, info() {}, isDebugEnabled: () => false };
  const injector = createInjector().provideValue("logger", log);
  const sources = files.map((name) => ({
    name,
    mutate: true,
    content: readFileSync(join(folder, name), "utf8"),
  }));
  const options = { plugins: null, excludedMutations: [], ignorers: [] };
  return (await injector.injectFunction(createInstrumenter).instrument(sources, options)).mutants;
}

/** Makes the changes and runs the tests for each. @returns {Record<string, { mutants: Result[] }>} results by file */
function run() {
  const include = settings?.tests.map((path) =>
    path.endsWith(".ts") ? path : `${path}/**/*.test.ts`,
  );
  writeFileSync(
    join(folder, CONFIG),
    `import LoadReporter from "./scripts/mutation/load-reporter.mjs";
import base from "./vitest.config.ts";
const { resolve, test } = base;
export default {
  resolve,
  test: { ...test, include: ${JSON.stringify(include)}, exclude: ${JSON.stringify(["test/store/postgres/**", ...(settings?.exclude ?? [])])}, typecheck: { enabled: false }, maxWorkers: 1, reporters: [new LoadReporter()] },
};\n`,
  );
  writeFileSync(join(folder, "drawn.json"), JSON.stringify(drawn.map((one) => changeKey(one))));
  const ranges = drawn.map(
    ({ fileName, location: { start, end } }) =>
      `${fileName}:${start.line + 1}:${start.column}-${end.line + 1}:${end.column}`,
  );
  writeFileSync(
    join(folder, "stryker.conf.json"),
    JSON.stringify({
      testRunner: "vitest",
      plugins: ["@stryker-mutator/vitest-runner", "./scripts/mutation/drawn-checker.mjs"],
      checkers: ["drawn"],
      vitest: { configFile: CONFIG, related: false },
      mutate: values.sample === undefined ? sourceFiles() : [...new Set(ranges)],
      reporters: ["json", "progress-append-only"],
      jsonReporter: { fileName: "mutation.json" },
      coverageAnalysis: "perTest",
      concurrency: 1,
      inPlace: true,
      timeoutMS: 60_000,
      dryRunTimeoutMinutes: 30,
      allowConsoleColors: false,
    }),
  );
  const { status } = spawnSync("npx", ["stryker", "run", "stryker.conf.json"], {
    cwd: folder,
    stdio: "inherit",
  });
  if (status !== 0) process.exit(1);
  const { files } = /** @type {{ files: Record<string, { mutants: Result[] }> }} */ (
    JSON.parse(readFileSync(join(folder, "mutation.json"), "utf8"))
  );
  return files;
}

/** Prints what became of the drawn changes. @param {Record<string, { mutants: Result[] }>} files */
function report(files) {
  const counted = Object.entries(files).flatMap(([file, { mutants }]) =>
    mutants.map((one) => ({ ...one, file })),
  );
  const isKilled = (/** @type {Result} */ { status }) =>
    status === "Killed" || status === "Timeout";
  const isValid = (/** @type {Result} */ { status }) =>
    !["CompileError", "RuntimeError", "Ignored"].includes(status);
  const valid = counted.filter(isValid);
  const killed = valid.filter(isKilled).length;
  for (const { file, status, mutatorName, replacement, location } of valid.filter(
    (one) => !isKilled(one),
  ))
    console.log(
      `${status} ${file}:${location.start.line}:${location.start.column} ${mutatorName}: ${replacement ?? ""}`,
    );
  const share = ((100 * killed) / valid.length).toFixed(1);
  const minutes = ((Date.now() - started) / 60_000).toFixed(0);
  const which = values.sample === undefined ? "all" : `seed ${seed}`;
  console.log(
    `${room}: ${killed} of ${valid.length} changes noticed (${share} %), of ${total}, ${which}, ${minutes} min`,
  );
}
