import { defineConfig } from "vitest/config";
import { sourceAliases } from "./scripts/entries.mjs";

/** The tests of the site, in Chromium at `CHROMIUM`, or where Debian's package puts it. */
export default defineConfig({
  resolve: {
    alias: Object.entries(sourceAliases).map(([specifier, replacement]) => ({
      find: new RegExp(`^${specifier}$`),
      replacement,
    })),
  },
  test: {
    include: ["test/site/**/*.test.ts"],
    allowOnly: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
