import {
  ANY_TIER,
  branchesOf,
  type CompiledPolicy,
  type CompiledScope,
  type Operation,
} from "../policy/compiled-policy.js";
import type { ConsentFacts } from "./model.js";

/** Operations that a scope opens for one account, and the tier without which it opens nothing. */
export interface ScopeOperations {
  /** Names of the tools. */
  readonly tools: readonly string[];
  /** Names of the endpoints. */
  readonly endpoints: readonly string[];
  /** Rank of the lowest tier on which any of them can be used; `ANY_TIER` if no tier is needed or the scope opens nothing. */
  readonly tier: number;
}

/**
 * Returns a function from the id of a scope to the operations that a token with this scope can open, alone or together with other
 * scopes. Hidden and denied operations are left out.
 */
export function createScopeOperationsReader(
  policy: CompiledPolicy,
  { client, account }: ConsentFacts,
): (scope: number) => ScopeOperations {
  const byScope = new Map<number, { operation: Operation; tier: number }[]>();
  const accountType = account?.account_type;
  for (const operation of policy.operations.values()) {
    if (operation.hidden) continue;
    for (const rule of branchesOf(operation).flatMap((branch) => branch.rules)) {
      // in a public operation a scope only enriches the result
      const alternatives = rule.enriched === undefined ? rule.alternatives : [rule.enriched];
      for (const { uses, tier, accountTypes, reserved } of alternatives) {
        if (reserved && client.firstParty !== true) continue;
        if (accountType !== undefined && accountTypes?.includes(accountType) === false) continue;
        for (const { scope } of uses) {
          const list = byScope.get(scope.id) ?? [];
          byScope.set(scope.id, list);
          list.push({ operation, tier });
        }
      }
    }
  }
  return (scope) => {
    const { closure } = policy.scopes[scope] as CompiledScope;
    const found = closure.flatMap((implied) => byScope.get(implied.scope) ?? []);
    const names = (wanted: Operation["kind"]) => [
      ...new Set(
        found.flatMap(({ operation }) => (operation.kind === wanted ? [operation.name] : [])),
      ),
    ];
    return {
      tools: names("tool"),
      endpoints: names("endpoint"),
      tier: found.length === 0 ? ANY_TIER : Math.min(...found.map(({ tier }) => tier)),
    };
  };
}
