import { readScopeTokens } from "../grammar/scope.js";
import type { AnyPolicy } from "../policy/any-policy.js";
import type { ConsentClient } from "../policy/client.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import { ownMembers } from "../policy/own-members.js";
import { expandTokens, namedMeanings, readGrantedTokens } from "../policy/scope-meanings.js";
import { grantedBoundaries } from "./boundaries.js";
import { clientView } from "./client-view.js";
import { isFirstParty, readConsentFacts } from "./facts.js";
import { localizedText, pickLocale } from "./locale.js";
import type { ConsentClientView, ConsentFacts, ConsentText, GrantedBoundary } from "./model.js";
import { titleOf } from "./rows.js";
import { createLackingReader, createScopeOperationsReader } from "./scope-operations.js";

/** Grant as the host stores it. */
export interface ConnectedGrant {
  /** The host's identifier of the grant. */
  readonly grantId: string;
  /** Client that has the grant. */
  readonly client: ConsentClient;
  /** Granted scope. */
  readonly scope: string | readonly string[];
  /** Granted values of the boundaries by name. Default: none. */
  readonly boundaries?: Readonly<Record<string, readonly string[]>>;
  /** Time of the consent, in seconds since 1970. */
  readonly authorizedAt: number;
  /** Time at which a token of the grant was last used, in seconds since 1970. The host decides how exact it is. */
  readonly lastUsedAt?: number;
  /** Version of the policy at the time of the consent. */
  readonly policyVersion?: string;
}

/** Connected app as the user sees it on the page where access can be revoked. */
export interface ConnectedApp {
  /** The host's identifier of the grant, which the form to revoke it posts. */
  readonly grantId: string;
  /** The client's details, cleaned. */
  readonly client: ConsentClientView;
  /** Time of the consent, in seconds since 1970. */
  readonly authorizedAt: number;
  /** Time of the last use, in seconds since 1970; `null` if unknown. */
  readonly lastUsedAt: number | null;
  /** Whether the app has access while the user is away (`offline_access`). */
  readonly offline: boolean;
  /** Whether the policy has another version now. */
  readonly isOlder: boolean;
  /** Granted scopes, each once under its current name. */
  readonly scopes: readonly {
    readonly scope: string;
    /** Short name of the scope, as on the consent page. */
    readonly title: string;
    /** Description of what the scope opens. The same as `title` if the policy does not have both. */
    readonly description: string;
    /** Languages of the texts that are not in the language of the page, as in {@link ConsentText}. */
    readonly lang: { readonly title: string | null; readonly description: string | null };
    /**
     * `dormant_tier`: the scope has no effect on the account's tier. `dormant_entitlement`: the tier is enough, but the account lacks
     * an entitlement. `retired`: the policy does not declare the scope any more, or
     * only for first-party clients.
     */
    readonly effect: "active" | "dormant_tier" | "dormant_entitlement" | "retired";
  }[];
  /** Values to which the access is limited, by boundary of the policy, each with a label if `account.boundaries` has the value. */
  readonly boundaries: readonly GrantedBoundary[];
}

/**
 * Returns what a page of connected apps shows for one grant: which of its scopes have an effect, and which do not any more.
 * The grant and the facts are the server's data: only own members are read, and members may be `undefined`.
 *
 * @throws {@link PolicyError} `ERR_POLICY_UNKNOWN`; `ERR_OPTIONS_INVALID` for a grant without a client and for an account that is
 * not an object
 */
export function connectedApp(
  policy: AnyPolicy,
  grant: ConnectedGrant,
  facts: Pick<ConsentFacts, "account" | "locale"> = {},
): ConnectedApp {
  const compiled = compiledPolicyOf(policy);
  // a grant that is not an object has no client, which is an error
  const own = ownMembers(grant) as ConnectedGrant;
  const { client, account, locale } = readConsentFacts({ ...facts, client: own?.client });
  const firstParty = isFirstParty(client);
  const words = pickLocale(locale, compiled.definition.language);
  const tokens = readGrantedTokens(own.scope) ?? [];
  const rank = account?.tier === undefined ? -1 : (compiled.tierRank.get(account.tier) ?? -1);
  const lacking = createLackingReader(account);
  // a granted scope counts, even if the client is no longer approved for it
  const approvedScopes = [...(readScopeTokens(client.approvedScopes) ?? []), ...tokens];
  const unlocks = createScopeOperationsReader(compiled, {
    client: { ...client, approvedScopes },
    account,
  });
  const scopes = new Map<string, ConnectedApp["scopes"][number]>();
  for (const token of tokens) {
    const named = namedMeanings(compiled, token, firstParty);
    if (named.length === 0) {
      const texts = textsOf({ text: token, lang: null });
      scopes.set(token, { scope: token, ...texts, effect: "retired" });
    }
    for (const { scope, text } of named) {
      const unlocked = unlocks(scope.id);
      const isLacking = lacking(scope.entitlements).length + unlocked.lacking.length > 0;
      const dormant = isLacking ? "dormant_entitlement" : "active";
      const effect = Math.max(scope.tier, unlocked.tier) > rank ? "dormant_tier" : dormant;
      const description = localizedText(scope, "description", words);
      scopes.set(text, { scope: text, ...textsOf(titleOf(scope, words), description), effect });
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
    boundaries: grantedBoundaries(compiled, own.boundaries, { account, locale: words }),
  };
}

function textsOf(
  title: ConsentText,
  description = title,
): Pick<ConnectedApp["scopes"][number], "title" | "description" | "lang"> {
  return {
    title: title.text,
    description: description.text,
    lang: { title: title.lang, description: description.lang },
  };
}

/** What revoking a grant has to delete, in this order. Afterwards nothing of the grant is left, and the same client starts anew. */
export const REVOCATION_STEPS = [
  "authorization_codes",
  "refresh_tokens",
  "access_tokens",
  "remembered_consent",
  "remembered_refusals",
] as const;
