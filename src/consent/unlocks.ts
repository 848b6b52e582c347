import {
  ANY_TIER,
  type CompiledPolicy,
  type CompiledScope,
  type Operation,
} from "../policy/compiled.js";
import type { ConsentFacts } from "./model.js";

/** What a scope opens for one account, and the plan without which it opens nothing. */
export interface Unlocked {
  readonly tools: readonly string[];
  readonly endpoints: readonly string[];
  /** The rank of the lowest plan on which any of it can be used; `ANY_TIER` for none. */
  readonly tier: number;
}

/** For each scope of a policy by its id: what holding it helps to open. Hidden and denied operations are nobody's business. */
export function unlocksOf(
  policy: CompiledPolicy,
  { client, account }: ConsentFacts,
): (scope: number) => Unlocked {
  const byScope = new Map<number, { operation: Operation; tier: number }[]>();
  const kind = account?.account_type;
  for (const operation of policy.operations.values()) {
    if (operation.hidden || operation.denial !== undefined) continue;
    for (const rule of operation.rules) {
      // of a public operation a scope opens the added detail
      const alternatives = rule.enriched === undefined ? rule.alternatives : [rule.enriched];
      for (const { uses, tier, accountTypes, reserved } of alternatives) {
        if (reserved && client.first_party !== true) continue;
        if (kind !== undefined && accountTypes?.includes(kind) === false) continue;
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
