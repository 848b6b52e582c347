import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { root, sourceAliases } from "../../scripts/entries.mjs";

/** A program as one file. */
export interface Bundle {
  readonly path: string;
  readonly remove: () => void;
}

/** Bundles a TypeScript program of the tests, so that its processes start in a fraction of a second. */
export async function bundleProgram(source: string): Promise<Bundle> {
  const cache = join(root, ".cache"); // inside the project, so that the program finds its packages
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "program-"));
  const path = join(folder, "program.mjs");
  await build({
    entryPoints: [join(root, source)],
    outfile: path,
    bundle: true,
    platform: "node",
    format: "esm",
    alias: sourceAliases,
    external: ["pg", "kysely", "@libsql/*", "zod", "jose"],
    logLevel: "silent",
  });
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}
