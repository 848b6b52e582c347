import { ANY_TIER, } from "../policy/compiled-policy.js";
/**
 * Returns a function from the id of a scope to the operations that a token with this scope can open, alone or together with other
 * scopes. Hidden and denied operations are left out.
 */
export function createScopeOperationsReader(policy, { client, account }) {
    const byScope = new Map();
    const accountType = account?.account_type;
    for (const operation of policy.operations.values()) {
        if (operation.hidden || operation.denial !== undefined)
            continue;
        for (const rule of operation.rules) {
            // in a public operation a scope only enriches the result
            const alternatives = rule.enriched === undefined ? rule.alternatives : [rule.enriched];
            for (const { uses, tier, accountTypes, reserved } of alternatives) {
                if (reserved && client.firstParty !== true)
                    continue;
                if (accountType !== undefined && accountTypes?.includes(accountType) === false)
                    continue;
                for (const { scope } of uses) {
                    const list = byScope.get(scope.id) ?? [];
                    byScope.set(scope.id, list);
                    list.push({ operation, tier });
                }
            }
        }
    }
    return (scope) => {
        const { closure } = policy.scopes[scope];
        const found = closure.flatMap((implied) => byScope.get(implied.scope) ?? []);
        const names = (wanted) => [
            ...new Set(found.flatMap(({ operation }) => (operation.kind === wanted ? [operation.name] : []))),
        ];
        return {
            tools: names("tool"),
            endpoints: names("endpoint"),
            tier: found.length === 0 ? ANY_TIER : Math.min(...found.map(({ tier }) => tier)),
        };
    };
}
