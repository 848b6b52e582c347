import type { TokenFacts } from "../decision/evaluate.js";
import type { PreparedAlternative, PreparedRule, Values } from "../decision/prepared.js";
import { hasBoundScope, hasScope, type TokenScopes } from "../decision/token-scopes.js";
import type { CompiledPolicy, Param } from "../policy/compiled-policy.js";
import { meetsTypeConditions } from "../policy/conditions.js";

/** What a token shows in the decision on one operation. */
export interface SeenToken {
  readonly scopes: TokenScopes;
  /** The scopes that the same token has for a first-party client. */
  readonly firstPartyScopes: TokenScopes;
  readonly facts: TokenFacts;
}

/** One thing that an alternative of a rule demands of a call. A call that meets all of them meets the alternative. */
export interface Demand {
  readonly kind:
    | "scope"
    | "binding"
    | "reserved"
    | "account_type"
    | "tier"
    | "entitlement"
    | "boundary";
  /** The tier, the account types, the entitlement or the boundary; empty for other kinds. */
  readonly detail: string;
  readonly isMet: (seen: SeenToken, values: Values) => boolean;
}

/** Returns the names of the scopes of an alternative, separated by spaces. */
export function scopeNames({ source }: PreparedAlternative): string {
  return source.uses.map(({ scope }) => scope.name).join(" ");
}

/** Returns all that an alternative demands. */
export function demandsOf(
  alternative: PreparedAlternative,
  { params }: PreparedRule,
  policy: CompiledPolicy,
): readonly Demand[] {
  const { uses, bound, source } = alternative;
  const { typeConditions, accountTypes, tier, entitlements, within } = source;
  // a reserved scope of a third party has no effect; whether the client is first-party is a demand of its own
  const scopesOf = (seen: SeenToken) => (source.reserved ? seen.firstPartyScopes : seen.scopes);
  const rank = policy.tiers[tier];
  const demands: readonly (Demand | false)[] = [
    uses.length > 0 && {
      kind: "scope",
      detail: "",
      isMet: (seen) => uses.every(({ scope }) => hasScope(scopesOf(seen), scope)),
    },
    bound.length > 0 && {
      kind: "binding",
      detail: "",
      isMet: (seen, values) =>
        bound.every((use) => hasBoundScope(scopesOf(seen), use, values) !== false),
    },
    source.reserved && {
      kind: "reserved",
      detail: "",
      isMet: ({ facts }) => facts.firstParty,
    },
    accountTypes !== undefined && {
      kind: "account_type",
      detail: accountTypes.join(" "),
      isMet: ({ facts }) => meetsTypeConditions(typeConditions, facts.accountTypes),
    },
    rank !== undefined && {
      kind: "tier",
      detail: rank,
      isMet: ({ facts }) => facts.rank >= tier,
    },
    ...entitlements.map(
      (name): Demand => ({
        kind: "entitlement",
        detail: name,
        isMet: ({ facts }) => facts.entitlements.includes(name),
      }),
    ),
    ...within.map(
      ({ boundary, param }): Demand => ({
        kind: "boundary",
        detail: `${(params[param] as Param).name} within ${boundary.name}`,
        isMet: ({ facts }, values) => facts.isInside(boundary, values[param] as string),
      }),
    ),
  ];
  return demands.filter((demand) => demand !== false);
}
