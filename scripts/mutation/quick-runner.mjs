// A runner for Vitest that keeps the test files of a room loaded, and makes one change after another in the same process. quick.mjs
// copies it into the folder of the run, where `quick-plan.json` lists the changes. Writes a line of JSON for each into `quick.jsonl`.
//
// The instrumented source reads the change to make from `__stryker__`, and counts there which change each test meets.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { TestRunner } from "vitest";

/**
 * @typedef {import("@vitest/runner").Test} Test
 * @typedef {import("@vitest/runner").File} File
 * @typedef {{ test: Test, duration: number }} KnownTest
 * @typedef {{ known: KnownTest, hits: number }} Cover
 * @typedef {Record<string, number>} Hits number of times by id of the change
 * @typedef {object} Stryker
 * @property {string} [activeMutant]
 * @property {string | undefined} [currentTestId]
 * @property {number | undefined} [hitCount]
 * @property {number} [hitLimit] a change that is met more often throws: it makes a loop endless
 * @property {{ static: Hits, perTest: Record<string, Hits> }} [mutantCoverage]
 * @typedef {{ tests: Map<string, KnownTest>, files: number, started: number }} Shared
 */

/** Maximum number of tests that do not pass any more, after which a new process makes the other changes. */
const MAX_BROKEN = 50;
/** @type {Set<KnownTest>} */
const broken = new Set();
const HOOKS = /** @type {const} */ (["beforeAll", "afterAll", "beforeEach", "afterEach"]);
/** The id of no change: with `undefined`, the source would look for one in the environment. */
const NONE = "none";

const world = /** @type {{ __stryker__?: Stryker, quickRunner?: Shared }} */ (globalThis);
world.__stryker__ ??= {};
const stryker = world.__stryker__;
// each file has a runner of its own
world.quickRunner ??= { tests: new Map(), files: 0, started: 0 };
const shared = world.quickRunner;

/**
 * `duration`: maximum of a test in milliseconds, `total`: of the tests of one change. The others are left to Stryker.
 *
 * @type {{ files: number, ids: string[], duration: number, total: number }}
 */
const plan = JSON.parse(readFileSync("quick-plan.json", "utf8"));
const SLOW = `quick-slow-${plan.duration}.json`;
/** Names of slow tests, which later processes skip. @type {string[]} */
const known = existsSync(SLOW) ? JSON.parse(readFileSync(SLOW, "utf8")) : [];
const slow = new Set(known);
const nameOf = (/** @type {Test} */ test) => `${test.file.name} ${test.fullTestName}`;
const write = (/** @type {object} */ row) =>
  appendFileSync("quick.jsonl", `${JSON.stringify(row)}\n`);

/** Returns whether a test depends on hooks, which are over when the changes are made. @param {Test} test */
function hasHooks(test) {
  for (let suite = test.suite ?? test.file; ; suite = suite.suite ?? test.file) {
    const hooks = TestRunner.getSuiteHooks(suite);
    if (HOOKS.some((name) => hooks?.[name]?.length > 0)) return true;
    if (suite === test.file) return false;
  }
}

/** Runs a test once more. Returns whether it passes. @param {KnownTest} known */
async function passes({ test }) {
  stryker.currentTestId = "again";
  try {
    await TestRunner.getTestFn(test)();
    return true;
  } catch {
    return false;
  }
}

/** Returns the fast tests that meet each change. @returns {Map<string, Cover[]>} */
function coverOfChanges() {
  /** @type {Map<string, Cover[]>} */
  const covers = new Map();
  for (const [test, hits] of Object.entries(stryker.mutantCoverage?.perTest ?? {})) {
    const known = shared.tests.get(test);
    if (known === undefined || known.duration > plan.duration) continue;
    for (const [id, count] of Object.entries(hits)) {
      const list = covers.get(id) ?? [];
      list.push({ known, hits: count });
      covers.set(id, list);
    }
  }
  return covers;
}

/**
 * Makes a change and runs the tests that meet it, until one fails that passes again without the change. A test that does not pass again
 * cannot be run twice, or the change has left a state behind.
 *
 * @param {string} id @param {readonly Cover[]} covers @returns {Promise<"noticed" | "not noticed">}
 */
async function make(id, covers) {
  let total = 0;
  for (const { known, hits } of covers) {
    if (broken.has(known)) continue;
    total += known.duration;
    if (total > plan.total) break;
    Object.assign(stryker, { activeMutant: id, hitCount: 0, hitLimit: hits * 100 + 1_000 });
    const isNoticed = !(await passes(known));
    Object.assign(stryker, { activeMutant: NONE, hitCount: undefined });
    if (!isNoticed) continue;
    if (await passes(known)) return "noticed";
    broken.add(known);
  }
  return "not noticed";
}

/** Makes all changes. */
async function makeAll() {
  writeFileSync(SLOW, JSON.stringify([...slow]));
  stryker.activeMutant = NONE;
  const covers = coverOfChanges();
  for (const id of plan.ids) {
    write({ id });
    const own = covers.get(id) ?? [];
    const byDuration = own.toSorted((one, other) => one.known.duration - other.known.duration);
    write({ id, outcome: await make(id, byDuration), broken: broken.size });
    if (broken.size > MAX_BROKEN) break;
  }
  write({ outcome: "done" });
}

export default class QuickRunner extends TestRunner {
  /** @param {ConstructorParameters<typeof TestRunner>[0]} config */
  constructor(config) {
    super(config);
    const end = this.onAfterRunFiles.bind(this);
    const endAndGoOn = async () => {
      end();
      shared.files += 1;
      if (shared.files === plan.files) await makeAll();
    };
    Object.assign(this, { onAfterRunFiles: endAndGoOn });
  }

  /** @override @param {Test} test */
  async onBeforeRunTask(test) {
    if (slow.has(nameOf(test))) test.mode = "skip";
    await super.onBeforeRunTask(test);
  }

  /** @override @param {Test} test */
  onBeforeTryTask(test) {
    super.onBeforeTryTask(test);
    stryker.currentTestId = test.id;
    shared.started = performance.now();
  }

  /** @override @param {Test} test */
  onAfterTryTask(test) {
    stryker.currentTestId = undefined;
    const duration = performance.now() - shared.started;
    super.onAfterTryTask(test);
    if (duration > plan.duration) slow.add(nameOf(test));
    if (!hasHooks(test)) shared.tests.set(test.id, { test, duration });
  }
}
