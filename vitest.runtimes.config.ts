import { defineConfig } from "vitest/config";
import { viteAliases } from "./scripts/entries.mjs";

const rooms =
  "grammar,policy,decision,conditions,boundaries,matching,consent,discovery,audit,resource-server,adapters,verify,mcp,model,analysis";

/** The tests that `npm run test:runtimes` runs in Node, Bun and Deno. */
export default defineConfig({
  resolve: { alias: viteAliases },
  test: {
    include: [
      `test/{${rooms}}/**/*.test.ts`,
      "test/{express,fastify,fetch,hono,koa,nest}*.test.ts",
      "test/express/*.test.ts",
      "test/client-input.test.ts",
      "test/runtimes/*.test.ts",
    ],
    // comparisons with a naive second implementation take minutes; `test/model` compares with another one
    exclude: ["test/analysis/brute/**"],
    allowOnly: false,
    setupFiles: ["test/globals.ts", "test/runtimes/expected-runtime.ts"],
    testTimeout: 120_000,
    isolate: false,
    maxWorkers: "100%",
    // in Bun, `"__esModule" in namespace` is true of every module: Vitest would use the default export of zod in place of zod
    deps: { interopDefault: false },
  },
});
