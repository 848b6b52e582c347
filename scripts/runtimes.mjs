// npm run test:runtimes [-- --only ID,…] [FILE …]: runs the tests of vitest.runtimes.config.ts in every runtime of
// scripts/runtimes/list.mjs, prints a table, and writes it to docs/runtimes.md unless files are named. It takes some minutes for each
// runtime. Node, Bun and Deno come from npm into .cache/runtimes; Chromium is the installed one.
import { mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { answersOf, judge } from "./runtimes/judge.mjs";
import { KNOWN_FAILURES, RUNTIMES } from "./runtimes/list.mjs";
import { tableOf, writeTable } from "./runtimes/table.mjs";
import { ANSWERS, cache, testReference, testWithVitest } from "./runtimes/vitest.mjs";
import { testInWeb } from "./runtimes/web.mjs";

/** @typedef {import("./runtimes/list.mjs").Runtime} Runtime */

const { values, positionals: files } = parseArgs({
  options: { only: { type: "string" } },
  allowPositionals: true,
});
const ids = values.only?.split(",") ?? RUNTIMES.map(({ id }) => id);
const unknown = ids.filter((id) => !RUNTIMES.some((runtime) => runtime.id === id));
if (unknown.length > 0) {
  console.error(`unknown runtime: ${unknown.join(", ")}`);
  console.error(`known: ${RUNTIMES.map(({ id }) => id).join(", ")}`);
  process.exit(2);
}
mkdirSync(cache, { recursive: true });

const isPart = files.length > 0;
const isChosen = (/** @type {string} */ test) =>
  !isPart || files.some((part) => test.includes(part));
const reference = isChosen(ANSWERS) ? answersOf(await testReference()) : {};

/** @param {Runtime} runtime */
async function test(runtime) {
  const started = performance.now();
  console.error(`${runtime.id} …`);
  const { version, results, ...rest } = await (runtime.kind === "vitest"
    ? testWithVitest(runtime, files)
    : testInWeb(runtime, files, (file) => console.error(`  ${file}`)));
  const known = KNOWN_FAILURES.filter((one) => isChosen(one.test));
  const judgement = judge(runtime, results, reference, known);
  const seconds = Math.round((performance.now() - started) / 1_000);
  console.error(`  ${judgement.passed} tests passed in ${seconds} s`);
  return { ...judgement, ...rest, name: runtime.name, version };
}

const rows = [];
for (const id of ids) {
  const runtime = /** @type {Runtime} */ (RUNTIMES.find((one) => one.id === id));
  try {
    const row = await test(runtime);
    rows.push(row);
    if (!isPart) writeTable([row]);
    if (row.findings.length === 0) continue;
    console.error(`${id}: ${row.findings.length} findings\n  ${row.findings.join("\n  ")}`);
  } catch (error) {
    console.error(`${id}: not run: ${String(error)}`);
  }
  process.exitCode = 1;
}
console.log(tableOf(rows));
