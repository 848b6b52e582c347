#!/usr/bin/env bash
# Measures coverage in two runs: the command line loads policies through jiti, which loads a second copy of the library, and
# V8 would count that copy as the library itself. `npm run test:store` measures the store. Without `test/model`: no line counts only because a random policy met it.
set -euo pipefail
cd "$(dirname "$0")/.."
# tests that put many inputs, requests, catalogues or processes through the same lines: a third of the time, and no line counts only because of them
sweeps=()
for sweep in 'analysis/brute/**' '**/*laws*' '**/*-law.test.ts' 'contract/routers.test.ts' \
  'analysis/diff-catalogues.test.ts' 'analysis/catalogues.test.ts' 'mcp/each-refusal.test.ts' 'mcp/stdio.test.ts' \
  'mcp/pollution.test.ts' 'contract/replaced-policy.test.ts' 'policy/large-policy.test.ts' \
  'decision/token-scopes-cache.test.ts' 'analysis/lint/catalogues.test.ts' 'cli/openapi/hostile.test.ts' 'cli/module-*.test.ts'; do
  sweeps+=("--exclude=test/$sweep")
done
run() {
  npx vitest run --coverage --typecheck.enabled=false "$@"
}
run test/analysis test/grammar test/policy test/decision test/conditions test/boundaries test/matching test/consent test/discovery test/audit test/policy-source test/resource-server test/adapters test/verify test/mcp \
  test/contract test/express.test.ts test/express test/fastify.test.ts test/fastify-gate.test.ts test/fastify-routes.test.ts test/fetch.test.ts test/fetch-gate.test.ts test/fetch-report-only.test.ts test/cli/token.test.ts test/cli/schema.test.ts test/hono.test.ts test/koa.test.ts test/nest.test.ts test/html test/html.test.ts test/testing.test.ts \
  test/options-sweep.test.ts test/client-input.test.ts \
  "${sweeps[@]}" \
  --coverage.exclude='src/cli/**' --coverage.exclude=src/cli.ts --coverage.exclude='src/store/**' --coverage.exclude=src/store.ts
run test/cli "${sweeps[@]}" --coverage.include='src/cli/**'
