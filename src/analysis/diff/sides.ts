import type { Decider } from "../../decision/decider.js";
import { deciderOf } from "../../decision/gate-decider.js";
import type { AnyPolicy } from "../../policy/any-policy.js";
import { compiledPolicyOf } from "../../policy/compiled-policies.js";
import { holePatterns } from "../fresh-words.js";
import { type FreshValues, freshValues } from "./fresh-values.js";
import { createSourceReader, type SourceReader } from "./granting-texts.js";

/** Two policies, in the direction of a search for calls that only `after` allows. */
export interface Sides {
  readonly before: Decider;
  readonly after: Decider;
  /** Values that neither policy names. */
  readonly values: FreshValues;
  /** The texts that grant a scope, under each policy. */
  readonly sources: { readonly before: SourceReader; readonly after: SourceReader };
}

/**
 * Creates the sides of a search.
 *
 * @throws {@link PolicyError} `ERR_POLICY_UNKNOWN` for a value that is not a policy
 */
export function createSides(before: AnyPolicy, after: AnyPolicy): Sides {
  const compiled = [before, after].map(compiledPolicyOf);
  const texts = JSON.stringify([before.definition, after.definition]);
  const sides = { before: deciderOf(before), after: deciderOf(after) };
  const values = freshValues(texts, holePatterns(compiled));
  const sourcesUnder = ({ policy }: Decider) => createSourceReader(policy, values.fresh);
  return {
    ...sides,
    values,
    sources: { before: sourcesUnder(sides.before), after: sourcesUnder(sides.after) },
  };
}

/** Returns the sides of the search in the other direction. */
export function reversed({ before, after, values, sources }: Sides): Sides {
  return {
    before: after,
    after: before,
    values,
    sources: { before: sources.after, after: sources.before },
  };
}
