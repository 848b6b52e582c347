import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { root, sourceAliases } from "../../../scripts/entries.mjs";

/** A program as one file. */
export interface Bundle {
  readonly path: string;
  readonly remove: () => void;
}

/** Bundles the program of a process that decides, so that it starts in a fraction of a second. */
export async function bundleReplica(): Promise<Bundle> {
  const cache = join(root, ".cache"); // inside the project, so that the program finds its packages
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "faults-"));
  const path = join(folder, "replica.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("./replica.ts", import.meta.url))],
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
