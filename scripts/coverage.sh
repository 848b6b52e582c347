#!/usr/bin/env bash
# Two runs: the command line loads policies, and the library with them, a second time through jiti, and V8 would count
# that copy as the library itself.
set -euo pipefail
cd "$(dirname "$0")/.."
run() {
  npx vitest run --coverage --typecheck.enabled=false "$@"
}
run test/grammar test/policy test/decision test/model --coverage.include='src/{grammar,policy,decision}/**' --coverage.include=src/errors.ts
run test/cli --coverage.include='src/cli/**'
