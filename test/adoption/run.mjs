// Tries each line of the list of needs of new users again, in fresh projects from the packed tarball: `npm run adoption`.
// `-- --long` adds the cases with heavy packages and other runtimes, `-- --only 4,8` runs the cases of these lines, `-- --keep` keeps
// the folders. Needs a build.
import { parseArgs } from "node:util";
import { reasonOf, runCases } from "./runner.mjs";
import { CASES } from "./table.mjs";
import { isUpToDate } from "./works-with.mjs";

const { values } = parseArgs({
  options: {
    long: { type: "boolean", default: false },
    only: { type: "string" },
    keep: { type: "boolean", default: false },
  },
});
const only = values.only?.split(",").map(Number);
const selected = CASES.filter(
  ({ lines, long }) =>
    (values.long || long !== true || only !== undefined) &&
    (only === undefined || lines.some((line) => only.includes(line))),
);

const started = performance.now();
const results = await runCases(selected, {
  keep: values.keep,
  note: (text) => console.log(text),
  onResult: ({ case: one, ok, seconds }) =>
    console.log(
      `${ok ? "ok  " : "FAIL"} ${one.lines.join().padEnd(5)} ${seconds.toFixed(1).padStart(5)} s  ${one.what}`,
    ),
});

const failed = results.filter(({ ok }) => !ok);
for (const { case: one, output } of failed)
  console.log(`\n--- ${one.lines.join()}: ${one.what}\n    ${one.file}\n${output.slice(-2500)}`);
if (failed.length > 0) console.log("\nfailed:");
for (const { case: one, output } of failed)
  console.log(`${one.lines.join().padEnd(5)} ${one.file}: ${reasonOf(output).slice(0, 160)}`);
const seconds = Math.round((performance.now() - started) / 1000);
console.log(`${results.length - failed.length} of ${results.length} cases passed in ${seconds} s`);
const isStale = selected.length === CASES.length && !isUpToDate(results);
if (isStale) console.log("docs/works-with.md is stale: run node test/adoption/works-with.mjs");
process.exitCode = failed.length > 0 || isStale ? 1 : 0;
