const deciders = new WeakMap();
/** Stores how a policy decides by its baseline. */
export function storeBaselineDecider(policy, decide) {
    deciders.set(policy, decide);
}
/**
 * Decides on a token as on a call of a tool that needs the baseline of the policy alone.
 *
 * @param policy - a value that `definePolicy` or `loadPolicy` returned
 */
export function decideBaseline(policy, token) {
    const decide = deciders.get(policy);
    return decide(token);
}
