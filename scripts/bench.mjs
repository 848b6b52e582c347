// npm run bench [-- --check [--quick]] [-- --write [--accept-worse]] [-- PART...]: measures a decision against a hand-written check with
// Set and Map. All decide the same requests in one run, in alternation, and must allow the same ones. Ratios are comparable between machines;
// nanoseconds are not. `--check` is short, and fails where a ratio is a third worse than in scripts/bench/ratios.json or not in it, in each of
// three attempts. `--quick` is shorter still, for `.ci/run`, and leaves out the policy of 10,000 tools. `--write` measures three times and
// writes the medians into that file and into scripts/bench/results.json, from which scripts/performance.mjs makes the tables and the picture of
// docs/performance.md. It writes nothing if a ratio is a third worse than before, unless `--accept-worse` is given.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { measure } from "mitata";
import { CONTENDERS } from "./bench/contenders.mjs";
import { DENIALS } from "./bench/denials.mjs";
import { BOUND_CHECKS, BOUND_REQUESTS, BOUND_TEXTS } from "./bench/operations.mjs";
import { mayReplace, ratioFaults } from "./bench/ratios.mjs";
import { WORKLOADS } from "./bench/workloads.mjs";

/** @import { Contender } from "./bench/contenders.mjs" */
/** @import { Workload } from "./bench/workloads.mjs" */

const { values: options, positionals: named } = parseArgs({
  allowPositionals: true,
  options: {
    check: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    "accept-worse": { type: "boolean", default: false },
  },
});
const { check: isCheck, quick: isQuick, write: isWrite } = options;
if (isWrite && (isCheck || isQuick || named.length > 0))
  throw new Error("--write measures everything in full: give it no part, --check or --quick");
const SHORT = isQuick ? { rounds: 7, milliseconds: 12 } : { rounds: 5, milliseconds: 40 };
const EXTENT = isCheck ? SHORT : { rounds: 15, milliseconds: 60 };
const RATIOS = new URL("bench/ratios.json", import.meta.url);
const RESULTS = new URL("bench/results.json", import.meta.url);
const ATTEMPTS = 3;
/** Number of decisions in a sample. */
const BATCH = 512;

/** @typedef {"known" | "anew"} Kind */
/** @type {Readonly<Record<Kind, string>>} */
const KINDS = { known: "a token that is held", anew: "new text each time" };

/**
 * The arguments of a batch of decisions.
 *
 * @typedef {object} Batch
 * @property {(object | string)[]} tokens
 * @property {string[]} tools
 * @property {(string | undefined)[]} values
 */

/**
 * Creates the function that fills a batch with the next requests. A new text is another string in each batch, as a parser returns it.
 *
 * @param {Workload} workload
 * @param {Contender} contender
 * @param {Kind} kind
 */
function createFiller({ texts, requests }, contender, kind) {
  const held = texts.map((text) => contender.prepare(text));
  const jsons = requests.map(({ text, tool, value }) => JSON.stringify([texts[text], tool, value]));
  let next = 0;
  return (/** @type {Batch} */ batch) => {
    for (let index = 0; index < BATCH; index += 1, next = (next + 1) % requests.length) {
      const request = requests[next];
      if (request === undefined) continue;
      const [text, tool, value] =
        kind === "known"
          ? ["", request.tool, request.value ?? null]
          : /** @type {[string, string, string | null]} */ (
              JSON.parse(/** @type {string} */ (jsons[next]))
            );
      batch.tokens[index] = kind === "known" ? (held[request.text] ?? {}) : text;
      batch.tools[index] = tool;
      batch.values[index] = value ?? undefined;
    }
  };
}

let loops = 0;

/**
 * Returns a loop of its own for a function.
 *
 * @param {(token: never, tool: string, value: string | undefined) => boolean} decide
 * @returns {Promise<(batch: Batch) => number>}
 */
async function createLoop(decide) {
  loops += 1;
  /** @type {typeof import("./bench/loop.mjs")} */
  const { countAllowed } = await import(`./bench/loop.mjs?${loops}`);
  return (batch) => countAllowed(decide, batch);
}

