import type { AnyPolicy } from "../../policy/any-policy.js";
import type { Widening } from "./compare-call.js";
import { callEntriesOf, PATTERN_NAMES, probeCallsOf } from "./probe-calls.js";
import { searchWidenings } from "./search.js";
import { createSides } from "./sides.js";

/**
 * Returns all widenings, one for each alternative, and the operations for which the search stopped at its limit.
 *
 * @param except - the operations and patterns of `after` that are left out
 */
export function widenings(
  before: AnyPolicy,
  after: AnyPolicy,
  except: ReadonlySet<string>,
): { readonly found: readonly Widening[]; readonly unproved: readonly string[] } {
  const sides = createSides(before, after);
  const [compiledBefore, compiledAfter] = [sides.before.policy, sides.after.policy];
  const hasPatterns = compiledAfter.fromCode.patterns.length > 0;
  const { entries, isComplete } = callEntriesOf(compiledBefore, compiledAfter, hasPatterns);
  const found: Widening[] = [];
  const unproved: string[] = [];
  for (const target of probeCallsOf(entries, sides)) {
    if (target.operations.some((name) => except.has(name))) continue;
    const result = searchWidenings(target, sides);
    found.push(...result.found);
    if (!result.isComplete) unproved.push(target.title);
  }
  if (!isComplete) unproved.push(PATTERN_NAMES);
  return { found, unproved };
}
