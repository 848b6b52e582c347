// node scripts/run-bundled.mjs FILE [ARGUMENT...]: runs a TypeScript program of the tests as one file, for programs that run for
// minutes: it starts and runs faster than through scripts/run.mjs.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { root, sourceAliases } from "./entries.mjs";

const [node = "", , file, ...args] = process.argv;
if (file === undefined) {
  console.error("usage: node scripts/run-bundled.mjs FILE [ARGUMENT...]");
  process.exit(2);
}
const cache = join(root, ".cache"); // inside the project, so that the program finds its packages
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, "bundled-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const outfile = join(folder, "program.mjs");
await build({
  entryPoints: [resolve(file)],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  alias: sourceAliases,
  packages: "external",
  sourcemap: "inline",
  logLevel: "error",
});
process.argv = [node, outfile, ...args];
await import(pathToFileURL(outfile).href);
