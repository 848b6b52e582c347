import type { Alternative } from "../policy/compiled-policy.js";

/** The conditions of an alternative, or of a way to be allowed. */
type Conditions = Pick<Alternative, "tier" | "entitlements" | "typeConditions">;

/** Returns whether each account that meets the conditions of `other` meets those of `one`. */
export function hasWeakerConditions(one: Conditions, other: Conditions): boolean {
  return (
    one.tier <= other.tier &&
    one.entitlements.every((name) => other.entitlements.includes(name)) &&
    one.typeConditions.every((types) =>
      other.typeConditions.some((fewer) => fewer.every((type) => types.includes(type))),
    )
  );
}
