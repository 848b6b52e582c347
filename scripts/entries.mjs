// The `exports` map of package.json is the only list of entries. Every tool reads it through this module.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * @typedef {object} Entry
 * @property {string} name file name at the top of src, without its ending
 * @property {string} specifier import specifier
 * @property {string} source path of the source, from the root of the project
 * @property {string} built path of the built module, from the root of the project
 * @property {string} types path of the built declarations, from the root of the project
 */

// not import.meta.dirname: tsup does not preserve it in its copy of this file
export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {readonly string[]} files
 * @property {unknown} repository
 * @property {Record<string, string>} bin
 * @property {Record<string, string>} dependencies
 * @property {Record<string, string>} devDependencies
 * @property {Record<string, string | { types: string, default: string }>} exports
 */

export const manifest = /** @type {Manifest} */ (
  JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
);

/** @type {readonly Entry[]} */
export const entries = Object.entries(manifest.exports).flatMap(([subpath, target]) => {
  if (typeof target === "string") return [];
  const name = subpath === "." ? "index" : subpath.slice("./".length);
  return [
    {
      name,
      specifier: `${manifest.name}${subpath.slice(".".length)}`,
      source: `src/${name}.ts`,
      built: target.default,
      types: target.types,
    },
  ];
});

/** Import specifier -> absolute path of its source, so that programs in this repository run without a build. */
export const sourceAliases = Object.fromEntries(
  entries.map(({ specifier, source }) => [specifier, join(root, source)]),
);

/** The same for Vite, where a name must match as a whole: `scope-policy` alone, not `scope-policy/verify`. */
export const viteAliases = Object.entries(sourceAliases).map(([specifier, replacement]) => ({
  find: new RegExp(`^${specifier}$`),
  replacement,
}));
