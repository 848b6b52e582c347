// Runs after `changeset version`: keeps the preface of CHANGELOG.md above the first release, and arranges the newest section. Entries with
// the star come first; the commit of an entry is a link where package.json has a repository.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./entries.mjs";
import { repository } from "./repository.mjs";

const PATH = join(root, "CHANGELOG.md");
const PREFACE = /<!-- preface -->[\s\S]*?<!-- \/preface -->\n*/;

/** @param {string} entry an entry as changesets writes it: `- 1a2b3c4: text`, with its other lines indented */
const linked = (entry) =>
  entry.replace(/^- ([0-9a-f]{7,40}): /, (_, commit) =>
    repository === undefined ? "- " : `- [\`${commit}\`](${repository}/commit/${commit}) `,
  );

/**
 * Returns a section with its entries below two headings, those with the star first.
 *
 * @param {string} section from its heading up to the next one
 */
function arranged(section) {
  const [heading = "", ...lines] = section.trim().split("\n");
  const entries = lines
    .filter((line) => !line.startsWith("### "))
    .join("\n")
    .split(/^(?=- )/m)
    .map((entry) => linked(entry.trim()))
    .filter((entry) => entry !== "");
  const starred = entries.filter((entry) => entry.includes("★"));
  const others = entries.filter((entry) => !entry.includes("★"));
  const block = (/** @type {string} */ title, /** @type {string[]} */ list) =>
    list.length === 0 ? [] : [`### ${title}`, ...list];
  return [
    heading,
    ...block("★ Decisions and responses", starred),
    ...block("Everything else", others),
  ].join("\n\n");
}

const text = readFileSync(PATH, "utf8");
const preface = PREFACE.exec(text)?.[0].trim();
if (preface === undefined) throw new Error("CHANGELOG.md has no preface between its marks");
const [title = "", newest, ...older] = text.replace(PREFACE, "").split(/^(?=## )/m);
const sections =
  newest === undefined ? [] : [arranged(newest), ...older.map((each) => each.trim())];
writeFileSync(PATH, `${[title.trim(), preface, ...sections].join("\n\n")}\n`);
