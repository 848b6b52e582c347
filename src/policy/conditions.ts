import { ANY_TIER, type CompiledPolicy } from "./compiled.js";

/** Returns whether a scope or an operation of a policy has a condition on tier or account type. */
export function hasConditions({ scopes, operations, patterns }: CompiledPolicy): boolean {
  const rules = [...operations.values(), ...patterns.map(({ operation }) => operation)].flatMap(
    (operation) => operation.rules,
  );
  return [...scopes, ...rules.flatMap(({ alternatives }) => alternatives)].some(
    ({ tier, accountTypes }) => tier !== ANY_TIER || accountTypes !== undefined,
  );
}
