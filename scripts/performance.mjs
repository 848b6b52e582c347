// Writes the tables of docs/performance.md and its pictures from what the benchmarks measured with `--write`: `npm run bench`,
// `bench:door`, `bench:memory` and `bench:setup`. With `--check` it writes nothing and fails where a file differs.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./entries.mjs";
import { PICTURES } from "./performance/pictures.mjs";
import { PARTS } from "./performance/tables.mjs";

const PAGE = join(root, "docs/performance.md");

/** Returns a page with a text between two markers. @type {(page: string, name: string, text: string) => string} */
function withPart(page, name, text) {
  const begin = `<!-- ${name}: written by scripts/performance.mjs -->\n`;
  const end = `\n<!-- end of ${name} -->`;
  const from = page.indexOf(begin) + begin.length;
  const to = page.indexOf(end, from - 1);
  if (from < begin.length || to < 0) throw new Error(`docs/performance.md: no markers of ${name}`);
  return `${page.slice(0, from)}\n${text}\n${page.slice(to)}`;
}

let page = readFileSync(PAGE, "utf8");
for (const [name, write] of Object.entries(PARTS)) page = withPart(page, name, write());
const files = [
  { file: PAGE, text: page },
  ...Object.entries(PICTURES).map(([name, draw]) => ({
    file: join(root, "docs/pictures", name),
    text: draw(),
  })),
];
const differing = files.filter(({ file, text }) => readText(file) !== text);
if (process.argv.includes("--check")) {
  for (const { file } of differing)
    console.error(
      `${file.slice(root.length + 1)} differs from the results: node scripts/performance.mjs`,
    );
  process.exitCode = differing.length > 0 ? 1 : 0;
} else for (const { file, text } of differing) writeFileSync(file, text);

/** @type {(file: string) => string | undefined} */
function readText(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
