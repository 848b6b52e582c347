import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { ROOT } from "./run.js";

const FOLDER = join(ROOT, ".cache", "program");
let isBundled = false;

/**
 * Returns the path of the command line as one JavaScript file, bundled from the source once in each test process. It starts in a fraction
 * of the time that the source needs. The entry of the package lies next to it, as in the build.
 */
export function programPath(): string {
  if (!isBundled) bundleProgram();
  isBundled = true;
  return join(FOLDER, "cli.js");
}

function bundleProgram(): void {
  const { outputFiles } = buildSync({
    absWorkingDir: ROOT,
    entryPoints: ["src/cli.ts", "src/index.ts"],
    outdir: FOLDER,
    bundle: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "es2023",
    write: false,
  });
  mkdirSync(FOLDER, { recursive: true });
  for (const { path, contents } of outputFiles) {
    // another test process may write or run the same file
    const unfinished = `${path}.${process.pid}`;
    writeFileSync(unfinished, contents);
    renameSync(unfinished, path);
  }
}
