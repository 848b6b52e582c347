// Writes the lists of docs/README.md from the front matter of the pages. With `--check`, changes nothing and reports front matter that
// is missing or wrong, pages without a next step, pages that are too long, tables with a column without a name, an index that is out of
// date, and pages that are not in the package.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { manifest, root } from "./entries.mjs";
import { FENCED_BLOCKS, linksOf } from "./links.mjs";
import { KINDS, pagesOf, SECTIONS, wordCount } from "./page-list.mjs";

/** @typedef {import("./page-list.mjs").Page} Page */

const INDEX = join(root, "docs/README.md");
const LISTS = /(<!-- pages:[^>]*-->\n)[\s\S]*?(<!-- end of pages -->)/;
const MAX_WORDS = 1_200;
const MAX_DESCRIPTION = 120;
/** Kinds whose pages have a limit of words. */
const SHORT = new Set(["tutorial", "how-to"]);

/** @param {readonly Page[]} pages */
const listOf = (pages) =>
  pages.map(({ path, title, description }) => `* [${title}](${path}): ${description}`).join("\n");

/** @param {readonly Page[]} pages @returns {string} the lists of the index */
export function indexOf(pages) {
  const parts = [...KINDS].flatMap(([kind, heading]) => {
    const own = pages.filter((page) => page.kind === kind);
    if (own.length === 0) return [];
    if (kind !== "how-to") return [`## ${heading}`, listOf(own)];
    const sections = SECTIONS.flatMap((section) => {
      const inSection = own.filter((page) => page.section === section);
      return inSection.length === 0 ? [] : [`### ${section}`, listOf(inSection)];
    });
    return [`## ${heading}`, ...sections];
  });
  return `\n${parts.join("\n\n")}\n\n`;
}

/** @param {Page} page @returns {string[]} what is wrong with its front matter */
function frontMatterFaults({ title, description, kind, section }) {
  const isHowTo = kind === "how-to";
  /** @type {[boolean, string][]} */
  const rules = [
    [title !== "", "missing title"],
    [description !== "", "missing description"],
    [description.length < MAX_DESCRIPTION, `description of ${MAX_DESCRIPTION} characters or more`],
    [
      !/[.\n]$/.test(description) && !description.includes("\n"),
      "description is not one line without a full stop",
    ],
    [kind === "page" || KINDS.has(kind), `invalid kind "${kind}"`],
    [!isHowTo || SECTIONS.includes(section), `invalid section "${section}"`],
    [isHowTo || section === "", "a section, which only how-to pages have"],
  ];
  return rules.filter(([isMet]) => !isMet).map(([, fault]) => fault);
}

/** @param {Page} page @returns {string[]} what is wrong with its last section */
function nextStepFaults({ kind, body }) {
  if (kind === "page") return [];
  const prose = body.replace(FENCED_BLOCKS, "");
  const [, last = ""] = /[\s\S]*^## (.*[\s\S]*)$/m.exec(prose) ?? [];
  if (!/^Next steps?\n/.test(last)) return ["the last section is not `## Next step`"];
  const links = linksOf(last).length;
  return links >= 1 && links <= 3 ? [] : [`${links} links in \`## Next step\`, not one to three`];
}

/** @param {Page} page @returns {string[]} */
function lengthFaults({ kind, body }) {
  const words = wordCount(body);
  return SHORT.has(kind) && words >= MAX_WORDS
    ? [`${words} words outside code, the limit is ${MAX_WORDS}`]
    : [];
}

/** The row of lines below the head of a table. */
const BELOW_HEAD = /^ *\|[-: |]+\|$/;

/** @param {Page} page @returns {string[]} the tables with a column that has no name, which a screen reader cannot announce */
function tableFaults({ body }) {
  const lines = body.replace(FENCED_BLOCKS, "").split("\n");
  return lines
    .filter((line, at) => BELOW_HEAD.test(lines[at + 1] ?? "") && /\|\s*\|/.test(line))
    .map((line) => `a column without a name: ${line.trim()}`);
}

/** @param {Page} page @param {readonly string[]} files of the package @returns {string[]} */
function packageFaults({ kind, path }, files) {
  const isIn = files.some(
    (file) => `docs/${path}` === file || `docs/${path}`.startsWith(`${file}/`),
  );
  return kind === "page" || isIn ? [] : ["not in `files` of package.json"];
}

/**
 * Returns what is wrong with pages, one line each.
 *
 * @param {readonly Page[]} pages
 * @param {readonly string[]} files files of the package
 * @returns {string[]}
 */
export function pageFaults(pages, files) {
  return pages.flatMap((page) =>
    [
      ...frontMatterFaults(page),
      ...nextStepFaults(page),
      ...lengthFaults(page),
      ...tableFaults(page),
      ...packageFaults(page, files),
    ].map((fault) => `docs/${page.path}: ${fault}`),
  );
}

function main() {
  const pages = pagesOf();
  const text = readFileSync(INDEX, "utf8");
  if (!LISTS.test(text)) throw new Error("docs/README.md: no markers for the lists of pages");
  const made = text.replace(LISTS, (_, start, end) => `${start}${indexOf(pages)}${end}`);
  if (!process.argv.includes("--check")) return writeFileSync(INDEX, made);
  const isStale = made !== text;
  const faults = [
    ...pageFaults(pages, manifest.files),
    ...(isStale ? ["docs/README.md: out of date, run `node scripts/pages.mjs`"] : []),
    ...(manifest.files.includes("docs/README.md")
      ? []
      : ["docs/README.md: not in `files` of package.json"]),
  ];
  for (const fault of faults) console.error(fault);
  console.log(`${pages.length} pages, ${faults.length} faults`);
  if (faults.length > 0) process.exitCode = 1;
}

if (process.argv[1] === import.meta.filename) main();
