// npm run bench:door [-- --write] [-- --suite NAME]... [-- --only NAME]... [-- --rounds N] [-- --turns N]: measures a route behind a gate against
// the same route without a gate, and against the middleware of other packages for the same task (a signed token, its issuer and audience, one
// scope). Each contender runs in its own process, and another process sends the load to one after the other, with the same token. Ratios
// are comparable between machines; requests per second are not. `--write` writes scripts/bench/doors.json, from which
// scripts/performance.mjs makes the tables and the picture of docs/performance.md.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { startIssuer } from "./bench-door/issued.mjs";
import { startChild, targetOf } from "./bench-door/processes.mjs";
import { SUITES } from "./bench-door/suites.mjs";
import { median } from "./median.mjs";

/** @import { Issued } from "./bench-door/issued.mjs" */
/** @import { Child } from "./bench-door/processes.mjs" */

const RESULTS = new URL("bench/doors.json", import.meta.url);
/** Load before each measurement, in seconds. */
const WARM_UP = 3;

/** Length of a slice, in seconds: short, so that a contender and the route without a gate meet the same other programs of the machine. */
const SLICE = 0.3;

/**
 * What a slice measured of a contender: requests per second, and microseconds of CPU time for each request.
 *
 * @typedef {{ rate: number, cpu: number }} Sample
 */

/** A slice of each contender, one after another. @typedef {ReadonlyMap<string, Sample>} Turn */

/**
 * Starts a contender and warms it up.
 *
 * @param {{ suite: string, name: string, issued: Issued, loader: Child }} options
 */
async function startContender({ suite, name, issued, loader }) {
  const child = startChild([suite, name, JSON.stringify(issued)]);
  const { port } = await child.ready;
  const target = targetOf(suite, port, issued.token);
  const { other } = await loader.ask({ seconds: WARM_UP, target });
  if (other > 0) throw new Error(`${suite}, ${name}: ${other} responses without success`);
  return { name, child, target };
}

/**
 * Measures the contenders of a framework in turns: a slice of each, in another order each time. The processes are new ones, because two
 * processes of one program differ by more than the effect that is measured here.
 *
 * @param {{ suite: string, names: readonly string[], issued: Issued, loader: Child, turns: number }} options
 * @returns {Promise<Turn[]>}
 */
async function measureRound({ suite, names, issued, loader, turns }) {
  const contenders = [];
  for (const name of names) contenders.push(await startContender({ suite, name, issued, loader }));
  /** @type {Turn[]} */
  const measured = [];
  for (let turn = 0; turn < turns; turn += 1) {
    /** @type {Map<string, Sample>} */
    const samples = new Map();
    const first = turn % contenders.length;
    for (const { name, child, target } of [
      ...contenders.slice(first),
      ...contenders.slice(0, first),
    ]) {
      const before = await child.ask({});
      const { answered, elapsed } = await loader.ask({ seconds: SLICE, target });
      const after = await child.ask({});
      const used = after.user + after.system - before.user - before.system;
      samples.set(name, { rate: answered / elapsed, cpu: used / answered });
    }
    measured.push(samples);
  }
  for (const { child } of contenders) child.stop();
  return measured;
}

/**
 * Returns the medians of each contender. Ratios and differences are taken in each turn before the median: what slows the machine down
 * slows both.
 *
 * @param {readonly string[]} names
 * @param {readonly Turn[]} turns
 */
function summarize(names, turns) {
  const [bare = ""] = names;
  return names.map((name) => {
    const pairs = turns.map((turn) => {
      const [own, without] = /** @type {[Sample, Sample]} */ ([turn.get(name), turn.get(bare)]);
      return { ...own, relative: own.rate / without.rate, added: own.cpu - without.cpu };
    });
    return {
      name,
      requestsPerSecond: Math.round(median(pairs.map(({ rate }) => rate))),
      relative: Number(median(pairs.map(({ relative }) => relative)).toFixed(3)),
      microseconds: Number(median(pairs.map(({ cpu }) => cpu)).toFixed(1)),
      added: Number(median(pairs.map(({ added }) => added)).toFixed(1)),
    };
  });
}

/** @type {(suite: string, rows: ReturnType<typeof summarize>) => void} */
function print(suite, rows) {
  console.log(`\n${suite.padEnd(28)} requests/s  relative  µs of CPU    added`);
  for (const { name, requestsPerSecond, relative, microseconds, added } of rows) {
    const columns = [
      requestsPerSecond.toLocaleString("en").padStart(10),
      relative.toFixed(3).padStart(9),
      microseconds.toFixed(1).padStart(10),
      added.toFixed(1).padStart(8),
    ];
    console.log(`${name.padEnd(28)} ${columns.join(" ")}`);
  }
}

const { values } = parseArgs({
  options: {
    write: { type: "boolean", default: false },
    rounds: { type: "string", default: "4" },
    turns: { type: "string", default: "15" },
    suite: { type: "string", multiple: true, default: Object.keys(SUITES) },
    only: { type: "string", multiple: true },
  },
});
const [rounds, turns] = [Number(values.rounds), Number(values.turns)];
const issued = await startIssuer();
const loader = startChild(["load"]);
await loader.ready;
/** @type {Record<string, ReturnType<typeof summarize>>} */
const measured = {};
for (const suite of values.suite) {
  const [bare = "", ...gates] = Object.keys(SUITES[suite] ?? {});
  const names = [bare, ...gates.filter((name) => values.only?.includes(name) ?? true)];
  /** @type {Turn[]} */
  const all = [];
  for (let round = 0; round < rounds; round += 1)
    all.push(...(await measureRound({ suite, names, issued, loader, turns })));
  measured[suite] = summarize(names, all);
  print(suite, measured[suite]);
}
loader.stop();
issued.close();

if (values.write) {
  const date = new Date().toISOString().slice(0, 10);
  const run = { date, node: process.version, rounds, turns };
  const known = JSON.parse(readFileSync(RESULTS, "utf8"));
  const results = Object.keys(SUITES).flatMap((suite) => {
    const result = suite in measured ? { ...run, rows: measured[suite] } : known[suite];
    return result === undefined ? [] : [[suite, result]];
  });
  writeFileSync(RESULTS, `${JSON.stringify(Object.fromEntries(results), undefined, 2)}\n`);
}
