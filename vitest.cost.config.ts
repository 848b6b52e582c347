import { defineConfig } from "vitest/config";
import { viteAliases } from "./scripts/entries.mjs";

/** The tests of what each input costs: they measure CPU time, one after the other, and take a minute. */
export default defineConfig({
  resolve: { alias: viteAliases },
  test: {
    include: ["test/cost/**/*.test.ts"],
    allowOnly: false,
    testTimeout: 120_000,
    fileParallelism: false,
    pool: "forks",
    execArgv: ["--expose-gc"],
  },
});
