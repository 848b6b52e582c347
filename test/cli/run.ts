import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { main } from "../../src/cli/main.js";
import type { Host } from "../../src/cli/terminal/io.js";

/** The root folder of the project. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** The result of a run: exit code, standard output and standard error. */
export interface RunResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Options of a run. Default: the root folder, no colours, 100 columns. */
export interface RunOptions {
  readonly cwd?: string;
  readonly colours?: boolean;
  readonly showsProgress?: boolean;
  readonly columns?: number;
  readonly stdin?: () => Promise<string>;
  readonly host?: Host;
}

/** Runs the command line in this process. */
export async function run(
  argv: readonly string[],
  circumstances: RunOptions = {},
): Promise<RunResult> {
  let out = "";
  let err = "";
  const code = await main(argv, {
    stdout: (text) => {
      out += text;
    },
    stderr: (text) => {
      err += text;
    },
    cwd: ROOT,
    colours: false,
    columns: 100,
    ...circumstances,
  });
  return { code, out, err };
}

/** Creates a folder with the given files, which is removed after the test, and returns its path. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), "policy-files-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Runs the command line in a folder with the given files. */
export function runIn(
  files: Readonly<Record<string, string | Uint8Array>>,
  argv: readonly string[],
  circumstances: RunOptions = {},
): Promise<RunResult> {
  return run(argv, { cwd: folderOf(files), ...circumstances });
}

/** The policies of the examples. */
export const EXAMPLES: readonly string[] = ["loopwise", "movementors", "moov", "localisation"].map(
  (name) => `examples/${name}/policy.ts`,
);
