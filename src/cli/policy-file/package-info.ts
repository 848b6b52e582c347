import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** Loads the entry of this package: next to this file in the build, two folders above it in the source. */
export async function loadLibrary(): Promise<object> {
  const built = join(here, "index.js");
  const entry = existsSync(built) ? built : join(here, "..", "..", "index.ts");
  return (await import(pathToFileURL(entry).href)) as object;
}

/** Returns the version of this package. */
export function packageVersion(): string {
  return readManifest().version;
}

/** Returns the paths of the guides of this package: Markdown files of `docs`. */
export function packageGuides(): readonly string[] {
  return readManifest()
    .files.filter((path) => /^docs\/.*(?<!\/README)\.md$/.test(path))
    .map((path) => join(packageFolder(), path));
}

/** The members of the manifest of this package that are read. */
interface Manifest {
  readonly version: string;
  readonly files: readonly string[];
}

function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(packageFolder(), "package.json"), "utf8")) as Manifest;
}

function packageFolder(): string {
  let folder = here;
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}
