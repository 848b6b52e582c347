// npm run bench:setup [-- ROUNDS]: measures what a process does before its first decision: the import of each entry beside that of zod,
// and the load of a policy beside a zod schema that only checks the types of the same data. Every measurement is the first of
// a new process, and the contenders alternate. Ratios are comparable between machines; milliseconds are not.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median } from "./median.mjs";

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
 * @param {string} label
 * @param {Times | undefined} own
 * @param {Times | undefined} base
 */
function print(label, own, base) {
  if (own === undefined || base === undefined) return;
  const numbers = [own.cpu, own.wall, base.cpu].map((time) => time.toFixed(1).padStart(9));
  console.log(
    `${label.padEnd(26)}${numbers.join("")}${(own.cpu / base.cpu).toFixed(2).padStart(9)}`,
  );
}

/** @param {number} rounds */
function benchmark(rounds) {
  console.log(
    `node ${process.version}; milliseconds, medians of ${rounds} rounds; the ratio is that of the CPU times\n`,
  );
  console.log(`${"import".padEnd(26)}      CPU     wall      zod    ratio`);
  const imported = compare(
    IMPORTS.map((name) => /** @type {const} */ (["import", name])),
    rounds,
  );
  for (const [index, name] of IMPORTS.entries()) print(name, imported[index], imported[0]);
  console.log(`\n${"set-up".padEnd(26)}      CPU     wall      zod    ratio`);
  for (const size of SIZES) {
    const [own, base] = compare(
      ["scope-policy", "zod"].map((kind) => /** @type {const} */ ([kind, String(size)])),
      rounds,
    );
    print(`${size} tools and scopes`, own, base);
  }
}

const [option, kind = "", subject = ""] = process.argv.slice(2);
if (option === "--one") await measure(kind, subject);
else benchmark(Number(option ?? 21));
