// node scripts/run.mjs FILE [ARGUMENT...]: runs a TypeScript program of this repository without a build. The name of the
// package resolves to its source.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createJiti } from "jiti";
import { sourceAliases } from "./entries.mjs";

const [node = "", , file, ...args] = process.argv;
if (file === undefined) {
  console.error("usage: node scripts/run.mjs FILE [ARGUMENT...]");
  process.exit(2);
}
const path = resolve(file);
process.argv = [node, path, ...args];
// a program that starts itself again passes these before its own path
process.execArgv = [...process.execArgv, fileURLToPath(import.meta.url)];
await createJiti(import.meta.url, { alias: sourceAliases }).import(path);
