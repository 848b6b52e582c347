import type { ValueSearch } from "./bindings.js";
import { type Held, holds, holdsBound } from "./held.js";
import type { Case, PreparedAlternative, PreparedRule, PreparedUse, Values } from "./prepare.js";

/** What a decision reads of a token in addition to its scopes, each member once: conditions are checked against it. */
export interface Facts {
  readonly firstParty: boolean;
  /** The tier that the token names, declared or not. */
  readonly tier: string | undefined;
  /** The rank of `tier`: `-1`, below the lowest tier, when the token has none or the policy does not declare it. */
  readonly rank: number;
  readonly accountType: unknown;
}

/** What blocks an alternative in a way that consent cannot fix. The first that applies, in this order, is its blocker. */
export const BLOCKED_BY = { reserved: 0, accountType: 1, tier: 2, binding: 3, nothing: 4 } as const;

/** Returns the first condition of an alternative that the token does not meet: its blocker, bindings aside. */
function gateOf({ source, gated }: PreparedAlternative, facts: Facts): number {
  if (!gated) return BLOCKED_BY.nothing;
  if (source.reserved && !facts.firstParty) return BLOCKED_BY.reserved;
  if (source.accountTypes?.some((type) => type === facts.accountType) === false)
    return BLOCKED_BY.accountType;
  return facts.rank < source.tier ? BLOCKED_BY.tier : BLOCKED_BY.nothing;
}

/**
 * Returns the first declared alternative that the token meets. An any-of rule is decided here; `decideByScopes` in `decide.ts`
 * is a shortcut with the same result for rules whose alternatives are one scope each.
 */
export function firstMetAlternative(
  { rule, values }: Case,
  held: Held,
  facts: Facts,
): PreparedAlternative | undefined {
  const { alternatives } = rule;
  for (let index = 0; index < alternatives.length; index += 1) {
    const alternative = alternatives[index] as PreparedAlternative;
    if (isMet(alternative, held, facts, values)) return alternative;
  }
  return undefined;
}

/** As {@link firstMetAlternative}, for a rule that asks for scopes only. */
export function firstMetByScopes(
  { alternatives }: PreparedRule,
  held: Held,
): PreparedAlternative | undefined {
  for (let index = 0; index < alternatives.length; index += 1) {
    const alternative = alternatives[index] as PreparedAlternative;
    if (hasLiterals(alternative, held)) return alternative;
  }
  return undefined;
}

/** Returns whether an alternative is met: the token has all of its scopes, for these values, and meets its conditions. */
export function isMet(
  alternative: PreparedAlternative,
  held: Held,
  facts: Facts,
  values: Values,
): boolean {
  if (!hasLiterals(alternative, held)) return false;
  const { bound } = alternative;
  for (let index = 0; index < bound.length; index += 1) {
    if (holdsBound(held, bound[index] as PreparedUse, values) !== true) return false;
  }
  return gateOf(alternative, facts) === BLOCKED_BY.nothing;
}

/** Returns whether the token has every scope without placeholders that an alternative asks for. */
function hasLiterals({ literals }: PreparedAlternative, held: Held): boolean {
  // loops by index here and above: every decision runs them
  for (let index = 0; index < literals.length; index += 1) {
    if (!holds(held, literals[index] as number)) return false;
  }
  return true;
}

/** An alternative of a rule with the values it was evaluated for and what blocks it. */
export interface Judged {
  readonly rule: PreparedRule;
  readonly alternative: PreparedAlternative;
  readonly values: Values;
  /** A value of {@link BLOCKED_BY}. */
  readonly blockedBy: number;
}

/** The evaluated alternatives of an operation, one list for each of its rules. The token must meet every rule. */
export type JudgedRules = readonly (readonly Judged[])[];

/** Returns what blocks each alternative of a rule for the values of a call. */
export function judgeCall({ rule, values }: Case, held: Held, facts: Facts): readonly Judged[] {
  return rule.alternatives.map((alternative) => {
    const gate = gateOf(alternative, facts);
    const isElsewhere =
      gate === BLOCKED_BY.nothing && mismatchesOf(alternative, held, values).length > 0;
    return { rule, alternative, values, blockedBy: isElsewhere ? BLOCKED_BY.binding : gate };
  });
}

/** Returns what blocks each alternative of a rule for values that the token is bound to. */
export function judgeForToken(
  rule: PreparedRule,
  facts: Facts,
  search: ValueSearch,
): readonly Judged[] {
  return rule.alternatives.map((alternative) => {
    const gate = gateOf(alternative, facts);
    const values = gate === BLOCKED_BY.nothing ? search.find(rule, alternative) : [];
    const blockedBy = values === undefined ? BLOCKED_BY.binding : gate;
    return { rule, alternative, values: values ?? [], blockedBy };
  });
}

/** Returns the templates that the token has for other values only. */
export function mismatchesOf(
  { bound }: PreparedAlternative,
  held: Held,
  values: Values,
): readonly PreparedUse[] {
  return bound.filter((use) => holdsBound(held, use, values) === false);
}
