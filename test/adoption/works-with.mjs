// Writes docs/works-with.md from the cases that name other packages: `node test/adoption/works-with.mjs` runs them and writes the file,
// `--check` fails if the file differs from what the run found. `npm run adoption -- --long` checks it too.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/entries.mjs";
import { runCases, versionOf } from "./runner.mjs";
import { CASES } from "./table.mjs";

/** @typedef {{ name: string, version: string, tried: string, result: string }} Row */

const PATH = join(root, "docs/works-with.md");
const HEAD = `---
title: Works with
description: Versions of other packages with which this one is tried before a release
kind: reference
order: 120
---

# Works with

The combinations of this package with others that are tried in fresh projects, with the packed package, before a release. A script
runs the cases and writes this table (\`node test/adoption/works-with.mjs\`).

"works" means that the case passes with this version. "fails" means that it does not: see the case of the package in \`test/adoption\`.

| package | version tried | what was tried | result |
|---|---|---|---|
`;
const TAIL = `
## Next step

* [Adapters](adapters.md) if your framework is in the table.
* [Recipes](recipes.md) if you want a whole program.
`;

/** Packages that a project has under another name. */
const ALIASES = new Map([["express4", "express"]]);

/** Returns the rows that the cases ask for, without results. @returns {(Omit<Row, "result"> & { case: import("./table.mjs").Case })[]} */
export function worksWithRows() {
  const rows = CASES.flatMap((one) =>
    (one.worksWith ?? []).map((installed) => ({
      name: ALIASES.get(installed) ?? installed,
      version: versionOf(one.project, installed) ?? "",
      tried: one.what,
      case: one,
    })),
  );
  return rows.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Reads the rows of a table as written by this script. @param {string} text @returns {Row[]} */
export function readTable(text) {
  const lines = text.split("\n").filter((line) => line.startsWith("| `"));
  return lines.map((line) => {
    const [name = "", version = "", tried = "", result = ""] = line.slice(2, -2).split(" | ");
    return { name: name.slice(1, -1), version, tried, result };
  });
}

/**
 * Returns the text of the document, from the results of the cases.
 *
 * @param {readonly import("./runner.mjs").Result[]} results
 */
function documentOf(results) {
  const passed = new Set(results.filter(({ ok }) => ok).map((result) => result.case));
  const lines = worksWithRows().map(({ name, version, tried, case: one }) => {
    const result = passed.has(one) ? "works" : "fails";
    return `| \`${name}\` | ${version} | ${tried} | ${result} |\n`;
  });
  return HEAD + lines.join("") + TAIL;
}

/** Returns whether the document has what the cases found. @param {readonly import("./runner.mjs").Result[]} results */
export const isUpToDate = (results) => readFileSync(PATH, "utf8") === documentOf(results);

if (process.argv[1] === import.meta.filename) {
  const results = await runCases(
    CASES.filter(({ worksWith }) => worksWith !== undefined),
    {
      note: (text) => console.log(text),
      onResult: ({ case: one, ok }) => console.log(`${ok ? "ok  " : "FAIL"} ${one.file}`),
    },
  );
  if (!process.argv.includes("--check")) writeFileSync(PATH, documentOf(results));
  else if (!isUpToDate(results)) {
    console.error("docs/works-with.md differs from what the cases found: run this without --check");
    process.exitCode = 1;
  }
}
