import type { Allowed } from "./decision.js";
import { isMet, type TokenFacts } from "./evaluate.js";
import { scopesOf } from "./prepare.js";
import type { PreparedOperation, PreparedRule } from "./prepared.js";
import type { TokenScopes } from "./token-scopes.js";

/**
 * Returns the decision with the scopes for additional detail that the token has. If several patterns with `enrichedBy` match, the
 * token must have a scope of each.
 */
export function withEnrichments(
  granted: Allowed,
  { enriching }: PreparedOperation,
  tokenScopes: TokenScopes,
  facts: TokenFacts,
): Allowed {
  if (enriching.length === 0) return granted;
  const scopes = new Set<string>();
  for (const rule of enriching) {
    const met = metEnrichments(rule, tokenScopes, facts);
    if (met.length === 0) return granted;
    for (const scope of met) scopes.add(scope);
  }
  return { ...granted, enriched: true, enrichments: [...scopes] };
}

/** Returns the scopes for additional detail of one rule that the token has. */
function metEnrichments(
  { enrichments }: PreparedRule,
  tokenScopes: TokenScopes,
  facts: TokenFacts,
): readonly string[] {
  const met = enrichments.filter((one) => isMet(one, tokenScopes, facts, []));
  return met.flatMap((one) => scopesOf(one, []));
}
