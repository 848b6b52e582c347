// Setup of `vitest.runtimes.config.ts`: every worker of Vitest must be the runtime that is tested, not the one that started Vitest.
const expected = process.env["EXPECTED_RUNTIME"];
const { bun, deno, node } = process.versions;
const actual = bun ? `bun ${bun}` : deno ? `deno ${deno}` : `node ${node}`;
if (actual !== expected) {
  throw new Error(`the tests run in ${actual} instead of ${String(expected)}`);
}
