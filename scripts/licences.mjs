// Checks the licences of the packages that the package needs at run time, and of those that its command line contains: each one must
// be in a list. Other packages of the lock file are tools that are not shipped: they have a wider list. Reads package-lock.json alone.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { manifest, root } from "./entries.mjs";

/** Licences of what users install or get within `dist`. */
const SHIPPED = new Set(["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0"]);

/** Licences of what only builds and tests the package, in addition. None of it is shipped. */
const TOOLS = new Set([
  ...SHIPPED,
  "BlueOak-1.0.0",
  "CC0-1.0",
  "LGPL-3.0-or-later",
  "MPL-2.0",
  "PSF-2.0",
  "Python-2.0",
  "Zlib",
]);

/** Packages without an SPDX expression in the lock file, with the licence that was read in their files. */
const READ = new Map([
  ["busboy", "MIT"],
  ["format", "MIT"],
  ["spawndamnit", "MIT"],
  ["streamsearch", "MIT"],
]);

/** Packages that the build puts into `dist`; the same names are in scripts/bundle-command-line.mjs by their imports. */
export const BUNDLED = new Set([
  "@babel/parser",
  "@modelcontextprotocol/client",
  "@modelcontextprotocol/server",
  "commander",
  "jiti",
  "picocolors",
  "string-width",
  "wrap-ansi",
  "yaml",
]);

/**
 * Returns whether an SPDX expression of names, AND, OR and parentheses is allowed: each part of AND, and one part of OR. A text of
 * another form is not allowed.
 *
 * @param {string} expression
 * @param {ReadonlySet<string>} allowed
 * @returns {boolean}
 */
export function isAllowed(expression, allowed) {
  const text = expression.replace(/^\((.*)\)$/, "$1");
  if (text.includes("(")) return false;
  return text
    .split(" OR ")
    .some((choice) => choice.split(" AND ").every((name) => allowed.has(name)));
}

/**
 * Returns a line for each package whose licence is not allowed.
 *
 * @param {Record<string, { license?: string, dev?: boolean, dependencies?: Record<string, string> }>} packages of the lock file, by path
 * @returns {string[]}
 */
export function licenceFaults(packages) {
  const shipped = shippedPaths(packages);
  return Object.entries(packages).flatMap(([path, { license }]) => {
    const name = path.replace(/^.*node_modules\//, "");
    if (path === "") return [];
    const expression = READ.get(name) ?? license ?? "none";
    const isTool = !shipped.has(path);
    if (isAllowed(expression, isTool ? TOOLS : SHIPPED)) return [];
    return [
      `${path}: the licence \`${expression}\` is not in the list of ${isTool ? "tools" : "what is shipped"}`,
    ];
  });
}

/**
 * Returns the paths of the packages that are needed at run time or bundled, with all that they need.
 *
 * @param {Record<string, { dev?: boolean, dependencies?: Record<string, string> }>} packages
 */
function shippedPaths(packages) {
  const found = new Set();
  const queue = [...Object.keys(manifest.dependencies), ...BUNDLED].map(
    (name) => `node_modules/${name}`,
  );
  for (const path of queue) {
    if (found.has(path)) continue;
    const entry = packages[path];
    if (entry === undefined) throw new Error(`package-lock.json has no ${path}: correct BUNDLED`);
    found.add(path);
    for (const name of Object.keys(entry.dependencies ?? {}))
      queue.push(placeOf(packages, path, name));
  }
  return found;
}

/** Returns where Node finds a package. @param {object} packages @param {string} from @param {string} name @returns {string} */
function placeOf(packages, from, name) {
  const inner = `${from}/node_modules/${name}`;
  if (Object.hasOwn(packages, inner)) return inner;
  const end = from.lastIndexOf("/node_modules/");
  return end === -1 ? `node_modules/${name}` : placeOf(packages, from.slice(0, end), name);
}

if (process.argv[1] === import.meta.filename) {
  /** @type {{ packages: Parameters<typeof licenceFaults>[0] }} */
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const faults = licenceFaults(packages);
  for (const fault of faults) console.error(fault);
  console.log(
    `${Object.keys(packages).length - 1} packages, ${faults.length} licences not allowed`,
  );
  if (faults.length > 0) process.exitCode = 1;
}
