import type { Boundary, BoundaryUse } from "../policy/compiled-policy.js";
import { meetsTypeConditions } from "../policy/conditions.js";
import type { ApprovalReader } from "./client-approval.js";
import type { ValueSearch } from "./infer-bindings.js";
import type {
  PreparedAlternative,
  PreparedRule,
  PreparedUse,
  RuleCase,
  Values,
} from "./prepared.js";
import { hasBoundScope, hasScope, type TokenScopes } from "./token-scopes.js";

/** What a decision reads of a token in addition to its scopes, each member once: conditions are checked against it. */
export interface TokenFacts {
  readonly firstParty: boolean;
  /** The tier that the token names, declared or not. */
  readonly tier: string | undefined;
  /** The rank of `tier`: `-1`, below the lowest tier, when the token has none or the policy does not declare it. */
  readonly rank: number;
  readonly accountTypes: readonly string[];
  readonly entitlements: readonly string[];
  /** Returns whether the value of a parameter is within a boundary. */
  readonly isInside: (boundary: Boundary, value: string) => boolean;
}

/** What blocks an alternative in a way that consent cannot fix. The first that applies, in this order, is its blocker. */
export const BLOCKERS = {
  reserved: 0,
  accountType: 1,
  tier: 2,
  entitlement: 3,
  binding: 4,
  nothing: 5,
} as const;

/** Returns the first condition of an alternative that the token does not meet: its blocker, bindings aside. */
function failedConditionOf({ source, gated }: PreparedAlternative, facts: TokenFacts): number {
  if (!gated) return BLOCKERS.nothing;
  if (source.reserved && !facts.firstParty) return BLOCKERS.reserved;
  if (!meetsTypeConditions(source.typeConditions, facts.accountTypes)) return BLOCKERS.accountType;
  if (facts.rank < source.tier) return BLOCKERS.tier;
  const { entitlements } = source;
  return entitlements.every((name) => facts.entitlements.includes(name))
    ? BLOCKERS.nothing
    : BLOCKERS.entitlement;
}

/** Returns the first declared alternative that the token meets. An any-of rule is decided here. */
export function firstMetAlternative(
  { rule, values }: RuleCase,
  tokenScopes: TokenScopes,
  facts: TokenFacts,
): PreparedAlternative | undefined {
  const { alternatives } = rule;
  for (let index = 0; index < alternatives.length; index += 1) {
    const alternative = alternatives[index] as PreparedAlternative;
    if (isMet(alternative, tokenScopes, facts, values)) return alternative;
  }
  return undefined;
}

/** Returns whether an alternative is met: the token has all of its scopes, for these values, and meets its conditions. */
export function isMet(
  alternative: PreparedAlternative,
  tokenScopes: TokenScopes,
  facts: TokenFacts,
  values: Values,
): boolean {
  if (!hasLiterals(alternative, tokenScopes)) return false;
  const { bound } = alternative;
  for (let index = 0; index < bound.length; index += 1) {
    if (hasBoundScope(tokenScopes, bound[index] as PreparedUse, values) !== true) return false;
  }
  // most alternatives have no conditions: then nothing is created (the function in `outsideOf` takes 104 bytes)
  if (!alternative.gated) return true;
  return (
    failedConditionOf(alternative, facts) === BLOCKERS.nothing &&
    outsideOf(alternative, facts, values) === undefined
  );
}

/** Returns the first boundary of an alternative that the values of a call are not within. */
export function outsideOf(
  { source }: PreparedAlternative,
  { isInside }: TokenFacts,
  values: Values,
): BoundaryUse | undefined {
  return source.within.find(({ boundary, param }) => !isInside(boundary, values[param] as string));
}

/** Returns whether the token has every scope without placeholders that an alternative requires. */
function hasLiterals({ literals }: PreparedAlternative, tokenScopes: TokenScopes): boolean {
  // loops by index here and above: every decision runs them
  for (let index = 0; index < literals.length; index += 1) {
    if (!hasScope(tokenScopes, literals[index] as number)) return false;
  }
  return true;
}

