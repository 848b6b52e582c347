import type { PolicyDefinition } from "./definition.js";

declare const brand: unique symbol;

/**
 * A checked policy with any names. It is the type of the `policy` argument of functions that read a policy at run time.
 * Only `definePolicy` and `loadPolicy` create one: the compiler and the functions reject other objects of the same shape.
 */
export interface AnyPolicy {
  /** The name of the policy. */
  readonly name: string;
  /** The version of the policy. */
  readonly version: string;
  /** The definition as plain data: a frozen copy of the input. */
  readonly definition: PolicyDefinition;
  /** Makes the compiler reject objects of the same shape. Absent at run time. */
  readonly [brand]: true;
}
