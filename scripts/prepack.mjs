// npm runs this before it packs, and with `--restore` after it has packed. Makes the relative links of README.md absolute, and those of
// the guides that lead out of the package; fills `homepage` and `bugs` of package.json. All come from its field `repository`: while that
// is empty, this changes nothing.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { manifest, root } from "./entries.mjs";
import { isRelative, linksOf } from "./links.mjs";
import { repository } from "./repository.mjs";

const originals = join(root, ".cache/prepack");
const DOCUMENTS = ["README.md", ...guides()];

/** @returns {string[]} the Markdown files of the package, from its field `files` */
function guides() {
  return manifest.files.filter((path) => path.startsWith("docs/") && path.endsWith(".md"));
}

/**
 * Returns a document with absolute links.
 *
 * @param {string} path of the document, from the root
 * @param {string} text
 * @param {string} address of the repository
 */
function absolute(path, text, address) {
  let out = text;
  for (const { start, target, isPicture } of linksOf(text).reverse()) {
    const [file = "", anchor] = target.split("#");
    const inside = posix.join(posix.dirname(path), file);
    const isShipped = path !== "README.md" && manifest.files.includes(inside);
    if (!isRelative(target) || isShipped) continue;
    const kind = isPicture ? "raw" : "blob";
    const link = `${address}/${kind}/v${manifest.version}/${inside}${anchor === undefined ? "" : `#${anchor}`}`;
    out = out.slice(0, start) + link + out.slice(start + target.length);
  }
  return out;
}

function restore() {
  for (const path of ["package.json", ...DOCUMENTS]) {
    const original = join(originals, path);
    if (existsSync(original)) writeFileSync(join(root, path), readFileSync(original));
  }
  rmSync(originals, { recursive: true, force: true });
}

/** @param {string} path @param {(text: string) => string} change */
function rewrite(path, change) {
  const text = readFileSync(join(root, path), "utf8");
  mkdirSync(dirname(join(originals, path)), { recursive: true });
  writeFileSync(join(originals, path), text);
  writeFileSync(join(root, path), change(text));
}

restore(); // what a run that was cut short has left
if (repository !== undefined && !process.argv.includes("--restore")) {
  const address = repository;
  for (const path of DOCUMENTS) rewrite(path, (text) => absolute(path, text, address));
  rewrite("package.json", (text) => {
    const filled = {
      .../** @type {Record<string, unknown>} */ (JSON.parse(text)),
      repository: { type: "git", url: `git+${address}.git` },
      homepage: `${address}#readme`,
      bugs: `${address}/issues`,
    };
    return `${JSON.stringify(filled, null, 2)}\n`;
  });
}
