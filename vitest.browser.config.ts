import { defineConfig } from "vitest/config";
import { viteAliases } from "./scripts/entries.mjs";

/** The tests that need a browser: see `launchBrowser`. */
export default defineConfig({
  resolve: { alias: viteAliases },
  test: {
    include: ["test/browser/**/*.test.ts"],
    allowOnly: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
