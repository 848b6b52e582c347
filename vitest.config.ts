import { defineConfig } from "vitest/config";
import { viteAliases } from "./scripts/entries.mjs";

const all = { lines: 100, branches: 100, functions: 100, statements: 100 };

export default defineConfig({
  resolve: { alias: viteAliases },
  test: {
    include: ["test/**/*.test.ts"],
    // `npm run test:browser` and `npm run test:site` need a browser, `npm run test:store` PostgreSQL, `npm run test:cost` a minute
    exclude: ["test/browser/**", "test/site/**", "test/store/postgres/**", "test/cost/**"],
    allowOnly: false,
    setupFiles: ["test/globals.ts"],
    // programs are started and policies made by the thousand, at night by the ten thousand: a bound on a hang
    testTimeout: process.env["SWEEP_FULL"] === undefined ? 60_000 : 3_600_000,
    isolate: false, // no module of the package has a state that a test could leave behind; it saves a quarter of the time
    maxWorkers: "100%", // else one core of two stands idle
    typecheck: {
      enabled: true,
      include: ["test/types/*.test-d.ts"],
      tsconfig: "./tsconfig.types.json",
    },
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      reporter: ["text", "text-summary", "json-summary", "lcov"],
      thresholds: {
        lines: 90,
        statements: 90,
        functions: 90,
        branches: 85,
        "src/grammar/**": all,
        "src/policy/**": all,
        "src/decision/**": all,
        "src/consent/**": all,
        "src/html/**": all,
        "src/discovery/**": all,
        "src/analysis/**": all,
        "src/policy-source/**": all,
        "src/audit/**": all,
        "src/resource-server/**": all,
        "src/adapters/**": all,
        "src/verify/**": all,
        "src/mcp/**": all,
      },
    },
  },
});
