// npm run bench:plan: measures plans for all tools of Loopwise, and for 20 operations of each of the largest catalogues.

import { fileURLToPath } from "node:url";
import type { Policy } from "scope-policy";
import { leastPrivilege } from "scope-policy/analysis";
import { policy as loopwise } from "../../examples/loopwise/policy.js";
import { buildPolicy } from "../catalogues/harness/build.js";
import { readCatalogue } from "../catalogues/harness/catalogue.js";
import { LIBRARY } from "../catalogues/harness/engine.js";
import { readSources } from "../catalogues/harness/source.js";
import { createTally } from "../catalogues/harness/tally.js";
import { selections, valuesFor } from "./catalogue-operations.js";

const COPIES = fileURLToPath(new URL("../catalogues/copies", import.meta.url));
/** Number of catalogues: those with the most operations. */
const LARGEST = 5;
const ROUNDS = 9;

/** Returns the time of the processor of one plan in milliseconds: the first, and the median of all. */
function measure(policy: Policy, names: readonly string[], params: object): readonly number[] {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = process.cpuUsage();
    const { exact } = leastPrivilege(policy, names, { params: { ...params } });
    const { user, system } = process.cpuUsage(start);
    if (!exact) throw new Error("the plan is not exact");
    return (user + system) / 1_000;
  });
  return [times[0] ?? 0, times.toSorted((left, right) => left - right)[ROUNDS >> 1] ?? 0];
}

function print(what: string, count: number, times: readonly number[]): void {
  const cells = times.map((time) => time.toFixed(1).padStart(8));
  console.log(`${what.padEnd(40)} ${String(count).padStart(10)} ${cells.join(" ")}`);
}

const built = (await readSources([COPIES])).flatMap((source) => {
  const tally = createTally();
  const result = buildPolicy(readCatalogue(source, tally), LIBRARY, tally);
  return result === undefined ? [] : [{ name: source.name, result }];
});
const largest = built
  .toSorted((left, right) => right.result.units.length - left.result.units.length)
  .slice(0, LARGEST);

console.log(
  `milliseconds of the processor for one plan, ${ROUNDS} rounds, node ${process.version}\n`,
);
console.log(`${"plan for".padEnd(40)} operations    first   median`);
print(
  "all tools of Loopwise",
  loopwise.toolNames.length,
  measure(loopwise, loopwise.toolNames, {}),
);
for (const { name, result } of largest) {
  const [wide, ...others] = selections(result);
  for (const [kind, names] of [
    ["most alternatives", wide],
    ["spread", others[0]],
  ] as const) {
    if (names === undefined) continue;
    print(
      `${name}, ${kind}`,
      names.length,
      measure(result.policy, names, valuesFor(result, names)),
    );
  }
}
