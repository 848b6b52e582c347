// npm run mutation -- --room NAME [options]: changes one place of a room of `src` at a time and runs the tests of the room, of which one
// shall fail. Prints each change that no test notices, and the share of those that one does.
//
// Options:
//   --sample N --seed S   N changes, drawn with the seed, instead of all
//   --only FILE[:L-L]     those of a file, or of lines of it; may be repeated
//   --left                those that no earlier run in the folder saw noticed and that are not listed as equivalent
//   --quick               makes the changes in one process, which finds most of those that tests notice; then use `--left` for the others
//   --wide                runs slow tests too, those that `rooms.json` has under `wide`, and with `--quick` those that take up to five seconds
//   --folder F            keeps the copy of the project that Stryker changes, and what was seen there
//   --record              writes the numbers of the room into scripts/mutation/results
//   --document            writes the tables of docs/quality.md from there, and does nothing else
//
// Changes that no test can notice are in scripts/mutation/results, with the reasons. An entry there is
// `[line, mutator, replacement]`, as this program prints it, and a number where the line occurs more than once.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  changesOf,
  filesOf,
  nameOf,
  placeOf,
  readOnly,
  rooms,
  sampleOf,
} from "./mutation/changes.mjs";
import { writeDocument } from "./mutation/document.mjs";
import { runQuick } from "./mutation/quick.mjs";
import {
  createMemory,
  entryOf,
  equivalentNames,
  percentOf,
  readRecord,
  writeMeasurement,
} from "./mutation/record.mjs";
import { copyProject, forgetBetweenTests, runStryker } from "./mutation/stryker.mjs";

/** @typedef {import("./mutation/changes.mjs").Change} Change */

const { values } = parseArgs({
  options: {
    room: { type: "string" },
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    only: { type: "string", multiple: true, default: [] },
    left: { type: "boolean", default: false },
    wide: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    folder: { type: "string" },
    record: { type: "boolean", default: false },
    document: { type: "boolean", default: false },
  },
});
const { room = "", sample, only } = values;

/** Measures the room, or what is asked for of it. */
async function measure() {
  const folder = values.folder ?? mkdtempSync(join(tmpdir(), "mutation-"));
  if (values.folder === undefined)
    process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  copyProject(folder);
  const memory = createMemory(folder, room);
  const files = filesOf(room);
  if (!files.includes("src/grammar/once.ts")) forgetBetweenTests(folder);
  const { changes: total, sources } = await changesOf(folder, files);
  const drawn = drawOf(total, memory.drawn);
  const listed = new Set(equivalentNames(readRecord(room)));
  const filters = only.map((text) => readOnly(text, files));
  const wanted = drawn
    .filter((one) => filters.length === 0 || filters.some((accepts) => accepts(one)))
    .filter((one) => {
      const name = nameOf(one);
      return !values.left || !(listed.has(name) || isNoticed(memory.statuses.get(name)));
    });
  const started = Date.now();
  const { tests = [], wide = [] } = rooms[room] ?? {};
  const run = values.wide ? { tests: [...tests, ...wide], except: [] } : { tests, except: wide };
  if (values.quick) {
    for (const one of await runQuick(folder, run, {
      sources,
      changes: wanted,
      isPatient: values.wide,
    }))
      memory.statuses.set(nameOf(one), "Killed");
  } else if (wanted.length > 0) {
    const seen = runStryker(folder, run, wanted);
    for (const one of wanted) {
      const status = seen.get(placeOf(one));
      if (status !== undefined) memory.statuses.set(nameOf(one), status);
    }
  }
  const minutes = (Date.now() - started) / 60_000;
  memory.save(minutes, sample === undefined ? [...memory.drawn] : drawn.map(nameOf));
  report({ total, drawn, wanted, listed, statuses: memory.statuses }, memory.minutes + minutes);
}

/**
 * Returns the changes that count: all, or a draw. With `--left`, the draw of the run before, as far as its lines are still there.
 *
 * @param {Change[]} total @param {ReadonlySet<string>} before names of the changes that were drawn before
 */
function drawOf(total, before) {
  if (sample === undefined) return total;
  if (values.left && before.size > 0) return total.filter((one) => before.has(nameOf(one)));
  return sampleOf(total, Number(sample), Number(values.seed));
}

/** Returns whether a run of the tests failed, with a `RuntimeError` because a test file could not be loaded. @param {string | undefined} status */
const isNoticed = (status) => ["Killed", "Timeout", "RuntimeError"].includes(status ?? "");

/** @param {string | undefined} status whether a change was made, and left a program that can run */
const isMeasured = (status) =>
  status !== undefined && !["CompileError", "Ignored"].includes(status);

/**
 * Prints what no test noticed in this run, and the numbers of the room.
 *
 * @param {{ total: Change[], drawn: Change[], wanted: Change[], listed: Set<string>, statuses: Map<string, string> }} seen
 * @param {number} minutes of all runs in the folder
 */
function report({ total, drawn, wanted, listed, statuses }, minutes) {
  const statusOf = (/** @type {Change} */ one) => statuses.get(nameOf(one));
  for (const one of wanted) {
    const status = statusOf(one);
    if (
      status !== "Timeout" &&
      (isNoticed(status) || !isMeasured(status) || listed.has(nameOf(one)))
    )
      continue;
    console.log(`${status} ${one.file}:${one.start.line}:${one.start.column} ${entryOf(one)}`);
  }
  const names = new Set(total.map(nameOf));
  // a change that no test can notice has run out of time for another reason
  const isSeen = (/** @type {string} */ name) =>
    isNoticed(statuses.get(name)) && !(listed.has(name) && statuses.get(name) === "Timeout");
  for (const name of listed) {
    const [file, ...rest] = name.split("\n");
    if (!names.has(name)) console.log(`stale: ${file} ${JSON.stringify(rest)}`);
    else if (isSeen(name))
      console.log(`listed as equivalent, but noticed: ${file} ${JSON.stringify(rest)}`);
  }
  // what is listed as equivalent is not made again with `--left`
  const made = drawn.filter((one) => isMeasured(statusOf(one)) || listed.has(nameOf(one)));
  const noticed = made.filter((one) => isSeen(nameOf(one))).length;
  const equivalent = made.filter((one) => !isSeen(nameOf(one)) && listed.has(nameOf(one))).length;
  const share = percentOf(noticed, made.length - equivalent);
  console.log(
    `${room}: ${noticed} of ${made.length} changes noticed, ${equivalent} equivalent (${share} % of the others), ` +
      `of ${total.length}, ${sample === undefined ? "all" : `seed ${values.seed}`}, ${minutes.toFixed(0)} min`,
  );
  if (!values.record) return;
  const seed = sample === undefined ? {} : { seed: Number(values.seed) };
  writeMeasurement(room, {
    total: total.length,
    measured: made.length,
    noticed,
    equivalent,
    ...seed,
    minutes: Math.round(minutes),
  });
}

if (values.document) writeDocument();
else if (Object.hasOwn(rooms, room)) await measure();
else {
  console.error(`--room: expected one of ${Object.keys(rooms).join(", ")}`);
  process.exit(2);
}
