// npm run bench:setup [-- --check] [-- --write [--accept-worse]] [-- --rounds N]: measures what a process does before its first decision: the
// import of each entry beside that of zod, and the load of a policy beside a zod schema that only checks the types of the same data. Every
// measurement is the first of a new process, and the contenders alternate. Ratios are comparable between machines; milliseconds are not.
// `--check` fails where a ratio is a third worse than in scripts/bench/setup.json or not in it, or where the import of the main entry takes
// more than 1.25 times that of zod, in each of three attempts. `--write` writes that file, from which scripts/performance.mjs makes a table of
// docs/performance.md. It writes nothing if a ratio is a third worse than before, unless `--accept-worse` is given.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { mayReplace, ratioFaults } from "./bench/ratios.mjs";
import { median } from "./median.mjs";

/** @import { SetupResults, SetupRow } from "./performance/results.mjs" */

const RESULTS = new URL("bench/setup.json", import.meta.url);
const COMMAND = "npm run bench:setup -- --write";
/** The most that the import of the main entry, which imports zod too, may take of the import of zod. */
const MAX_IMPORT = 1.25;
const ATTEMPTS = 3;

const IMPORTS = [
  "zod",
  "scope-policy",
  ...["fetch", "express", "mcp"].map((name) => `scope-policy/${name}`),
];
const SIZES = [100, 1_000, 10_000];

/**
 * Returns a policy of `size` scopes and tools. Every seventh tool accepts a second scope.
 *
 * @param {number} size
 */
function definitionOf(size) {
  const names = Array.from(
    { length: size },
    (_, index) => `resource${index >> 1}:${index % 2 === 0 ? "read" : "write"}`,
  );
  const tools = names.map((name, index) => [
    `tool_${index}`,
    { anyOf: index % 7 === 0 && index > 0 ? [name, names[index - 1]] : [name] },
  ]);
  return {
    name: "Bench",
    version: "1",
    scopes: Object.fromEntries(names.map((name) => [name, {}])),
    tools: Object.fromEntries(tools),
  };
}

/** @type {Record<string, (subject: string) => Promise<() => unknown> | (() => unknown)>} */
const WORK = {
  import: (name) => () => import(name),
  "scope-policy": async (size) => {
    const { loadPolicy } = await import("scope-policy");
    const definition = definitionOf(Number(size));
    return () => loadPolicy(definition);
  },
  zod: async (size) => {
    const z = await import("zod");
    const schema = z.strictObject({
      name: z.string(),
      version: z.string(),
      scopes: z.record(z.string(), z.strictObject({ title: z.optional(z.string()) })),
      tools: z.record(z.string(), z.strictObject({ anyOf: z.array(z.string()) })),
    });
    const definition = definitionOf(Number(size));
    return () => schema.parse(definition);
  },
};

/** @typedef {{ readonly cpu: number, readonly wall: number }} Times in milliseconds */

/**
 * Measures one piece of work in this process.
 *
 * @param {string} kind
 * @param {string} subject
 */
async function measure(kind, subject) {
  const run = await WORK[kind]?.(subject);
  const cpu = process.cpuUsage();
  const start = performance.now();
  await run?.();
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  console.log(JSON.stringify({ cpu: (user + system) / 1_000, wall }));
}

/**
 * Returns the medians of each piece of work. Each round runs all of them, each in a new process.
 *
 * @param {readonly (readonly [kind: string, subject: string])[]} list
 * @param {number} rounds
 * @returns {readonly Times[]}
 */
function compare(list, rounds) {
  /** @type {Times[][]} */
  const times = list.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, work] of list.entries()) {
      const text = execFileSync(process.execPath, [
        fileURLToPath(import.meta.url),
        "--one",
        ...work,
      ]);
      /** @type {Times} */
      const measured = JSON.parse(String(text));
      times[index]?.push(measured);
    }
  }
  return times.map((all) => ({
    cpu: median(all.map(({ cpu }) => cpu)),
    wall: median(all.map(({ wall }) => wall)),
  }));
}

/**
 * Prints a row, and returns it.
 *
 * @param {string} name
 * @param {Times | undefined} own
 * @param {Times | undefined} base
 * @returns {SetupRow}
 */
function rowOf(name, own, base) {
  if (own === undefined || base === undefined) throw new Error(`${name}: not measured`);
  const ratio = own.cpu / base.cpu;
  const numbers = [own.cpu, own.wall, base.cpu].map((time) => time.toFixed(1).padStart(9));
  console.log(
    `${name.replaceAll("`", "").padEnd(38)}${numbers.join("")}${ratio.toFixed(2).padStart(9)}`,
  );
  return {
    name,
    ratio: Number(ratio.toFixed(2)),
    milliseconds: Number(own.wall.toFixed(1)),
  };
}

/**
 * @param {number} rounds
 * @returns {SetupRow[]}
 */
function measureAll(rounds) {
  console.log(
    `node ${process.version}; milliseconds, medians of ${rounds} rounds; the ratio is that of the CPU times\n`,
  );
  console.log(`${" ".repeat(38)}      CPU     wall  zod CPU    ratio`);
  const [zod, ...imported] = compare(
    IMPORTS.map((name) => /** @type {const} */ (["import", name])),
    rounds,
  );
  const imports = imported.map((own, index) =>
    rowOf(`\`import "${IMPORTS[index + 1]}"\``, own, zod),
  );
  const loads = SIZES.map((size) => {
    const [own, base] = compare(
      ["scope-policy", "zod"].map((kind) => /** @type {const} */ ([kind, String(size)])),
      rounds,
    );
    const count = size.toLocaleString("en");
    return rowOf(`a policy of ${count} tools and ${count} scopes`, own, base);
  });
  return [...imports, ...loads];
}

/**
 * Returns what is wrong with the ratios of a run.
 *
 * @param {readonly SetupRow[]} rows
 * @param {Readonly<Record<string, number>>} known
 */
function faultsOf(rows, known) {
  const ratio = rows[0]?.ratio ?? Number.NaN;
  const isSlow = !(ratio <= MAX_IMPORT);
  const imports = isSlow ? [`${rows[0]?.name}: ${ratio}, more than ${MAX_IMPORT}`] : [];
  return [...imports, ...ratioFaults(rows, known, COMMAND)];
}

function benchmark() {
  const { values } = parseArgs({
    options: {
      check: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      "accept-worse": { type: "boolean", default: false },
      rounds: { type: "string", default: "21" },
    },
  });
  const rounds = Number(values.rounds);
  /** @type {Pick<SetupResults, "rows">} */
  const before = JSON.parse(readFileSync(RESULTS, "utf8"));
  const known = Object.fromEntries(before.rows.map(({ name, ratio }) => [name, ratio]));
  let rows = measureAll(rounds);
  if (values.check) {
    let faults = faultsOf(rows, known);
    for (let attempt = 1; attempt < ATTEMPTS && faults.length > 0; attempt += 1) {
      rows = measureAll(rounds);
      faults = faultsOf(rows, known);
    }
    for (const fault of faults) console.error(`FAILED: ${fault}`);
    if (faults.length > 0) process.exitCode = 1;
  }
  if (!values.write) return;
  if (!mayReplace(rows, known, values["accept-worse"])) {
    process.exitCode = 1;
    return;
  }
  const date = new Date().toISOString().slice(0, 10);
  const results = { date, node: process.version, rounds, rows };
  writeFileSync(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`);
}

const [option, kind = "", subject = ""] = process.argv.slice(2);
if (option === "--one") await measure(kind, subject);
else benchmark();
