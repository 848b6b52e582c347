import type { Decider } from "../../decision/decide.js";
import { deciderOf } from "../../decision/gate-decider.js";
import type { AnyPolicy } from "../../policy/any-policy.js";
import { compiledPolicyOf } from "../../policy/compiled-policies.js";
import { type FreshValues, freshValues, holePatterns } from "./fresh-values.js";

/** Two policies, in the direction of a search for calls that only `after` allows. */
export interface Sides {
  readonly before: Decider;
  readonly after: Decider;
  /** Values that neither policy names. */
  readonly values: FreshValues;
}

/**
 * Creates the sides of a search.
 *
 * @throws {@link PolicyError} `ERR_POLICY_UNKNOWN` for a value that is not a policy
 */
export function createSides(before: AnyPolicy, after: AnyPolicy): Sides {
  const compiled = [before, after].map(compiledPolicyOf);
  const texts = JSON.stringify([before.definition, after.definition]);
  return {
    before: deciderOf(before),
    after: deciderOf(after),
    values: freshValues(texts, holePatterns(compiled)),
  };
}

/** Returns the sides of the search in the other direction. */
export function reversed(sides: Sides): Sides {
  return { ...sides, before: sides.after, after: sides.before };
}
