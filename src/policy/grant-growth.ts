import type { CompiledPolicy } from "./compiled-policy.js";
import { type Meaning, withImpliedMeanings } from "./scope-meanings.js";

/**
 * Returns whether a grant may mean more now than when it was given, so that the user must be asked again: its policy version is
 * another one. Without a version, whether what the grant covers is more than its own scope tokens: a scope that it covers by an older
 * name or by an implication may be newer than the grant.
 *
 * @param version - the version of the policy at the time of the consent; `undefined` if it is not known
 * @param covered - what the grant covers of a request
 * @param granted - the scope tokens of the grant
 */
export function mayMeanMore(
  policy: CompiledPolicy,
  version: string | undefined,
  covered: Iterable<Meaning>,
  granted: readonly string[],
): boolean {
  if (version !== undefined) return version !== policy.definition.version;
  const written = new Set(granted);
  return [...withImpliedMeanings(policy, covered).keys()].some((text) => !written.has(text));
}
