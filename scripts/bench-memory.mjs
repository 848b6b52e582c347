// npm run bench:memory [-- --check] [-- --write]: measures the memory that the library takes for each further token that a program holds:
// what is kept with the token, and its place in the table of texts. The objects and the texts of the tokens exist before. `--check` fails
// where it is a tenth more than in scripts/bench/memory.json. `--write` writes this file, from which scripts/performance.mjs makes a table
// of docs/performance.md. The bytes depend on the version of V8, but not on the load of the machine.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { getHeapSnapshot } from "node:v8";

/** @import { MemoryResults } from "./performance/results.mjs" */

/** @typedef {{ snapshot: { meta: { node_fields: string[] } }, nodes: number[] }} Snapshot what is read of a heap snapshot */

const RESULTS = new URL("bench/memory.json", import.meta.url);
/** What the tokens of a workload are called. @type {Readonly<Record<string, string>>} */
const KINDS = { loopwise: "plain scopes, of Loopwise", bound: "scopes bound to one account" };
const COUNTS = [1_000, 10_000];
/** Number of tokens before those that are measured. */
const FIRST = 200;
/** Decisions about each token. What a token means is kept with it for one of 31 look-ups by text, so after these for all but one of 20,000. */
const DECISIONS = 300;
/** How much more a token may take. */
const TOLERANCE = 1.1;
/** Without compiled code, which comes and goes while a program runs, and is not part of a token. */
const FLAGS = ["--no-opt", "--no-sparkplug", "--no-flush-bytecode"];

/**
 * Returns the bytes of all objects that are alive, including the arrays of numbers that are not in the heap. A snapshot counts objects.
 * `process.memoryUsage` counts the rest of a page too, which differed between runs by up to 60 bytes for each of 10,000 tokens.
 */
async function usedBytes() {
  const { snapshot, nodes } = /** @type {Snapshot} */ (await json(getHeapSnapshot()));
  const fields = snapshot.meta.node_fields;
  let bytes = 0;
  for (let at = fields.indexOf("self_size"); at < nodes.length; at += fields.length)
    bytes += /** @type {number} */ (nodes[at]);
  return bytes;
}

/**
 * Prints the bytes of each further token, measured in this process.
 *
 * @param {string} kind
 * @param {number} count
 */
async function measure(kind, count) {
  const { claimsOf, loadWorkload } = await import("./bench/contenders.mjs");
  const { bound, loopwise } = await import("./bench/workloads.mjs");
  const workload = (kind === "bound" ? bound : loopwise)(FIRST + count);
  const policy = loadWorkload(workload);
  const tokens = workload.texts.map(claimsOf);
  const names = [...workload.tools.keys()];
  const params = { id: workload.requests[0]?.value };
  const decideAll = (/** @type {readonly object[]} */ some) => {
    for (let round = 0; round < DECISIONS; round += 1) {
      const name = /** @type {string} */ (names[round % names.length]);
      for (const token of some) policy.decideUntrusted(token, name, params);
    }
  };
  // the first tokens and the first snapshot bring what all share
  decideAll(tokens.slice(0, FIRST));
  await usedBytes();
  const before = await usedBytes();
  decideAll(tokens.slice(FIRST));
  const bytes = (await usedBytes()) - before;
  if (tokens.length !== workload.texts.length) throw new Error("a token is missing"); // so that all are alive until here
  console.log(bytes / count);
}

function measureAll() {
  return Object.entries(KINDS).flatMap(([kind, of]) =>
    COUNTS.map((count) => {
      const program = fileURLToPath(import.meta.url);
      const given = [...FLAGS, program, "--one", kind, String(count)];
      const bytes = Math.round(Number(String(execFileSync(process.execPath, given))));
      console.log(`${of}, ${count.toLocaleString("en")} tokens: ${bytes} bytes each`);
      return { of, count, bytes };
    }),
  );
}

/** @type {(rows: MemoryResults["rows"]) => void} */
function check(rows) {
  /** @type {MemoryResults} */
  const known = JSON.parse(readFileSync(RESULTS, "utf8"));
  for (const { of, count, bytes } of rows) {
    const most = known.rows.find((row) => row.of === of && row.count === count)?.bytes;
    if (most !== undefined && bytes <= most * TOLERANCE) continue;
    console.error(
      most === undefined
        ? `FAILED: ${of}, ${count} tokens: not in scripts/bench/memory.json; npm run bench:memory -- --write adds it`
        : `FAILED: ${of}, ${count} tokens: ${bytes} bytes, over a tenth more than ${most}`,
    );
    process.exitCode = 1;
  }
}

const [option, kind = "", count = ""] = process.argv.slice(2);
if (option === "--one") await measure(kind, Number(count));
else {
  const { values } = parseArgs({
    options: {
      check: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
    },
  });
  const rows = measureAll();
  if (values.check) check(rows);
  if (values.write) {
    const date = new Date().toISOString().slice(0, 10);
    const results = { date, node: process.version, rows };
    writeFileSync(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`);
  }
}
