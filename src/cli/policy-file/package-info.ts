import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** Returns the path of the entry of this package: next to this file in the build, two folders above it in the source. */
export function packageEntry(): string {
  const built = join(here, "index.js");
  return existsSync(built) ? built : join(here, "..", "..", "index.ts");
}

/** Returns the version of this package. */
export function packageVersion(): string {
  let folder = here;
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return String((manifest as { readonly version?: unknown }).version);
}
