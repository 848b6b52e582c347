// npm run fuzz:input -- [--minutes N] [--seed S] [--cases N] [NAME …]: calls the library with bad input. The time is that of each target.
// The library must not throw anything but documented errors, take a second for one input, show a token, or return a result that is
// not as documented. Prints how often each outcome was reached, and fails if one of them was rarer than 0.1 %.

import { inspect } from "node:util";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { createProgress, readOptions } from "../options.js";
import { CONSENT } from "./consent-forms.js";
import { CREDENTIALS } from "./credentials.js";
import { MCP } from "./mcp.js";
import { OPENAPI } from "./openapi.js";
import { POLICY, POLICY_TEXT } from "./policies.js";
import { SCOPE, SCOPE_TOKEN } from "./scopes.js";
import type { Target } from "./target.js";

const USAGE = "npm run fuzz:input -- [--minutes N] [--seed S] [--cases N] [NAME …]";
const TARGETS: Readonly<Record<string, Target>> = {
  scope: SCOPE,
  "scope-token": SCOPE_TOKEN,
  policy: POLICY,
  "policy-text": POLICY_TEXT,
  credentials: CREDENTIALS,
  mcp: MCP,
  openapi: OPENAPI,
  consent: CONSENT,
};

/** The least share of each outcome. */
const MIN_SHARE = 0.001;
/** Number of inputs from which the shares are judged: fewer miss one by chance. */
const MIN_CASES = 10_000;
/** Maximum milliseconds for one input. */
const MAX_TIME = 1_000;
/** Milliseconds after which an input counts as an endless loop. */
const MAX_HANG = 30_000;
/** Milliseconds between two looks at the current input. */
const TURN = 500;

const options = readOptions(USAGE, Object.keys(TARGETS));

/** The seed of the current input and when it began, for a thread that an endless loop does not stop. */
const current = new Float64Array(new SharedArrayBuffer(16));
const WATCH = `
  const { workerData } = require("node:worker_threads");
  const { writeSync } = require("node:fs");
  // turns of this thread and not the clock: a machine that was paused is not a slow input
  let started = 0;
  let turns = 0;
  setInterval(() => {
    turns = workerData.current[1] === started ? turns + 1 : 0;
    started = workerData.current[1];
    if (started === 0 || turns < ${MAX_HANG / TURN}) return;
    writeSync(2, "FAILED: an input takes over ${MAX_HANG / 1_000} s: seed " + workerData.current[0] + "\\n");
    process.kill(process.pid, "SIGKILL");
  }, ${TURN});
`;
const watcher = new Worker(WATCH, { eval: true, workerData: { current } });
watcher.unref();

/** Runs a target with one input. Returns the outcome; throws for whatever is not as documented. */
async function attempt(target: Target, input: unknown): Promise<string> {
  const start = performance.now();
  const outcome = await target.run(input);
  // a pause of the machine is not a slow input
  if (performance.now() - start < MAX_TIME) return outcome;
  const before = process.cpuUsage();
  await target.run(input);
  const { user, system } = process.cpuUsage(before);
  const spent = (user + system) / 1_000;
  if (spent >= MAX_TIME) throw new Error(`one input takes ${Math.round(spent)} ms`);
  return outcome;
}

/** Reduces an input that fails, and prints it. An input that does not fail again is printed with what it failed with. */
async function report(name: string, target: Target, seed: number, error: unknown): Promise<void> {
  const property = fc.asyncProperty(target.inputs, async (input) => {
    current[1] = Date.now();
    try {
      const outcome = await attempt(target, input);
      for (const one of outcome.split(" ")) checkKnown(target, outcome, one);
    } finally {
      current[1] = 0;
    }
  });
  const found = await fc.check(property, { seed, numRuns: 1, interruptAfterTimeLimit: 60_000 });
  const again = found.failed ? found.errorInstance : error;
  const [input] = found.counterexample ?? fc.sample(target.inputs, { seed, numRuns: 1 });
  console.log(`FAILED: ${name}: ${inspect(again)}${found.failed ? "" : " (once, and not again)"}`);
  console.log(`input: ${inspect(input, { depth: Infinity, maxStringLength: 2_000 })}`);
  console.log(`again: npm run fuzz:input -- --seed ${seed} --cases 1 ${name}`);
}

/** Returns the outcomes of a run: one with a name of several words, or several codes. */
const outcomesOf = (target: Target, outcome: string): readonly string[] =>
  target.outcomes.includes(outcome) ? [outcome] : [...new Set(outcome.split(" "))];

function checkKnown(target: Target, outcome: string, one: string): void {
  if (target.outcomes.includes(outcome) || target.outcomes.includes(one)) return;
  if (one !== "other") throw new Error(`an unknown outcome: ${one}`);
}

/** Runs one target. Returns whether everything was as documented and no outcome was too rare. */
async function run(name: string, target: Target): Promise<boolean> {
  const start = performance.now();
  const progress = createProgress();
  const counts = new Map(target.outcomes.map((outcome) => [outcome, 0]));
  let cases = 0;
  for (; cases < options.cases && performance.now() - start < options.time; cases += 1) {
    const seed = options.seed + cases;
    current[0] = seed;
    current[1] = Date.now();
    try {
      const [input] = fc.sample(target.inputs, { seed, numRuns: 1 });
      const outcome = await attempt(target, input);
      for (const one of outcomesOf(target, outcome)) {
        checkKnown(target, outcome, one);
        counts.set(one, (counts.get(one) ?? 0) + 1);
      }
    } catch (error) {
      current[1] = 0;
      await report(name, target, seed, error);
      return false;
    }
    current[1] = 0;
    progress(() => `${name}: ${cases} inputs`);
  }
  await target.close?.();
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  console.log(`${name}: ${cases} inputs in ${seconds} s with seed ${options.seed}`);
  const rare: string[] = [];
  for (const [outcome, count] of counts) {
    const share = count / Math.max(cases, 1);
    console.log(
      `  ${outcome.padEnd(32)} ${String(count).padStart(8)}  ${(share * 100).toFixed(2)} %`,
    );
    if (cases >= MIN_CASES && outcome !== "other" && share < MIN_SHARE) rare.push(outcome);
  }
  for (const outcome of rare) console.log(`FAILED: ${name}: rarer than 0.1 %: ${outcome}`);
  return rare.length === 0;
}

const names = options.names.length > 0 ? options.names : Object.keys(TARGETS);
const failed: string[] = [];
for (const name of names) if (!(await run(name, TARGETS[name] as Target))) failed.push(name);
console.log(
  failed.length > 0 ? `failed: ${failed.join(", ")}` : `${names.length} targets without a finding`,
);
process.exitCode = failed.length > 0 ? 1 : 0;
