import { defineConfig } from "vitest/config";
import { viteAliases } from "./scripts/entries.mjs";

const all = { lines: 100, branches: 100, functions: 100, statements: 100 };

/** The tests of the store on both databases, with coverage. PostgreSQL is where Debian's package puts it. */
export default defineConfig({
  resolve: { alias: viteAliases },
  test: {
    include: ["test/store/**/*.test.ts"],
    maxWorkers: "100%", // else one core of two stands idle
    allowOnly: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: {
      enabled: true,
      provider: "v8",
      include: ["src/store/**/*.ts"],
      reporter: ["text-summary", "text"],
      thresholds: all,
    },
  },
});
