// npm run test:faults [-- --long] [libSQL] [PostgreSQL]: kills, freezes, cuts and delays what the store depends on, and holds the law of revocation:
// a revoked token is never allowed later than `maxLag` after the commit of its revocation, and no revocation, grant or audit event that was acknowledged is lost.
import { MAX_REVOKED } from "../../../src/store/limits.js";
import { bundleProgram } from "../bundle.js";
import { FAULTS } from "./faults.js";
import { measureLag } from "./lag.js";
import { type Outcome, tryFault } from "./law.js";
import { measureMemory } from "./memory.js";
import { monotonic } from "./messages.js";
import { type DatabaseName, openWorld, type WorldOptions } from "./world.js";

/** How much a run does. */
interface Extent extends Omit<WorldOptions, "program"> {
  readonly rounds: number;
  readonly lagBatches: number;
}

const NAMES: readonly DatabaseName[] = ["libSQL", "PostgreSQL"];
const named = NAMES.filter((name) => process.argv.includes(name));
/** Maximum number of bytes of a rule in memory: docs/limits.md promises some 400. */
const MAX_BYTES = 500;

const isLong = process.argv.includes("--long");
const EXTENT: Extent = isLong
  ? { maxLag: 2_000, replicas: 3, rest: 2, rounds: 5, lagBatches: 20 }
  : { maxLag: 400, replicas: 2, rest: 30, rounds: 1, lagBatches: 2 };

function print(name: DatabaseName, { maxLag }: Extent, outcome: Outcome): void {
  const { title, from, to, decisions, audited, revocations, longest, findings } = outcome;
  console.log(
    `${name}: ${title}\n` +
      `  injected at ${from.toFixed(2)} s, over at ${to.toFixed(2)} s; ${revocations} revocations\n` +
      `  decisions in the window: ${decisions.allowed} allowed, ${decisions.refused} refused, ${decisions.outages} outages\n` +
      `  calls that wait for their audit event: ${audited.allowed} allowed, ${audited.refused} refused with 503\n` +
      `  longest time until a revocation was obeyed: ${longest.toFixed(0)} ms (bound: ${maxLag} ms)`,
  );
  for (const finding of findings) console.log(`  FAILED: ${finding}`);
}

/** Injects every fault, and returns the number of findings. */
async function tryAll(name: DatabaseName, program: string, extent: Extent): Promise<number> {
  const start = monotonic();
  const world = await openWorld(name, { ...extent, program });
  const stop = world.startTraffic();
  let findings = 0;
  for (let round = 0; round < extent.rounds; round += 1) {
    for (const fault of FAULTS) {
      if (!fault.databases.includes(name) || (fault.isLong === true && !isLong)) continue;
      const outcome = await tryFault(fault, world, start);
      print(name, extent, outcome);
      findings += outcome.findings.length;
    }
  }
  await stop();
  const { tokens, grants, failures } = world.ledger;
  const lost = await world.audit();
  console.log(
    `${name}: ${tokens.size} revoked tokens, ${grants.size} grants and ${world.audited.events.size} audit events were acknowledged, ` +
      `${failures} writes failed and were repeated; ` +
      `${lost.length} lost`,
  );
  for (const finding of lost) console.log(`  FAILED: ${finding}`);
  await world.close();
  return findings + lost.length;
}

const { path, remove } = await bundleProgram("test/store/faults/replica.ts");
const names = named.length === 0 ? NAMES : named;
// most of a run is waiting, so the databases wait together
const findings = await Promise.all(names.map((name) => tryAll(name, path, EXTENT)));
let failed = findings.reduce((sum, count) => sum + count, 0);
for (const name of names) {
  const { p50, p99, count, rate } = await measureLag(name, path, EXTENT.lagBatches);
  console.log(
    `${name}: lag of a revocation in another process: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms ` +
      `(${count} measured in 4 processes with ${Math.round(rate)} decisions a second)`,
  );
  if (!Number.isFinite(p99)) failed += 1;
}
remove();
const { bytesPerRule, nanoseconds } = measureMemory();
console.log(
  `memory: ${bytesPerRule.toFixed(0)} bytes a rule, of which there are at most ${MAX_REVOKED}; an answer takes ${nanoseconds.toFixed(0)} ns`,
);
if (bytesPerRule > MAX_BYTES) failed += 1;
console.log(failed === 0 ? "the law holds" : `${failed} findings`);
process.exit(failed === 0 ? 0 : 1);
