import { readNames, readOneOrMore } from "../grammar/any-value.js";
import { createApproval } from "../policy/approval.js";
import {
  ANY_TIER,
  branchesOf,
  type CompiledPolicy,
  type CompiledScope,
  type Operation,
} from "../policy/compiled-policy.js";
import { meetsTypeConditions } from "../policy/conditions.js";
import type { ConsentFacts } from "./model.js";

/** Operations that a scope opens for one account, and the tier and entitlements without which it opens nothing. */
export interface ScopeOperations {
  /** Names of the tools. */
  readonly tools: readonly string[];
  /** Names of the endpoints. */
  readonly endpoints: readonly string[];
  /** Rank of the lowest tier on which any of them can be used; `ANY_TIER` if no tier is needed or the scope opens nothing. */
  readonly tier: number;
  /** Entitlements that the account lacks for any of them: those of the operation for which it lacks the fewest. */
  readonly lacking: readonly string[];
}

/** Returns the types of an account; `undefined` if they are unknown. */
export function accountTypesOf(account: ConsentFacts["account"]): readonly string[] | undefined {
  const type = account?.account_type;
  return type === undefined ? undefined : (readOneOrMore(type) ?? []);
}

/** Creates the function that returns which of some entitlements an account lacks. */
export function createLackingReader(
  account: ConsentFacts["account"],
): (entitlements: readonly string[]) => readonly string[] {
  const has = new Set(readNames(account?.entitlements));
  return (entitlements) => entitlements.filter((name) => !has.has(name));
}

/**
 * Returns a function from the id of a scope to the operations that a token with this scope can open, alone or together with other
 * scopes. Hidden and denied operations are left out.
 */
export function createScopeOperationsReader(
  policy: CompiledPolicy,
  { client, account }: ConsentFacts,
): (scope: number) => ScopeOperations {
  const byScope = new Map<
    number,
    { operation: Operation; tier: number; lacking: readonly string[] }[]
  >();
  const lackingOf = createLackingReader(account);
  const types = accountTypesOf(account);
  const approval = createApproval(policy, client.approvedScopes);
  for (const operation of policy.operations.values()) {
    if (operation.hidden) continue;
    for (const rule of branchesOf(operation).flatMap((branch) => branch.rules)) {
      const alternatives = [...rule.alternatives, ...rule.enrichments];
      for (const { uses, tier, typeConditions, entitlements, reserved } of alternatives) {
        if (reserved && client.firstParty !== true) continue;
        if (!uses.every(({ scope }) => approval.coversSome(scope))) continue;
        if (types !== undefined && !meetsTypeConditions(typeConditions, types)) continue;
        for (const { scope } of uses) {
          const list = byScope.get(scope.id) ?? [];
          byScope.set(scope.id, list);
          list.push({ operation, tier, lacking: lackingOf(entitlements) });
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
      lacking:
        found.reduce<readonly string[] | undefined>(
          (least, { lacking }) => (least && least.length <= lacking.length ? least : lacking),
          undefined,
        ) ?? [],
    };
  };
}