/**
 * Measures functions in alternation, and returns the nanoseconds of one decision for each: the median of the fastest round, because
 * other programs of the machine only add time.
 *
 * @param {readonly { before: () => void, run: () => unknown, decisions: number }[]} jobs
 */
async function measureAll(jobs) {
  const times = jobs.map(() => /** @type {number[]} */ ([]));
  for (let round = 0; round < EXTENT.rounds; round += 1) {
    for (const [index, { before, run, decisions }] of jobs.entries()) {
      const { p50 } = await measure(
        function* () {
          yield { 0: () => before(), bench: () => run() };
        },
        { min_cpu_time: EXTENT.milliseconds * 1e6, warmup_samples: 2, batch_threshold: 0 },
      );
      times[index]?.push(p50 / decisions);
    }
  }
  return times.map((rounds) => Math.min(...rounds));
}

/**
 * Throws unless all contenders allow the same requests.
 *
 * @param {string} name
 * @param {readonly { before: () => void, run: () => unknown }[]} jobs
 * @param {number} requests
 */
function checkAgreement(name, jobs, requests) {
  for (let at = 0; at < requests; at += BATCH) {
    const counts = jobs.map(({ before, run }) => {
      before();
      return run();
    });
    if (new Set(counts).size > 1) throw new Error(`${name}: ${counts.join(", ")} allowed`);
  }
}

/** @param {Workload} workload */
async function measureWorkload(workload) {
  const kinds = /** @type {Kind[]} */ (Object.keys(KINDS));
  const made = Object.values(CONTENDERS).map((create) => create(workload));
  const jobs = await Promise.all(
    kinds.flatMap((kind) =>
      made.map(async (contender) => {
        const fill = createFiller(workload, contender, kind);
        /** @type {Batch} */
        const batch = { tokens: [], tools: [], values: [] };
        const loop = await createLoop(contender[kind]);
        return { before: () => fill(batch), run: () => loop(batch), decisions: BATCH };
      }),
    ),
  );
  checkAgreement(workload.name, jobs, workload.requests.length);
  const times = await measureAll(jobs);
  return kinds.map((kind, index) => {
    const [ours = Number.NaN, theirs = Number.NaN] = times.slice(2 * index, 2 * index + 2);
    const name = `${workload.name}, ${KINDS[kind]}`;
    return { name, of: workload.name, kind, ours, theirs, ratio: ours / theirs };
  });
}

async function measureDenials() {
  const rows = [];
  for (const { name, allow, deny } of DENIALS) {
    if (!allow() || deny()) throw new Error(`denial of ${name}: unexpected decision`);
    const jobs = await Promise.all(
      [deny, allow].map(async (decide) => {
        const loop = await createLoop(decide);
        /** @type {Batch} */
        const batch = { tokens: Array(BATCH).fill(""), tools: [], values: [] };
        return { before: () => undefined, run: () => loop(batch), decisions: BATCH };
      }),
    );
    const [ours = Number.NaN, theirs = Number.NaN] = await measureAll(jobs);
    const ratio = ours / theirs;
    rows.push({ name: `denial: ${name}`, of: name, kind: "denial", ours, theirs, ratio });
  }
  return rows;
}

async function measureOperations() {
  const jobs = await Promise.all(
    BOUND_CHECKS.map(async ({ prepare, bind, decide }) => {
      const held = BOUND_TEXTS.map(prepare);
      const bound = new Map(BOUND_REQUESTS.map(({ tool }) => [tool, bind(tool)]));
      const tokens = BOUND_REQUESTS.map(({ text }) => held[text] ?? {});
      const tools = /** @type {string[]} */ (BOUND_REQUESTS.map(({ tool }) => bound.get(tool)));
      const loop = await createLoop(/** @type {never} */ (decide));
      /** @type {Batch} */
      const batch = { tokens: [], tools: [], values: Array(BATCH).fill(undefined) };
      let next = 0;
      // batches as those of decisions by name, so that the times are comparable
      const before = () => {
        for (let index = 0; index < BATCH; index += 1, next = (next + 1) % tokens.length) {
          batch.tokens[index] = tokens[next] ?? {};
          batch.tools[index] = tools[next] ?? "";
        }
      };
      return { before, run: () => loop(batch), decisions: BATCH };
    }),
  );
  checkAgreement("bound at startup", jobs, BOUND_REQUESTS.length);
  const [least = Number.NaN, theirs = Number.NaN, ...times] = await measureAll(jobs);
  return times.map((ours, index) => {
    const of = BOUND_CHECKS[index + 2]?.name ?? "";
    const name = `bound at startup: ${of}`;
    return { name, of, kind: "operation", ours, theirs, least, ratio: ours / theirs };
  });
}

