// The script of action.yml: runs check, lint, test and diff on one policy, and writes the results to the job summary. It exits with 1
// if one of them fails.
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve, sep } from "node:path";

const { env } = process;
const policy = env["POLICY_FILE"] ?? "";
const tests = (env["POLICY_TESTS"] ?? "").split(/\s+/).filter(Boolean);
const min = env["POLICY_MIN"] ?? "";
const failOn = env["POLICY_FAIL_ON"] ?? "";

/** Number of characters of one result in the summary, which has at most 1 MiB. */
const MOST = 200_000;

/**
 * @typedef {object} Result
 * @property {string} text Markdown
 * @property {boolean} isFine
 */

/** Returns the command line that the project has installed. */
function commandLine() {
  const require = createRequire(join(process.cwd(), "action.cjs"));
  const manifest = require.resolve("scope-policy/package.json");
  const { bin } = /** @type {{ bin: Record<string, string> }} */ (
    JSON.parse(readFileSync(manifest, "utf8"))
  );
  return join(dirname(manifest), String(bin["scope-policy"]));
}

/**
 * Runs a program and returns its output. A program that cannot be started fails.
 *
 * @param {string} program
 * @param {readonly string[]} args
 */
function output(program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    env: { ...env, NO_COLOR: "1" },
    maxBuffer: 64 * 1024 * 1024,
  });
  return { isFine: status === 0, text: `${stdout ?? ""}${stderr ?? ""}${error?.message ?? ""}` };
}

/** @param {readonly string[]} args */
const git = (...args) => output("git", args);

/**
 * Runs a command of the command line. Output that is not Markdown is put into a block.
 *
 * @param {readonly string[]} args
 * @returns {Result}
 */
function run(...args) {
  const { isFine, text } = output(process.execPath, [commandLine(), ...args]);
  const isMarkdown = args.includes("markdown") && /^#/.test(text);
  console.log(`$ scope-policy ${args.join(" ")}\n${text}`);
  return { isFine, text: isMarkdown ? cut(text) : block(args, text) };
}

/** @param {string} text */
const cut = (text) => (text.length > MOST ? `${text.slice(0, MOST)}\n\n(cut)` : text);

/**
 * @param {readonly string[]} args
 * @param {string} text
 */
function block(args, text) {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `### ${args[0]}\n\n${fence}text\n${cut(text).trimEnd()}\n${fence}\n`;
}

/**
 * @typedef {object} Event
 * @property {{ base?: { sha?: unknown } }} [pull_request]
 * @property {{ base_sha?: unknown }} [merge_group]
 * @property {unknown} [before]
 */

/**
 * Returns the event of the job; `undefined` if there is none that can be read.
 *
 * @returns {Event | undefined}
 */
function readEvent() {
  try {
    /** @type {Event | null} */
    const event = JSON.parse(readFileSync(env["GITHUB_EVENT_PATH"] ?? "", "utf8"));
    return typeof event === "object" && event !== null ? event : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns the commit before the change, as the event names it; `undefined` for an event without one.
 *
 * @param {Event} event
 */
function baseCommit(event) {
  const sha = event.pull_request?.base?.sha ?? event.merge_group?.base_sha ?? event.before;
  const isCommit = typeof sha === "string" && /^[0-9a-f]{40,64}$/.test(sha);
  // a branch that is pushed for the first time has zeros before it
  return isCommit && !/^0+$/.test(sha) ? sha : undefined;
}

/** Compares the policy with the one of the commit before the change. */
function compare() {
  const event = readEvent();
  if (event === undefined) {
    return note("the event cannot be read: GITHUB_EVENT_PATH must name its file", false);
  }
  const base = baseCommit(event);
  if (base === undefined) return note("no commit to compare with: the event names none", true);
  const isHere = git("cat-file", "-e", `${base}^{commit}`).isFine;
  if (!isHere && !git("fetch", "--depth=1", "origin", base).isFine) {
    return note(`the commit ${base} cannot be fetched: check out with \`fetch-depth: 0\``, false);
  }
  const folder = mkdtempSync(join(env["RUNNER_TEMP"] ?? tmpdir(), "policy-before-"));
  const tree = join(folder, "tree");
  try {
    const added = git("worktree", "add", "--detach", tree, base);
    if (!added.isFine) return note(`git worktree: ${added.text.trim()}`, false);
    return compareWith(tree, base);
  } finally {
    git("worktree", "remove", "--force", tree);
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} tree the files before the change
 * @param {string} base
 */
function compareWith(tree, base) {
  const top = git("rev-parse", "--show-toplevel").text.trim();
  const project = join(tree, relative(top, process.cwd()));
  // an absolute path names the policy after the change
  const place = relative(process.cwd(), resolve(policy));
  const same = resolve(project, place);
  const before = existsSync(same) ? same : renamedFrom(tree, relative(top, resolve(policy)), base);
  if (before === undefined) return newPolicy(place, base);
  const modules = resolve("node_modules");
  if (existsSync(modules) && !existsSync(join(project, "node_modules")))
    symlinkSync(modules, join(project, "node_modules"), "junction");
  const limit = failOn === "" ? [] : ["--fail-on", failOn];
  const { text, isFine } = run("diff", before, policy, "--format", "markdown", ...limit);
  // the folder does not exist any longer
  return {
    isFine,
    text: text.replaceAll(before, () => `${base.slice(0, 7)}:${relative(project, before)}`),
  };
}

/**
 * Returns the file before the change that git takes for the policy after it, because most of their lines are equal.
 *
 * @param {string} tree the files before the change
 * @param {string} name the path of the policy inside the repository
 * @param {string} base
 */
function renamedFrom(tree, name, base) {
  const listed = git("diff", "-z", "--find-renames", "--name-status", "--diff-filter=R", base);
  // a status, the name before and the name after, for each renamed file
  const parts = listed.text.split("\0");
  const at = parts.findIndex(
    (part, index) => index % 3 === 2 && part.split("/").join(sep) === name,
  );
  return at === -1 ? undefined : join(tree, String(parts[at - 1]));
}

/**
 * Reports that the policy cannot be compared, so that a renamed file does not pass `fail-on` in silence.
 *
 * @param {string} place
 * @param {string} base
 */
function newPolicy(place, base) {
  const effect = failOn === "" ? "" : `, so \`fail-on: ${failOn}\` has no effect`;
  const text = `the policy is new: ${base.slice(0, 7)} has no \`${place}\` to compare with${effect}`;
  console.log(`::warning::${text}`);
  return { isFine: true, text: `### diff\n\n> [!WARNING]\n> ${text}\n` };
}

/**
 * @param {string} text
 * @param {boolean} isFine
 * @returns {Result}
 */
function note(text, isFine) {
  console.log(text);
  return { isFine, text: `### diff\n\n${text}\n` };
}

/** @returns {readonly Result[]} */
function results() {
  const checked = run("check", policy);
  // the others would only repeat its findings
  if (!checked.isFine) return [checked];
  const least = min === "" ? [] : ["--min", min];
  return [
    checked,
    run("lint", policy, "--format", "markdown"),
    ...(tests.length === 0 ? [] : [run("test", ...tests, "--format", "markdown", ...least)]),
    compare(),
  ];
}

const all = results();
const summary = env["GITHUB_STEP_SUMMARY"];
if (summary !== undefined) appendFileSync(summary, `${all.map(({ text }) => text).join("\n")}\n`);
process.exitCode = all.every(({ isFine }) => isFine) ? 0 : 1;
