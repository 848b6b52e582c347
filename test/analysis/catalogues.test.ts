// Plans for real policies: all tools of Loopwise, and 20 operations of each catalogue.

import { fileURLToPath } from "node:url";
import type { Policy } from "scope-policy";
import { leastPrivilege } from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import { policy as loopwise } from "../../examples/loopwise/policy.js";
import { buildPolicy } from "../catalogues/harness/build.js";
import { readCatalogue } from "../catalogues/harness/catalogue.js";
import { LIBRARY } from "../catalogues/harness/engine.js";
import { readSources } from "../catalogues/harness/source.js";
import { createTally } from "../catalogues/harness/tally.js";
import { selections, valuesFor } from "./catalogue-operations.js";

const COPIES = fileURLToPath(new URL("../catalogues/copies", import.meta.url));
/** Maximum time of the processor for one plan in milliseconds: a bound on a search that does not end, and not a measurement. */
const MAX_TIME = 10_000;

/** Plans some operations and checks the plan. Returns the milliseconds of the processor that the plan took. */
function planAll(
  policy: Policy,
  names: readonly string[],
  params: Readonly<Record<string, unknown>>,
): number {
  const start = process.cpuUsage();
  const plan = leastPrivilege(policy, names, { params });
  const { user, system } = process.cpuUsage(start);
  expect(plan.exact).toBe(true);
  const closed = new Set(plan.unreachable.map(({ operation }) => operation));
  const open = names.filter((name) => !closed.has(name));
  const deniedWith = (scope: readonly string[]) =>
    open.filter((name) => !policy.decide({ scope }, name as never, params as never).allowed);
  const tokens = plan.scopes.split(" ").filter((scope) => scope !== "");
  expect(deniedWith(tokens)).toEqual([]);
  for (const left of tokens)
    expect(deniedWith(tokens.filter((scope) => scope !== left))).not.toEqual([]);
  return (user + system) / 1_000;
}

const sources = await readSources([COPIES]);

describe("the plan of", () => {
  it("all 33 tools of Loopwise names each scope once", () => {
    const names = loopwise.toolNames;
    expect(names).toHaveLength(33);
    const plan = leastPrivilege(loopwise, names);
    expect(plan).toMatchObject({ unreachable: [], exact: true });
    expect(plan.scopes).toMatchInlineSnapshot(
      `"courses:read courses:write students:read curriculum:read orders:read school:read school:write events:read membership_plans:read coupons:read posts:read posts:write digital_products:read comments:read lecturers:read lecturers:write storage:write"`,
    );
    expect(planAll(loopwise as never, names, {})).toBeLessThan(MAX_TIME);
  });

  it.each(sources.map((source) => [source.name, source] as const))(
    "20 operations of %s is exact, opens them, and has no scope too many",
    { timeout: 300_000 },
    (_name, source) => {
      const tally = createTally();
      const built = buildPolicy(readCatalogue(source, tally), LIBRARY, tally);
      if (built === undefined) throw new Error("the library rejects the catalogue");
      for (const names of selections(built))
        expect(planAll(built.policy, names, valuesFor(built, names))).toBeLessThan(MAX_TIME);
    },
  );
});
