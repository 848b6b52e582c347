import { compiledPolicyOf } from "../policy/compiled-policies.js";
import { ownMembers } from "../policy/own-members.js";
import { expandTokens, namedMeanings, readGrantedTokens } from "../policy/scope-meanings.js";
import { clientView } from "./client-view.js";
import { isFirstParty, readConsentFacts } from "./facts.js";
import { pickLocale } from "./locale.js";
import { titleOf } from "./rows.js";
import { createScopeOperationsReader } from "./scope-operations.js";
/**
 * Returns what a page of connected apps shows for one grant: which of its scopes have an effect, and which do not any more.
 * The grant and the facts are the server's data: only own members are read, and members may be `undefined`.
 *
 * @throws {@link PolicyError} `ERR_POLICY_UNKNOWN`; `ERR_OPTIONS_INVALID` for a grant without a client and for an account that is
 * not an object
 */
export function connectedApp(policy, grant, facts = {}) {
    const compiled = compiledPolicyOf(policy);
    // a grant that is not an object has no client, which is an error
    const own = ownMembers(grant);
    const { client, account, locale } = readConsentFacts({ ...facts, client: own?.client });
    const firstParty = isFirstParty(client);
    const words = pickLocale(locale);
    const tokens = readGrantedTokens(own.scope) ?? [];
    const rank = account?.tier === undefined ? -1 : (compiled.tierRank.get(account.tier) ?? -1);
    const unlocks = createScopeOperationsReader(compiled, { client, account });
    const scopes = new Map();
    for (const token of tokens) {
        const named = namedMeanings(compiled, token, firstParty);
        if (named.length === 0)
            scopes.set(token, { scope: token, title: token, effect: "retired" });
        for (const { scope, text } of named) {
            const needed = Math.max(scope.tier, unlocks(scope.id).tier);
            const effect = needed > rank ? "dormant_tier" : "active";
            scopes.set(text, { scope: text, title: titleOf(scope, words), effect });
        }
    }
    return {
        grantId: own.grantId,
        client: clientView(client),
        authorizedAt: own.authorizedAt,
        lastUsedAt: own.lastUsedAt ?? null,
        offline: expandTokens(compiled, tokens, firstParty).has("offline_access"),
        isOlder: own.policyVersion !== undefined && own.policyVersion !== compiled.definition.version,
        scopes: [...scopes.values()],
    };
}
/** What revoking a grant has to delete, in this order. Afterwards nothing of the grant is left, and the same client starts anew. */
export const REVOCATION_STEPS = [
    "authorization_codes",
    "refresh_tokens",
    "access_tokens",
    "remembered_consent",
    "remembered_refusals",
];
