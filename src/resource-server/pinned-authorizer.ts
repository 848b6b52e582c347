import type { Policy } from "../decision/define-policy.js";
import type { PolicyTypes } from "../policy/policy-types.js";
import type { Authorizer } from "./authorizer-types.js";

/**
 * An authorizer whose policy nothing replaces. A request that keeps one from its beginning to its end is decided by one policy,
 * with the challenge and the audit event of the same policy.
 */
export type PinnedAuthorizer<Types extends PolicyTypes = PolicyTypes> = Omit<
  Authorizer<Types>,
  "replacePolicy"
>;

/** What the library knows about an authorizer of `createAuthorizer`. */
interface Replaceable {
  /** The policy with which the authorizer was created. */
  readonly first: Policy;
  /** Returns the authorizer of the policy in force. */
  readonly pinned: () => PinnedAuthorizer;
}

// an authorizer that a host wraps is not in the map, so that no member of the wrapper is skipped
const replaceables = new WeakMap<object, Replaceable>();

/** Stores how to pin an authorizer. Returns the authorizer. */
export function storeReplaceable<Of extends object>(authorizer: Of, replaceable: Replaceable): Of {
  replaceables.set(authorizer, replaceable);
  return authorizer;
}

/** Returns the authorizer of the policy that is in force now; the given one if nothing can replace its policy. */
export function pinned(authorizer: PinnedAuthorizer): PinnedAuthorizer {
  return replaceables.get(authorizer)?.pinned() ?? authorizer;
}

/**
 * Returns the policy with which an authorizer was created. A server that is created for each request compares its tools with this
 * policy, so that it starts as before when a later policy lacks one of them.
 */
export function firstPolicyOf(authorizer: PinnedAuthorizer): Policy {
  return replaceables.get(authorizer)?.first ?? authorizer.policy;
}
