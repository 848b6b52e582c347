// npm run bench:door [-- --write] [-- --suite NAME]... [-- --only NAME]... [-- --rounds N] [-- --seconds N]: measures a route behind a gate against
// the same route without a gate, and against the middleware of other packages for the same task (a signed token, its issuer and audience, one
// scope). Each contender runs in its own process, and another process sends the load to one after the other, with the same token. Ratios
// are comparable between machines; requests per second are not. `--write` writes scripts/bench/doors.json, from which
// scripts/performance.mjs makes the tables and the picture of docs/performance.md.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { startIssuer } from "./bench-door/issued.mjs";
import { startChild, targetOf } from "./bench-door/processes.mjs";
import { SUITES } from "./bench-door/suites.mjs";

/** @import { Issued } from "./bench-door/issued.mjs" */
/** @import { Child } from "./bench-door/processes.mjs" */

const RESULTS = new URL("bench/doors.json", import.meta.url);
/** Load before each measurement, in seconds. */
const WARM_UP = 3;

/**
 * What a slice of a second measured of a contender: requests per second, and microseconds of CPU time for each request.
 *
 * @typedef {{ name: string, rate: number, cpu: number }} Sample
 */

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
 * Measures the contenders of a framework, in slices of a second: each gets a slice in turn. The processes are new ones, because two
 * processes of one program differ by more than the effect that is measured here.
 *
 * @param {{ suite: string, names: readonly string[], issued: Issued, loader: Child, seconds: number }} options
 * @returns {Promise<Sample[]>}
 */
async function measureRound({ suite, names, issued, loader, seconds }) {
  const contenders = [];
  for (const name of names) contenders.push(await startContender({ suite, name, issued, loader }));
  /** @type {Sample[]} */
  const samples = [];
  for (let slice = 0; slice < seconds; slice += 1) {
    for (const { name, child, target } of contenders) {
      const before = await child.ask({});
      const { answered } = await loader.ask({ seconds: 1, target });
      const after = await child.ask({});
      const used = after.user + after.system - before.user - before.system;
      samples.push({ name, rate: answered, cpu: used / answered });
    }
  }
  for (const { child } of contenders) child.stop();
  return samples;
}

/**
 * Returns the best slice of each contender, because other programs of the machine only take time away.
 *
 * @param {readonly string[]} names
 * @param {readonly Sample[]} samples
 */
function summarize(names, samples) {
  const best = names.map((name) => {
    const own = samples.filter((sample) => sample.name === name);
    const rate = Math.max(...own.map((sample) => sample.rate));
    return { name, rate, cpu: Math.min(...own.map((sample) => sample.cpu)) };
  });
  const [bare] = /** @type {[Sample]} */ (best);
  return best.map(({ name, rate, cpu }) => ({
    name,
    requestsPerSecond: rate,
    relative: Number((rate / bare.rate).toFixed(3)),
    microseconds: Number(cpu.toFixed(1)),
    added: Number((cpu - bare.cpu).toFixed(1)),
  }));
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
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "3" },
    suite: { type: "string", multiple: true, default: Object.keys(SUITES) },
    only: { type: "string", multiple: true },
  },
});
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
const issued = await startIssuer();
const loader = startChild(["load"]);
await loader.ready;
/** @type {Record<string, ReturnType<typeof summarize>>} */
const measured = {};
for (const suite of values.suite) {
  const [bare = "", ...gates] = Object.keys(SUITES[suite] ?? {});
  const names = [bare, ...gates.filter((name) => values.only?.includes(name) ?? true)];
  /** @type {Sample[]} */
  const samples = [];
  for (let round = 0; round < rounds; round += 1)
    samples.push(...(await measureRound({ suite, names, issued, loader, seconds })));
  measured[suite] = summarize(names, samples);
  print(suite, measured[suite]);
}
loader.stop();
issued.close();

if (values.write) {
  const date = new Date().toISOString().slice(0, 10);
  const known = JSON.parse(readFileSync(RESULTS, "utf8"));
  const suites = { ...known.suites, ...measured };
  const order = Object.keys(SUITES).filter((suite) => suite in suites);
  const sorted = Object.fromEntries(order.map((suite) => [suite, suites[suite]]));
  const results = { date, node: process.version, rounds, seconds, suites: sorted };
  writeFileSync(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`);
}