/** An alternative of a rule with the values it was evaluated for and what blocks it. */
export interface EvaluatedAlternative {
  readonly rule: PreparedRule;
  readonly alternative: PreparedAlternative;
  readonly values: Values;
  /** A value of {@link BLOCKERS}. */
  readonly blockedBy: number;
}

/** The evaluated alternatives of an operation, one list for each of its rules. The token must meet every rule. */
export type EvaluatedRules = readonly (readonly EvaluatedAlternative[])[];

/** Returns what blocks each alternative of a rule for the values of a call. */
export function evaluateForCall(
  { rule, values }: RuleCase,
  tokenScopes: TokenScopes,
  facts: TokenFacts,
  approval: ApprovalReader,
): readonly EvaluatedAlternative[] {
  return evaluateConditions({ rule, values }, tokenScopes, facts, approval).map((one) => {
    const { alternative, blockedBy } = one;
    const isElsewhere =
      blockedBy === BLOCKERS.nothing &&
      (mismatchesOf(alternative, tokenScopes, values).length > 0 ||
        outsideOf(alternative, facts, values) !== undefined);
    return isElsewhere ? { ...one, blockedBy: BLOCKERS.binding } : one;
  });
}

/** As {@link evaluateForCall}, for a token that also has all scopes that its client can be granted, and values within each boundary. */
export function evaluateConditions(
  { rule, values }: RuleCase,
  tokenScopes: TokenScopes,
  facts: TokenFacts,
  approval: ApprovalReader,
): readonly EvaluatedAlternative[] {
  return rule.alternatives.map((alternative) => {
    const blockedBy = lacksApproval(alternative, tokenScopes, values, approval)
      ? BLOCKERS.reserved
      : failedConditionOf(alternative, facts);
    return { rule, alternative, values, blockedBy };
  });
}

/** What an evaluation for the values of a token reads, in addition to facts. */
export interface TokenEvaluation {
  readonly tokenScopes: TokenScopes;
  readonly search: ValueSearch;
  readonly approval: ApprovalReader;
}

/** Returns what blocks each alternative of a rule for values that the token is bound to. */
export function evaluateForToken(
  rule: PreparedRule,
  facts: TokenFacts,
  seen: TokenEvaluation,
): readonly EvaluatedAlternative[] {
  return rule.alternatives.map((alternative) => {
    const gate = lacksApprovalForAll(alternative, rule, seen)
      ? BLOCKERS.reserved
      : failedConditionOf(alternative, facts);
    const values = gate === BLOCKERS.nothing ? seen.search.find(rule, alternative) : [];
    const blockedBy = values === undefined ? BLOCKERS.binding : gate;
    return { rule, alternative, values: values ?? [], blockedBy };
  });
}

/** Returns whether a restricted scope of an alternative is neither granted nor approved for the values of a call. */
function lacksApproval(
  { restricted }: PreparedAlternative,
  tokenScopes: TokenScopes,
  values: Values,
  approval: ApprovalReader,
): boolean {
  return restricted.some(
    (use) => !isGranted(use, tokenScopes, values) && !approval().covers(use, values),
  );
}

function isGranted(use: PreparedUse, tokenScopes: TokenScopes, values: Values): boolean {
  return use.params.length === 0
    ? hasScope(tokenScopes, use.scope)
    : hasBoundScope(tokenScopes, use, values) === true;
}

/**
 * Returns whether the restricted scopes of an alternative are neither granted nor approved for any values. A scope that is approved
 * for some values counts as approved, because the values of the call are not known.
 */
function lacksApprovalForAll(
  { restricted }: PreparedAlternative,
  rule: PreparedRule,
  { tokenScopes, search, approval }: TokenEvaluation,
): boolean {
  const needed = restricted.filter((use) => !approval().coversSome(use));
  if (!needed.every(({ scope }) => hasScope(tokenScopes, scope))) return true;
  const bound = needed.filter(({ params }) => params.length > 0);
  return bound.length > 0 && search.find(rule, { bound }) === undefined;
}

/** Returns the templates that the token has for other values only. */
export function mismatchesOf(
  { bound }: PreparedAlternative,
  tokenScopes: TokenScopes,
  values: Values,
): readonly PreparedUse[] {
  return bound.filter((use) => hasBoundScope(tokenScopes, use, values) === false);
}
