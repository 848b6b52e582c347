import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { programPath } from "./program.js";
import { folderOf, ROOT } from "./run.js";

const POLICY = `export const policy = { name: "N", version: "1", scopes: { a: "A" }, tools: { t: "a" } };`;
const CALLS_EXIT = "it calls process.exit";

interface Case {
  readonly title: string;
  readonly file: string;
  readonly source: string;
  /** A text that the command prints. */
  readonly says: string;
  readonly code: number;
}

const CASES: readonly Case[] = [
  {
    title: "calls process.exit(0)",
    file: "p.mjs",
    source: `process.exit(0); ${POLICY}`,
    says: CALLS_EXIT,
    code: 2,
  },
  {
    title: "imports exit from node:process",
    file: "p.mts",
    source: `import { exit } from "node:process"; exit(0); ${POLICY}`,
    says: CALLS_EXIT,
    code: 2,
  },
  {
    title: "calls process.exit in CommonJS",
    file: "p.cjs",
    source: "process.exit(0); module.exports = {};",
    says: CALLS_EXIT,
    code: 2,
  },
  {
    title: "calls process.reallyExit(0)",
    file: "p.ts",
    source: `process.reallyExit(0); ${POLICY}`,
    says: CALLS_EXIT,
    code: 2,
  },
  {
    title: "leaves a timer that calls process.exit(0) while it loads",
    file: "p.mjs",
    source: `setTimeout(() => process.exit(0), 0); await new Promise((done) => setTimeout(done, 5000)); ${POLICY}`,
    says: "a policy module ended the process",
    code: 2,
  },
  {
    title: "awaits a promise that never settles",
    file: "p.mjs",
    source: `await new Promise(() => {}); ${POLICY}`,
    says: "it awaits a promise that never settles",
    code: 2,
  },
  {
    title: "sets the exit code to 0 in a handler",
    file: "p.mjs",
    source: `process.on("exit", () => { process.exitCode = 0; }); export const policy = { name: "N" };`,
    says: "`version` is missing",
    code: 1,
  },
  {
    title: "catches the error of process.exit",
    file: "p.mjs",
    source: `try { process.exit(0); } catch {} ${POLICY}`,
    says: "1 scope, 1 tool",
    code: 0,
  },
  {
    title: "crashes after it has been loaded",
    file: "p.mjs",
    source: `setTimeout(() => { throw new Error("late"); }, 500); ${POLICY}`,
    says: "1 scope, 1 tool",
    code: 1,
  },
];

/** Runs `check` in a child process. */
function check(file: string, ...more: readonly string[]) {
  return spawnSync(process.execPath, [programPath(), "check", file, ...more], {
    cwd: ROOT,
    encoding: "utf8",
    timeout: 60_000,
  });
}

describe("a policy module", () => {
  it.each(titled(CASES))(
    "does not decide the exit code if it %s",
    (_title, { file, source, says, code }) => {
      const { status, stdout, stderr } = check(join(folderOf({ [file]: source }), file));
      expect(stdout + stderr).toContain(says);
      expect(status).toBe(code);
    },
  );

  it("is reported as an error with --json if it ends the process, and other files are checked", () => {
    const folder = folderOf({
      "a.mjs": `process.exit(0); ${POLICY}`,
      "b.mjs": `await new Promise(() => {}); ${POLICY}`,
      "c.mjs": POLICY,
    });
    const files = ["a.mjs", "b.mjs", "c.mjs"].map((name) => join(folder, name));
    const { status, stdout } = check(files[0] as string, ...files.slice(1), "--json");
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      files: [
        { ok: false, error: `cannot run \`${files[0]}\`: ${CALLS_EXIT}` },
        {
          ok: false,
          error: `cannot run \`${files[1]}\`: it awaits a promise that never settles`,
        },
        { ok: true },
      ],
    });
  });

  it("ends the command with a message in JSON if its timer ends the process", () => {
    const source = `setTimeout(() => process.exit(0), 0); await new Promise((done) => setTimeout(done, 5000)); ${POLICY}`;
    const { status, stdout } = check(join(folderOf({ "p.mjs": source }), "p.mjs"), "--json");
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      error: { code: "usage", message: "a policy module ended the process" },
    });
  });
});
