import type { PreparedAlternative, PreparedOperation, PreparedRule } from "../decision/prepared.js";
import type { Alternative, TypeConditions } from "../policy/compiled-policy.js";
import { union } from "../policy/conditions.js";
import type { NamedBoundary, NamedUse } from "../policy/rule.js";
import { combinations } from "./combinations.js";

/** One way to be allowed: one alternative of each rule, with its scopes, the parameters that fill them, and its conditions. */
export interface Way {
  readonly uses: readonly NamedUse[];
  /** The rank of the lowest tier. */
  readonly tier: number;
  readonly typeConditions: TypeConditions;
  readonly entitlements: readonly string[];
  readonly reserved: boolean;
  readonly restricted: boolean;
  readonly within: readonly NamedBoundary[];
}

/** Yields every way to be allowed to call an operation without branches: one without scopes if it is public, none if it is denied. */
export function* waysOf(operation: PreparedOperation): Generator<Way> {
  if (operation.denied !== undefined) return;
  for (const chosen of combinations(requiredBy(operation))) yield joinAlternatives(chosen);
}

/**
 * Yields every way to be enriched in a call of an operation without branches: a way to be allowed, with a scope of each rule that has
 * `enrichedBy`. Rules without it do not count.
 */
export function* enrichedWaysOf(operation: PreparedOperation): Generator<Way> {
  const { denied, enriching } = operation;
  if (denied !== undefined || enriching.length === 0) return;
  const detail = enriching.map((rule) => namedAlternatives(rule, rule.enrichments));
  for (const chosen of combinations([...requiredBy(operation), ...detail]))
    yield joinAlternatives(chosen);
}

interface NamedAlternative {
  readonly rule: PreparedRule;
  readonly source: Alternative;
}

function requiredBy({ public: isPublic, rules }: PreparedOperation) {
  return isPublic ? [] : rules.map((rule) => namedAlternatives(rule, rule.alternatives));
}

function namedAlternatives(
  rule: PreparedRule,
  alternatives: readonly PreparedAlternative[],
): readonly NamedAlternative[] {
  return alternatives.map(({ source }) => ({ rule, source }));
}

function joinAlternatives(chosen: readonly NamedAlternative[]): Way {
  const sources = chosen.map(({ source }) => source);
  return {
    uses: chosen.flatMap(({ rule, source }) =>
      source.uses.map(({ scope, params }) => ({
        scope,
        params: params.map((place) => nameAt(rule, place)),
      })),
    ),
    tier: Math.max(-1, ...sources.map(({ tier }) => tier)),
    typeConditions: union(sources.map(({ typeConditions }) => typeConditions)),
    entitlements: union(sources.map(({ entitlements }) => entitlements)),
    reserved: sources.some(({ reserved }) => reserved),
    restricted: sources.some(({ restricted }) => restricted),
    within: chosen.flatMap(({ rule, source }) =>
      source.within.map(({ boundary, param }) => ({
        boundary,
        param: nameAt(rule, param),
      })),
    ),
  };
}

function nameAt({ params }: PreparedRule, place: number): string {
  return params[place]?.name as string;
}
