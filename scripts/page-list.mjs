// Lists the pages of docs with what their front matter states. The index of docs and the side bar of the site are made from this list.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { root } from "./entries.mjs";
import { FENCED_BLOCKS } from "./links.mjs";

/**
 * @typedef {object} Page
 * @property {string} path path from the folder docs, with slashes
 * @property {string} title title of the front matter, "" without one
 * @property {string} description one line without a full stop, "" without one
 * @property {string} kind one of KINDS or `page`, "" without one
 * @property {string} section one of SECTIONS for how-to pages, otherwise ""
 * @property {number} order place among the pages of its kind, 100 without one
 * @property {string} body text after the front matter
 */

/** The kinds of a page, in the order of the index, with the headings of the index. A `page` is in no list, as the playground. */
export const KINDS = new Map([
  ["tutorial", "Tutorials"],
  ["how-to", "How-to guides"],
  ["explanation", "Explanation"],
  ["reference", "Reference"],
]);

/** The sections of the how-to pages, in the order of the index. */
export const SECTIONS = [
  "Write a policy",
  "Protect an API",
  "Protect an MCP server",
  "Verify tokens",
  "Ask for consent",
  "Keep grants and audit",
  "Test and review",
  "Tools",
];

const FRONT_MATTER = /^---\n([\s\S]*?)\n---\n/;
/** Files of docs that are not pages: the index, decision records, skills, generated and hidden folders. */
const NOT_A_PAGE =
  /^(?:README\.md$|index\.md$|decisions\/|skills\/|api\/|\.)|(?:^|\/)node_modules\//;
const DEFAULT_ORDER = 100;

/** @param {string} text text of a page */
function frontMatterOf(text) {
  const [whole = "", yaml = ""] = FRONT_MATTER.exec(text) ?? [];
  /** @type {unknown} */
  const value = parse(yaml);
  const fields = /** @type {Record<string, unknown>} */ (
    typeof value === "object" && value !== null ? value : {}
  );
  return { fields, body: text.slice(whole.length) };
}

/** @param {string} path from the folder docs @param {string} text @returns {Page} */
export function pageOf(path, text) {
  const { fields, body } = frontMatterOf(text);
  const line = (/** @type {string} */ key) => {
    const value = fields[key];
    return typeof value === "string" ? value : "";
  };
  const order = typeof fields["order"] === "number" ? fields["order"] : DEFAULT_ORDER;
  return {
    path,
    title: line("title"),
    description: line("description"),
    kind: line("kind"),
    section: line("section"),
    order,
    body,
  };
}

/**
 * Returns the pages of docs in the order of the index: by kind, section, `order` and title.
 *
 * @param {string} [docs] the folder of the pages
 * @returns {Page[]}
 */
export function pagesOf(docs = join(root, "docs")) {
  const kinds = [...KINDS.keys()];
  /** @param {Page} page */
  const place = ({ kind, section }) => kinds.indexOf(kind) * 100 + SECTIONS.indexOf(section);
  return readdirSync(docs, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".md") && !NOT_A_PAGE.test(path))
    .map((path) => pageOf(path, readFileSync(join(docs, path), "utf8")))
    .sort(
      (a, b) => place(a) - place(b) || a.order - b.order || a.title.localeCompare(b.title, "en"),
    );
}

/**
 * Returns the number of words of a Markdown text outside its code blocks and comments.
 *
 * @param {string} body text without front matter
 * @returns {number}
 */
export function wordCount(body) {
  const prose = body.replace(FENCED_BLOCKS, "").replace(/<!--[\s\S]*?-->/g, "");
  return prose.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}
