// npm run bench [-- --check] [-- --write] [-- WORKLOAD...]: measures a decision against a hand-written check with Set and Map. All decide
// the same requests in one run, in alternation, and must allow the same ones. Ratios are comparable between machines; nanoseconds are not.
// `--check` is short, and fails where a ratio is a third worse than in scripts/bench/ratios.json, in each of three attempts. `--quick` is
// shorter still, for `.ci/run`. `--write` measures three times and writes the medians into that file and into
// scripts/bench/results.json, from which scripts/performance.mjs makes the tables and the picture of docs/performance.md.
import { readFileSync, writeFileSync } from "node:fs";
import { measure } from "mitata";
import { CONTENDERS } from "./bench/contenders.mjs";
import { DENIALS } from "./bench/denials.mjs";
import { BOUND_CHECKS, BOUND_REQUESTS, BOUND_TEXTS } from "./bench/operations.mjs";
import { WORKLOADS } from "./bench/workloads.mjs";

/** @import { Contender } from "./bench/contenders.mjs" */
/** @import { Workload } from "./bench/workloads.mjs" */

const isCheck = process.argv.includes("--check");
const isQuick = process.argv.includes("--quick");
const isWrite = process.argv.includes("--write");
const named = Object.keys(WORKLOADS).filter((name) => process.argv.includes(name));
// the largest one needs longer than a quick run until its tables are warm
const quick = Object.keys(WORKLOADS).filter((name) => name !== "tools-10000");
const names = named.length > 0 ? named : isQuick ? quick : Object.keys(WORKLOADS);
const SHORT = isQuick ? { rounds: 7, milliseconds: 12 } : { rounds: 5, milliseconds: 40 };
const EXTENT = isCheck ? SHORT : { rounds: 15, milliseconds: 60 };
const RATIOS = new URL("bench/ratios.json", import.meta.url);
const RESULTS = new URL("bench/results.json", import.meta.url);
/** How much worse a ratio may become. */
const TOLERANCE = 4 / 3;
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
  // every contender must allow the same requests
  for (let at = 0; at < workload.requests.length; at += BATCH) {
    const counts = jobs.map(({ before, run }) => {
      before();
      return run();
    });
    if (new Set(counts).size > 1) throw new Error(`${workload.name}: ${counts.join(", ")} allowed`);
  }
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
      const values = BOUND_REQUESTS.map(() => undefined);
      const loop = await createLoop(/** @type {never} */ (decide));
      const run = () => loop({ tokens, tools, values });
      return { before: () => undefined, run, decisions: BOUND_REQUESTS.length };
    }),
  );
  if (new Set(jobs.map(({ run }) => run())).size > 1)
    throw new Error("bound operations: the checks disagree");
  const [theirs = Number.NaN, ...times] = await measureAll(jobs);
  return times.map((ours, index) => {
    const of = BOUND_CHECKS[index + 1]?.name ?? "";
    return {
      name: `bound at startup: ${of}`,
      of,
      kind: "operation",
      ours,
      theirs,
      ratio: ours / theirs,
    };
  });
}

/** @typedef {{ name: string, of: string, kind: string, ours: number, theirs: number, ratio: number }} Row */

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
  for (const { name, ours, theirs, ratio } of rows) {
    const columns = [ours.toFixed(1), theirs.toFixed(1), ratio.toFixed(2)];
    console.log(name.padEnd(62) + columns.map((column) => column.padStart(12)).join(""));
  }
}

const parts = [
  ...names
    .flatMap((name) => WORKLOADS[name] ?? [])
    .map((create) => () => measureWorkload(create())),
  ...(named.length === 0 ? [measureDenials, measureOperations] : []),
];
/** @type {Record<string, number>} */
const known = isCheck ? JSON.parse(readFileSync(RATIOS, "utf8")) : {};
/** By name, the rows of all attempts. @type {Map<string, Row[]>} */
const measured = new Map();
console.log(
  `nanoseconds of a decision on node ${process.version}, medians of the fastest of alternating rounds\n`,
);
const heads = ["scope-policy", "Set and Map", "ratio"].map((head) => head.padStart(12));
console.log(
  `${" ".repeat(62)}${heads.join("")}\n(for a denial, the second column is an allowed call; for an operation that is bound at startup, a check of bits)`,
);
let failed = 0;
for (const run of parts) {
  for (let attempt = 1; ; attempt += 1) {
    const rows = await run();
    print(rows);
    for (const row of rows) measured.set(row.name, [...(measured.get(row.name) ?? []), row]);
    const worse = rows.filter(({ name, ratio }) => ratio > (known[name] ?? Infinity) * TOLERANCE);
    const isEnough = attempt === ATTEMPTS || (worse.length === 0 && !isWrite);
    if (!isEnough) continue;
    failed += worse.length > 0 ? 1 : 0;
    for (const { name, ratio } of worse)
      console.error(`FAILED: ${name}: ${ratio.toFixed(2)}, over a third more than ${known[name]}`);
    break;
  }
}
if (isWrite) {
  const date = new Date().toISOString().slice(0, 10);
  const { rounds } = EXTENT;
  const medians = [...measured.values()].map(medianRow);
  const rows = medians.map(({ of, kind, ours, theirs }) => {
    const [own, other] = [ours, theirs].map((time) => Number(time.toFixed(1)));
    return { of, kind, ours: own, theirs: other };
  });
  // a lower limit of one or two nanoseconds differs by more than a third between two runs
  const compared = medians.filter(({ kind }) => kind !== "operation");
  const ratios = compared.map(({ name, ratio }) => [name, Number(ratio.toFixed(2))]);
  const all = { date, node: process.version, rounds, rows };
  writeFileSync(RATIOS, `${JSON.stringify(Object.fromEntries(ratios), undefined, 2)}\n`);
  writeFileSync(RESULTS, `${JSON.stringify(all, undefined, 2)}\n`);
}
process.exitCode = failed > 0 ? 1 : 0;
