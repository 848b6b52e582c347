// Packs the package, makes the fresh projects, and runs cases in them as programs of a user.
import { execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { manifest, root } from "../../scripts/entries.mjs";
import { PROJECTS } from "./projects.mjs";

/** @typedef {import("./table.mjs").Case} Case */
/** @typedef {{ case: Case, ok: boolean, seconds: number, output: string }} Result */

const CASES = join(import.meta.dirname, "cases");
/** What the cases import, beside the installed packages. */
export const HELPERS = ["kit.mjs", "issuer.mjs", "authorization-server.mjs", "notes-server.mjs"];
const TIMEOUT = 180_000;
const AT_ONCE = 2;

/** Runs npm, and returns what it printed. @param {string[]} args @param {string} cwd */
const npm = (args, cwd) =>
  execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/** Packs the build, and returns the path of the tarball. @param {string} folder */
export function pack(folder) {
  if (!existsSync(join(root, "dist/index.js"))) throw new Error("no build: run `npm run build`");
  npm(["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], root);
  return join(folder, `${manifest.name}-${manifest.version}.tgz`);
}

/**
 * Makes a fresh project: an empty folder, then one `npm install` of the tarball and the packages of the project.
 *
 * @param {string} folder
 * @param {string} tarball
 * @param {import("./projects.mjs").Packages} packages
 */
function createProject(folder, tarball, packages) {
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const wanted = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
  const flags = ["--silent", "--no-audit", "--no-fund", "--prefer-offline"];
  npm(["install", ...flags, tarball, ...wanted], folder);
}

/**
 * Runs one case as a program, in a folder of its own inside its project.
 *
 * @param {Case} one
 * @param {string} project
 * @param {number} index
 * @returns {Promise<Result>}
 */
function runCase(one, project, index) {
  const folder = join(project, `${basename(one.file, ".mjs")}-${index}`);
  mkdirSync(folder);
  for (const file of [one.file, ...HELPERS]) cpSync(join(CASES, file), join(folder, file));
  const started = performance.now();
  const args = [one.file, ...(one.args ?? [])];
  const [command, rest] =
    one.node === undefined
      ? [process.execPath, args]
      : ["npx", ["-y", "-p", `node@${one.node}`, "node", ...args]];
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, NO_COLOR: "1" };
  delete env["NODE_ENV"];
  delete env["FORCE_COLOR"];
  const options = { cwd: folder, env, timeout: TIMEOUT };
  return new Promise((resolve) => {
    const child = execFile(command, rest, options, (error, stdout, stderr) => {
      const seconds = (performance.now() - started) / 1000;
      resolve({ case: one, ok: error === null, seconds, output: `${stdout}${stderr}`.trim() });
    });
    child.stdin?.end();
  });
}

/**
 * Runs cases, and returns their results in the order of the cases.
 *
 * @param {readonly Case[]} cases
 * @param {{ keep?: boolean, onResult?: (result: Result) => void, note?: (text: string) => void }} [options]
 * @returns {Promise<Result[]>}
 */
export async function runCases(cases, { keep = false, onResult, note } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "adoption-"));
  const tarball = pack(folder);
  for (const name of new Set(cases.map(({ project }) => project))) {
    const started = performance.now();
    createProject(join(folder, name), tarball, PROJECTS[name]);
    note?.(`project ${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }
  /** @type {Result[]} */
  const results = [];
  const queue = [...cases.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, one] = next;
      const result = await runCase(one, join(folder, one.project), index);
      results[index] = result;
      onResult?.(result);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (keep) note?.(`kept ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
  return results;
}

/** Returns what is wrong in a failed case: the message of its error, on one line. @param {string} output */
export function reasonOf(output) {
  const lines = output.split("\n").map((line) => line.trim());
  const start = lines.findIndex((line) => /^(\w*Error\b|error TS|FAIL)/.test(line));
  if (start === -1) return lines.at(-1) ?? "";
  const message = lines.slice(start, start + 5).filter((line) => line !== "");
  const end = message.findIndex((line) => /^(at |generatedMessage|code:)/.test(line));
  return message
    .slice(0, end === -1 ? 3 : end)
    .join(" ")
    .replaceAll(" [ERR_ASSERTION]", "");
}

/** Returns the version of a package that a project pins. @param {Case["project"]} project @param {string} name */
export function versionOf(project, name) {
  const packages = /** @type {Record<string, string>} */ (PROJECTS[project]);
  return packages[name]?.replace(/^npm:.*@/, "");
}
