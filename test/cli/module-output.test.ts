import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { programPath } from "./program.js";
import { folderOf, ROOT, run } from "./run.js";

const POLICY = `export const policy = { name: "N", version: "1", scopes: { a: { description: "A", default: "on" } }, tools: { t: "a" } };`;
const WRITES = `console.log("log"); console.info("info"); console.debug("debug"); process.stdout.write("write\\n");
await 0; console.log("later");`;
const WRITTEN = "log\ninfo\ndebug\nwrite\nlater\n";

/** Runs a command for a policy module in a child process. */
const runChild = (argv: readonly string[]) =>
  spawnSync(process.execPath, [programPath(), ...argv], {
    cwd: ROOT,
    encoding: "utf8",
    timeout: 60_000,
  });

const COMMANDS: readonly { title: string; argv: readonly string[] }[] = [
  { title: "types", argv: ["types"] },
  { title: "schema", argv: ["schema"] },
  { title: "check --json", argv: ["check", "--json"] },
];

describe("what a policy module writes to standard output", () => {
  it.each(titled(COMMANDS))("goes to standard error in `%s`", async (_title, { argv }) => {
    const folder = folderOf({ "noisy.mjs": `${WRITES} ${POLICY}`, "quiet.mjs": POLICY });
    const quiet = await run([...argv, join(folder, "quiet.mjs")]);
    const { status, stdout, stderr } = runChild([...argv, join(folder, "noisy.mjs")]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: WRITTEN });
    expect(stdout.replaceAll("noisy.mjs", "quiet.mjs")).toBe(quiet.out);
  });

  it("goes to standard error if the module fails, and the next file is checked", () => {
    const folder = folderOf({ "a.mjs": `${WRITES} throw new Error("x");`, "b.mjs": POLICY });
    const paths = ["a.mjs", "b.mjs"].map((name) => join(folder, name));
    const { status, stdout, stderr } = runChild(["check", ...paths, "--json"]);
    expect(status).toBe(2);
    expect(stderr.startsWith(WRITTEN)).toBe(true); // the loader can try a failed module twice
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, files: [{ ok: false }, { ok: true }] });
  });
});
