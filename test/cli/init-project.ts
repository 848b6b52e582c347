// Fresh folders of users, in which `scope-policy` is the source of this repository as one bundle.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { manifest } from "../../scripts/entries.mjs";
import { folderOf, ROOT } from "./run.js";

/** The package as a user has it, until it is closed. */
export interface BuiltPackage {
  readonly folder: string;
  readonly close: () => void;
}

/** Builds the entries that written tests import. */
export async function buildPackage(): Promise<BuiltPackage> {
  const folder = mkdtempSync(join(tmpdir(), "policy-package-"));
  await build({
    entryPoints: ["index", "testing"].map((name) => join(ROOT, "src", `${name}.ts`)),
    outdir: folder,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    logLevel: "silent",
  });
  const exports = { ".": "./index.js", "./testing": "./testing.js" };
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: manifest.name, type: "module", exports }),
  );
  return { folder, close: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Creates a folder with the package and the given files, which is removed after the test. */
export function projectOf(
  { folder: built }: BuiltPackage,
  files: Readonly<Record<string, string>> = {},
): string {
  const folder = folderOf(files);
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(built, join(folder, "node_modules", manifest.name), "junction");
  return folder;
}

/** Runs a program of Node in a folder and returns its exit code and its output. */
export function runNode(folder: string, ...args: readonly string[]) {
  // a run of tests inside a run of tests must not take its settings
  const own = Object.entries(process.env).filter(([name]) => !/^(NODE_|VITEST|TEST)/.test(name));
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: "utf8",
    env: { ...Object.fromEntries(own), NO_COLOR: "1" },
  });
  return { status, output: stdout + stderr };
}
