#!/usr/bin/env bash
# Three runs: the command line loads policies, and the library with them, a second time through jiti, and V8 would count
# that copy as the library itself.
set -euo pipefail
cd "$(dirname "$0")/.."
run() {
  npx vitest run --coverage --typecheck.enabled=false "$@"
}
run test/grammar test/policy test/decision test/model --coverage.include='src/{grammar,policy,decision}/**' --coverage.include=src/errors.ts
run test/resource-server test/discovery test/consent test/html.test.ts test/verify test/mcp test/contract test/express.test.ts test/fastify.test.ts test/fetch.test.ts test/testing.test.ts \
  --coverage.include='src/{resource-server,discovery,consent,verify,mcp,express,testing}/**' --coverage.include='src/{verify,express,fastify,fetch,html,mcp,testing}.ts'
run test/cli --coverage.include='src/cli/**'