/** @typedef {{ name: string, of: string, kind: string, ours: number, theirs: number, least?: number, ratio: number }} Row */

/**
 * Returns the row with the median ratio.
 *
 * @param {readonly Row[]} rows
 */
function medianRow(rows) {
  const sorted = rows.toSorted((one, other) => one.ratio - other.ratio);
  return /** @type {Row} */ (sorted[sorted.length >> 1]);
}

/** @param {readonly Row[]} rows */
function print(rows) {
  for (const { name, ours, theirs, ratio, least } of rows) {
    const columns = [ours.toFixed(1), theirs.toFixed(1), ratio.toFixed(2)];
    const times = columns.map((column) => column.padStart(12)).join("");
    const limit = least === undefined ? "" : `  (bits: ${least.toFixed(1)})`;
    console.log(name.padEnd(62) + times + limit);
  }
}

/** What can be measured, by name. @type {Readonly<Record<string, () => Promise<Row[]>>>} */
const PARTS = {
  ...Object.fromEntries(
    Object.entries(WORKLOADS).map(([name, create]) => [name, () => measureWorkload(create())]),
  ),
  denials: measureDenials,
  operations: measureOperations,
};
const unknown = named.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0)
  throw new Error(`unknown: ${unknown.join(", ")}; known: ${Object.keys(PARTS).join(", ")}`);
// the largest policy needs longer than a quick run until its tables are warm
const all = Object.keys(PARTS).filter((name) => !(isQuick && name === "tools-10000"));
const parts = (named.length > 0 ? named : all).flatMap((name) => PARTS[name] ?? []);
/** @type {Record<string, number>} */
const known = JSON.parse(readFileSync(RATIOS, "utf8"));
/** By name, the rows of all attempts. @type {Map<string, Row[]>} */
const measured = new Map();
console.log(
  `nanoseconds of a decision on node ${process.version}, medians of the fastest of alternating rounds\n`,
);
const heads = ["scope-policy", "Set and Map", "ratio"].map((head) => head.padStart(12));
console.log(
  `${" ".repeat(62)}${heads.join("")}\n(for a denial, the second column is an allowed call; for an operation that is bound at startup, a Set and a list at hand)`,
);
let failed = 0;
for (const run of parts) {
  for (let attempt = 1; ; attempt += 1) {
    const rows = await run();
    print(rows);
    for (const row of rows) measured.set(row.name, [...(measured.get(row.name) ?? []), row]);
    const faults = isCheck ? ratioFaults(rows, known, "npm run bench -- --write") : [];
    if (attempt < ATTEMPTS && (faults.length > 0 || isWrite)) continue;
    failed += faults.length;
    for (const fault of faults) console.error(`FAILED: ${fault}`);
    break;
  }
}
const medians = [...measured.values()].map(medianRow);
if (isWrite && !mayReplace(medians, known, options["accept-worse"])) failed += 1;
else if (isWrite) {
  const date = new Date().toISOString().slice(0, 10);
  const { rounds } = EXTENT;
  const rows = medians.map(({ of, kind, ...row }) => {
    const [ours, theirs] = [row.ours, row.theirs].map((time) => Number(time.toFixed(1)));
    const least = row.least === undefined ? {} : { least: Number(row.least.toFixed(1)) };
    return { of, kind, ours, theirs, ...least };
  });
  const ratios = medians.map(({ name, ratio }) => [name, Number(ratio.toFixed(2))]);
  const results = { date, node: process.version, rounds, rows };
  writeFileSync(RATIOS, `${JSON.stringify(Object.fromEntries(ratios), undefined, 2)}\n`);
  writeFileSync(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`);
}
process.exitCode = failed > 0 ? 1 : 0;
