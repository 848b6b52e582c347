// Checks every link and picture of the documents: as in the repository, where it leads to a file and a heading, and as on npm, where
// README.md and the guides of the package must not lead to a file that is not in the package. README.md leads to such files alone even
// without the address of a repository, from which the others get absolute links. Reads documents alone, never the network.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { manifest, root } from "./entries.mjs";
import { anchorOf, FENCED_BLOCKS, isRelative, linksOf } from "./links.mjs";

/** @type {string[]} */
const faults = [];

/** @param {string} text */
const anchorsOf = (text) => {
  const headings = text.replace(FENCED_BLOCKS, "").matchAll(/^#+ (.*)$/gm);
  return new Set([...headings].map(([, heading = ""]) => anchorOf(heading)));
};

/** @param {string} folder @param {string} path of a document below it @param {(target: string) => boolean} exists */
function check(folder, path, exists) {
  const text = readFileSync(join(folder, path), "utf8");
  for (const { start, target } of linksOf(text)) {
    const line = text.slice(0, start).split("\n").length;
    const [file = "", anchor] = target.split("#");
    const to = file === "" ? path : posix.join(posix.dirname(path), file);
    if (!isRelative(target) && !target.startsWith("#")) continue;
    if (!exists(to))
      faults.push(`${path}:${line}: \`${target}\` is not there, or not in the package`);
    else if (anchor !== undefined && to.endsWith(".md")) {
      if (!anchorsOf(readFileSync(join(folder, to), "utf8")).has(anchor))
        faults.push(`${path}:${line}: no heading \`#${anchor}\` in ${to}`);
    }
  }
}

/** @param {string} folder @returns {string[]} */
const documentsIn = (folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((path) => posix.join(folder, path.replaceAll("\\", "/")))
    .filter((path) => path.endsWith(".md") && !path.startsWith("docs/api/"));

const top = readdirSync(root).filter((path) => path.endsWith(".md"));
const documents = [
  ...top,
  ...documentsIn("docs"),
  ...documentsIn("examples"),
  ...documentsIn(".github"),
];
const shipped = new Set(["README.md", ...manifest.files]);
// README.md is also read from the package, without the rest of the repository
for (const path of documents) {
  const isThere = (/** @type {string} */ to) =>
    existsSync(join(root, to)) && (path !== "README.md" || shipped.has(to));
  check(root, path, isThere);
}

// as on npm: the package of a project that has a repository
const folder = mkdtempSync(join(tmpdir(), "links-"));
try {
  for (const path of ["package.json", "scripts", ...documents])
    cpSync(join(root, path), join(folder, path), { recursive: true });
  const packed = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ ...packed, repository: "https://git.example/owner/name" }),
  );
  execFileSync(process.execPath, ["scripts/prepack.mjs"], { cwd: folder });
  for (const path of [...shipped].filter((each) => each.endsWith(".md")))
    check(folder, path, (to) => path !== "README.md" && shipped.has(to));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

for (const fault of faults) console.error(fault);
console.log(`${documents.length} documents, ${faults.length} faults`);
if (faults.length > 0) process.exitCode = 1;
