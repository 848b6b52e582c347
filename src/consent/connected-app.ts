import type { AnyPolicy } from "../policy/any-policy.js";
import type { ConsentClient } from "../policy/client.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import { ownMembers } from "../policy/own-members.js";
import { expandTokens, namedMeanings, readGrantedTokens } from "../policy/scope-meanings.js";
import { clientView } from "./client-view.js";
import { isFirstParty, readConsentFacts } from "./facts.js";
import { pickLocale } from "./locale.js";
import type { ConsentClientView, ConsentFacts } from "./model.js";
import { titleOf } from "./rows.js";
import { unlocksOf } from "./unlocks.js";

/** A grant as the host keeps it: who was allowed what, and when. */
export interface Grant {
  /** The host's name of the grant. */
  readonly grantId: string;
  /** Whom. */
  readonly client: ConsentClient;
  /** What. */
  readonly scope: string | readonly string[];
  /** When, in seconds since 1970. */
  readonly authorizedAt: number;
  /** When a token of it was last used, in seconds since 1970; as coarse as the host likes. */
  readonly lastUsedAt?: number;
  /** The edition of the policy that the person agreed to. */
  readonly policyVersion?: string;
}

/** A connected app, as its owner sees it on the page where it can be ended. */
export interface ConnectedApp {
  /** The host's name of the grant: what ending it posts. */
  readonly grantId: string;
  /** The client, cleaned. */
  readonly client: ConsentClientView;
  /** When it was authorised, in seconds since 1970. */
  readonly authorizedAt: number;
  /** When it was last used. */
  readonly lastUsedAt: number | null;
  /** Whether it keeps access while the person is away. */
  readonly offline: boolean;
  /** Whether the policy has changed since. */
  readonly isOlder: boolean;
  /** What it was granted, each scope once under its current name. */
  readonly scopes: readonly {
    readonly scope: string;
    readonly title: string;
    /** `dormant-tier`: without effect on this plan; `retired`: the policy has it no more, or only for the owner's clients. */
    readonly effect: "active" | "dormant-tier" | "retired";
  }[];
}

/**
 * Returns what a page of connected apps shows of one grant: which of its scopes still have an effect, and which no longer do.
 * The grant and the facts are the server's data: own members are read, and members may be `undefined`.
 *
 * @throws {@link PolicyError} `ERR_POLICY_UNKNOWN`, `ERR_OPTIONS_INVALID` for a grant without a client, and for an account of
 * another type
 */
export function connectedApp(
  policy: AnyPolicy,
  grant: Grant,
  facts: Pick<ConsentFacts, "account" | "locale"> = {},
): ConnectedApp {
  const compiled = compiledPolicyOf(policy);
  // a grant that is not an object has no client, which is refused
  const own = ownMembers(grant) as Grant;
  const { client, account, locale } = readConsentFacts({ ...facts, client: own?.client });
  const firstParty = isFirstParty(client);
  const words = pickLocale(locale);
  const tokens = readGrantedTokens(own.scope) ?? [];
  const rank = account?.tier === undefined ? -1 : (compiled.tierRank.get(account.tier) ?? -1);
  const unlocks = unlocksOf(compiled, { client, account });
  const scopes = new Map<string, ConnectedApp["scopes"][number]>();
  for (const token of tokens) {
    const named = namedMeanings(compiled, token, firstParty);
    if (named.length === 0) scopes.set(token, { scope: token, title: token, effect: "retired" });
    for (const { scope, text } of named) {
      const needed = Math.max(scope.tier, unlocks(scope.id).tier);
      const effect = needed > rank ? "dormant-tier" : "active";
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

/** What ending a grant has to undo, in this order; nothing of it is remembered, so that the same client starts anew. */
export const REVOCATION_STEPS = [
  "authorization_codes",
  "refresh_tokens",
  "access_tokens",
  "remembered_consent",
  "remembered_refusals",
] as const;
