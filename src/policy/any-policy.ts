import type { PolicyDefinition } from "./definition.js";

declare const brand: unique symbol;

/**
 * A checked policy, whatever its names: the type of the `policy` argument of functions that read a policy at run time.
 * Only `definePolicy` and `loadPolicy` make one; an object of the same shape is neither accepted by the compiler nor at
 * run time.
 */
export interface AnyPolicy {
  /** The name of the policy. */
  readonly name: string;
  /** The version of the policy. */
  readonly version: string;
  /** The definition as plain data: a frozen copy of what was given. */
  readonly definition: PolicyDefinition;
  /** For the compiler alone: keeps objects of the same shape out. */
  readonly [brand]: true;
}
