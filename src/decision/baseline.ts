import type { Decision } from "./decision.js";

/** Decides on a token by the baseline of a policy. */
export type BaselineDecider = (token: unknown) => Decision;

const deciders = new WeakMap<object, BaselineDecider>();

/** Stores how a policy decides by its baseline. */
export function storeBaselineDecider(policy: object, decide: BaselineDecider): void {
  deciders.set(policy, decide);
}

/**
 * Decides on a token as on a call of a tool that needs the baseline of the policy alone.
 *
 * @param policy - a value that `definePolicy` or `loadPolicy` returned
 */
export function decideBaseline(policy: object, token: unknown): Decision {
  const decide = deciders.get(policy) as BaselineDecider;
  return decide(token);
}
