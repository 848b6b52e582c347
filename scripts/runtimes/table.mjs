// Writes the results of the runtimes, and the tests that are known to fail, between the markers of docs/runtimes.md.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../entries.mjs";
import { KNOWN_FAILURES, RUNTIMES } from "./list.mjs";

const PAGE = join(root, "docs/runtimes.md");
const RESULTS = /(<!-- results:[^>]*-->\n)([\s\S]*?)(<!-- end of results -->)/;
const FAILURES = /(<!-- known failures:[^>]*-->\n)[\s\S]*?(<!-- end of known failures -->)/;

/** @typedef {import("./judge.mjs").Judgement & { name: string, version: string, notRun?: number }} Row */

const HEAD = [
  "| runtime | version | test files | tests passed | tests failed | known failures | files not run |",
  "|---|---|---|---|---|---|---|",
];

/** @param {Row} row */
function lineOf({ name, version, files, passed, known, findings, notRun = 0 }) {
  const counts = [files, passed, findings.length, known, notRun];
  const cells = [name, version, ...counts.map((count) => count.toLocaleString("en"))];
  return `| ${cells.join(" | ")} |`;
}

/** @param {readonly Row[]} rows */
export const tableOf = (rows) => [...HEAD, ...rows.map(lineOf)].join("\n");

/** Returns the lines for all runtimes: the new rows, and for the other runtimes what the page has. @param {readonly Row[]} rows @param {string} page */
function mergedLines(rows, page) {
  const written = RESULTS.exec(page)?.[2]?.split("\n") ?? [];
  return RUNTIMES.flatMap(({ name }) => {
    const row = rows.find((one) => one.name === name);
    const line = row ? lineOf(row) : written.find((one) => one.startsWith(`| ${name} |`));
    return line === undefined ? [] : [line];
  });
}

function failureLines() {
  const lines = KNOWN_FAILURES.map(({ runtimes, test, reason }) => {
    const names = RUNTIMES.filter(({ id }) => runtimes.includes(id)).map(({ name }) => name);
    const [file, ...titles] = test.split(" > ");
    const title = titles.length === 0 ? "" : `: ${titles.join(", ")}`;
    return `| ${names.join(", ")} | \`${file}\`${title} | ${reason} |`;
  });
  return ["| runtime | test | reason |", "|---|---|---|", ...lines];
}

/** @param {readonly Row[]} rows */
export function writeTable(rows) {
  const page = readFileSync(PAGE, "utf8");
  if (!RESULTS.test(page) || !FAILURES.test(page)) {
    throw new Error("docs/runtimes.md: no markers for the tables");
  }
  const results = [...HEAD, ...mergedLines(rows, page)].join("\n");
  const failures = failureLines().join("\n");
  const written = page
    .replace(RESULTS, (_, start, __, end) => `${start}\n${results}\n\n${end}`)
    .replace(FAILURES, (_, start, end) => `${start}\n${failures}\n\n${end}`);
  writeFileSync(PAGE, written);
}
