import type { BoundaryUse, CompiledPolicy } from "../policy/compiled-policy.js";
import {
  accountTypeRequired,
  type BindingMismatch,
  entitlementRequired,
  type InsufficientScope,
  insufficientScope,
  type PolicyDenial,
  RESERVED_SCOPE,
  RESTRICTED_SCOPE,
  upgradeRequired,
} from "./decision.js";
import {
  BLOCKERS,
  type EvaluatedAlternative,
  type EvaluatedRules,
  isMet,
  mismatchesOf,
  outsideOf,
  type TokenFacts,
} from "./evaluate.js";
import { scopesOf, textsOf } from "./prepare.js";
import type { PreparedAlternative, PreparedUse, RuleCase, Values } from "./prepared.js";
import { boundValuesOf, hasBoundScope, hasScope, type TokenScopes } from "./token-scopes.js";

/** Which blocker the denial names when every alternative is blocked: the first that applies, in this order. */
const DENIAL_ORDER = [
  BLOCKERS.nothing,
  BLOCKERS.binding,
  BLOCKERS.accountType,
  BLOCKERS.tier,
  BLOCKERS.entitlement,
  BLOCKERS.reserved,
] as const;

/**
 * Returns the denial of a rule that requires only scopes and is not met: what {@link explainDenial} returns, some five times faster. It
 * names the alternative with the fewest missing scopes, the first declared of several.
 */
export function explainByScopes(
  { rule, values }: RuleCase,
  tokenScopes: TokenScopes,
): InsufficientScope | BindingMismatch {
  const ways = rule.alternatives.map((alternative) => wayBy(alternative, tokenScopes, values));
  const open = ways.every((way) => way !== undefined)
    ? ways
    : ways.filter((way) => way !== undefined);
  if (open.length > 0) {
    const { missing, scopes } = fewestMissing(open);
    return insufficientScope(
      missing,
      scopes,
      open.map((way) => way.scopes),
    );
  }
  const first = rule.alternatives[0] as PreparedAlternative;
  const place = rule.params.length === 1 ? 0 : placeOf(first, tokenScopes, values);
  return rule.mismatches[place] as BindingMismatch;
}

/** Returns the scopes of an alternative and those missing; `undefined` if the token has one of them for other values only. */
function wayBy(
  alternative: PreparedAlternative,
  tokenScopes: TokenScopes,
  values: Values,
): Combination | undefined {
  const { uses } = alternative;
  let count = 0;
  for (const use of uses) {
    const isHeld = holds(tokenScopes, use, values);
    if (isHeld === false) return undefined;
    if (isHeld === undefined) count += 1;
  }
  const scopes = scopesOf(alternative, values);
  if (count === uses.length) return { scopes, missing: scopes };
  const missing = uses.filter((use) => holds(tokenScopes, use, values) === undefined);
  return { scopes, missing: textsOf(missing, values) };
}

/** Returns whether a token has a scope for these values; `undefined` if it does not have it for any value. */
function holds(tokenScopes: TokenScopes, use: PreparedUse, values: Values): boolean | undefined {
  if (use.params.length > 0) return hasBoundScope(tokenScopes, use, values);
  return hasScope(tokenScopes, use.scope) ? true : undefined;
}

/**
 * Returns the denial of an operation whose rules the token does not all meet. If consent can fix the denial, it is
 * `insufficient_scope`; otherwise it names the blocker that is nearest to being met.
 *
 * @param rejudge - evaluates the same rules for other facts
 */
export function explainDenial(
  policy: CompiledPolicy,
  judged: EvaluatedRules,
  tokenScopes: TokenScopes,
  facts: TokenFacts,
  rejudge: (facts: TokenFacts) => EvaluatedRules,
): PolicyDenial {
  const answer = commonBlockerOf(judged);
  const blocked = judged
    .flat()
    .find(({ blockedBy }) => blockedBy === answer) as EvaluatedAlternative;
  const { source } = blocked.alternative;
  switch (answer) {
    case BLOCKERS.binding:
      return mismatchOf(blocked, tokenScopes, facts);
    case BLOCKERS.accountType:
      return accountTypeRequired(source.accountTypes as readonly string[]);
    case BLOCKERS.tier: {
      const upgraded = { ...withEntitlements(policy, facts), rank: lowestTier(judged) };
      const isEnough = areMet(rejudge(upgraded), tokenScopes, upgraded);
      return upgradeRequired(policy.tiers[upgraded.rank] as string, facts.tier, !isEnough);
    }
    case BLOCKERS.entitlement: {
      const upgraded = withEntitlements(policy, facts);
      const isEnough = areMet(rejudge(upgraded), tokenScopes, upgraded);
      return entitlementRequired(firstEntitlement(policy, judged, facts) as string, !isEnough);
    }
    case BLOCKERS.reserved:
      return source.reserved && !facts.firstParty ? RESERVED_SCOPE : RESTRICTED_SCOPE;
    default:
      return explainMissingCombination(judged, tokenScopes);
  }
}

/**
 * Returns the blocker that the denial names. The token must meet a combination: one alternative of each rule. A combination
 * is blocked by the first blocker of its alternatives. So a blocker is that of some combination if one rule has an
 * alternative with this blocker, and every other rule has one with this or a later blocker.
 */
function commonBlockerOf(judged: EvaluatedRules): number | undefined {
  return DENIAL_ORDER.find(
    (blocker) =>
      judged.every((list) => list.some(({ blockedBy }) => blockedBy >= blocker)) &&
      judged.some((list) => list.some(({ blockedBy }) => blockedBy === blocker)),
  );
}

/** Returns whether the denial would be a `binding_mismatch`: the token has the templates for other values. */
export function isMismatch(judged: EvaluatedRules): boolean {
  return commonBlockerOf(judged) === BLOCKERS.binding;
}

/** Returns whether the token meets an alternative of each rule. */
function areMet(judged: EvaluatedRules, tokenScopes: TokenScopes, facts: TokenFacts): boolean {
  return judged.every((list) =>
    list.some(({ alternative, values }) => isMet(alternative, tokenScopes, facts, values)),
  );
}

/** Returns the facts of an account that has every entitlement. */
function withEntitlements({ definition }: CompiledPolicy, facts: TokenFacts): TokenFacts {
  return { ...facts, entitlements: definition.entitlements ?? [] };
}

/** Returns the first missing entitlement, in declared order, of the first combination that no condition before it blocks. */
function firstEntitlement(
  { definition }: CompiledPolicy,
  judged: EvaluatedRules,
  facts: TokenFacts,
): string | undefined {
  // each rule has one, since the denial is about an entitlement
  const chosen = judged.map(
    (list) =>
      list.find(({ blockedBy }) => blockedBy >= BLOCKERS.entitlement) as EvaluatedAlternative,
  );
  const needed = chosen.flatMap(({ alternative }) => alternative.source.entitlements);
  return definition.entitlements?.find(
    (name) => needed.includes(name) && !facts.entitlements.includes(name),
  );
}

/** Returns the rank of the lowest tier that some combination accepts: the highest of the lowest ranks that each rule accepts. */
function lowestTier(judged: EvaluatedRules): number {
  const needs = judged.map((list) => {
    const within = list.filter(({ blockedBy }) => blockedBy >= BLOCKERS.tier);
    return Math.min(
      ...within.map((one) => (one.blockedBy === BLOCKERS.tier ? one.alternative.source.tier : -1)),
    );
  });
  const most = Math.max(...needs);
  if (most >= 0) return most;
  // every rule has an alternative for which the tier is enough, but an entitlement is missing
  const blocked = judged.flat().filter(({ blockedBy }) => blockedBy === BLOCKERS.tier);
  return Math.min(...blocked.map(({ alternative }) => alternative.source.tier));
}

/**
 * Returns the denial for the parameter of {@link placeOf}. If the token has the templates for these values, returns that for the first
 * parameter whose value is not within its boundary.
 */
function mismatchOf(
  { rule, alternative, values }: EvaluatedAlternative,
  tokenScopes: TokenScopes,
  facts: TokenFacts,
): BindingMismatch {
  const isElsewhere = mismatchesOf(alternative, tokenScopes, values).length > 0;
  const place = isElsewhere
    ? placeOf(alternative, tokenScopes, values)
    : (outsideOf(alternative, facts, values) as BoundaryUse).param;
  return rule.mismatches[place] as BindingMismatch;
}

/**
 * Returns the place of the first parameter whose value is in no granted scope of the template. If each value is in one of them,
 * though not all in the same, returns that of the last parameter.
 */
function placeOf(
  alternative: PreparedAlternative,
  tokenScopes: TokenScopes,
  values: Values,
): number {
  const [{ scope, params }] = mismatchesOf(alternative, tokenScopes, values) as [PreparedUse];
  const known =
    params.length === 1
      ? []
      : (boundValuesOf(tokenScopes).get(scope) as readonly (readonly string[])[]);
  const strange = params.findIndex(
    (place, at) => !known.some((list) => list[at] === values[place]),
  );
  return params.at(strange) as number; // `at(-1)`, for not found, is the last
}

/** Maximum number of lists of scopes that are joined when several patterns match one name. */
const MAX_JOINS = 2_048;
/** Maximum number of alternatives from which the search for the fewest missing scopes starts. */
const MAX_SEEDS = 512;
/** Maximum number of missing scopes that this search visits. */
const MAX_LOOKS = 1_000_000;

/** The scopes of one alternative of each rule together, and those of them that the token does not have. */
interface Combination {
  readonly scopes: readonly string[];
  readonly missing: readonly string[];
}

/**
 * Returns the denial that names the combination with the fewest missing scopes, of those that consent can give. When several
 * patterns match one name, their alternatives multiply. Beyond some 1,000 combinations, `accepted` lists only the first ones
 * in declared order, and the choice is made among these and the `candidates`.
 */
function explainMissingCombination(
  judged: EvaluatedRules,
  tokenScopes: TokenScopes,
): InsufficientScope {
  const lists = judged.map((list) =>
    list
      .filter(({ blockedBy }) => blockedBy === BLOCKERS.nothing)
      .map((one): Combination => {
        const { alternative, values } = one;
        return {
          scopes: scopesOf(alternative, values),
          missing: textsOf(missingUsesOf(one, tokenScopes), values),
        };
      }),
  );
  const most = Math.max(1, Math.floor(MAX_JOINS / lists.length));
  const count = lists.reduce((product, list) => product * list.length, 1);
  const combinations = firstCombinations(lists, Math.min(count, most));
  const isAll = count <= most;
  const chosen = fewestMissing(isAll ? combinations : [...combinations, ...candidates(lists)]);
  return insufficientScope(
    chosen.missing,
    chosen.scopes,
    combinations.map(({ scopes }) => scopes),
  );
}

/**
 * Returns further combinations for rules that have too many to visit all. Each starts from one alternative and adds, for
 * every other rule, the alternative with the fewest additional missing scopes. The starts are all alternatives; only the
 * best one of each rule if there are more than `MAX_SEEDS`; and only the first ones if they have very many scopes. For two
 * rules of up to 512 alternatives together with few scopes, the best combination of all is among the results.
 */
function candidates(lists: readonly (readonly Combination[])[]): readonly Combination[] {
  const all = lists.flat();
  const looks = all.reduce((sum, { missing }) => sum + 1 + missing.length, 0);
  const seeds = all.length > MAX_SEEDS ? lists.map(fewestMissing) : all;
  return seeds.slice(0, Math.max(1, Math.floor(MAX_LOOKS / looks))).map((seed) => {
    const known = new Set(seed.missing);
    const added = (one: Combination) => one.missing.filter((scope) => !known.has(scope)).length;
    return joinCombinations(
      lists.map((list) => (list.includes(seed) ? seed : leastOf(list, added))),
    );
  });
}

/** Returns the scopes of an alternative that the token does not have, including those whose values are not known. */
function missingUsesOf(
  { alternative, values }: EvaluatedAlternative,
  tokenScopes: TokenScopes,
): readonly PreparedUse[] {
  return alternative.uses.filter((use) => holds(tokenScopes, use, values) !== true);
}

/** Returns the first combination with the fewest missing scopes. */
function fewestMissing(combinations: readonly Combination[]): Combination {
  return leastOf(combinations, ({ missing }) => missing.length);
}

/** Returns the first item of a list, which is not empty, for which a number is the least. */
function leastOf<Item>(items: readonly Item[], numberOf: (one: Item) => number): Item {
  let best = items[0] as Item;
  let least = Number.POSITIVE_INFINITY;
  for (const one of items) {
    const number = numberOf(one);
    if (number < least) [best, least] = [one, number];
  }
  return best;
}

/** Returns the scopes of several combinations together, each scope once. */
function joinCombinations(all: readonly Combination[]): Combination {
  return {
    scopes: [...new Set(all.flatMap(({ scopes }) => scopes))],
    missing: [...new Set(all.flatMap(({ missing }) => missing))],
  };
}

/** Returns the first combinations of one item of each list, in declared order: the item of the last list changes first. */
function firstCombinations(
  lists: readonly (readonly Combination[])[],
  count: number,
): readonly Combination[] {
  const [only = [], another] = lists;
  if (another === undefined) return only;
  const fromLast = lists.toReversed();
  return Array.from({ length: count }, (_, number) => {
    let rest = number;
    const chosen = fromLast.map((list) => {
      const one = list[rest % list.length] as Combination;
      rest = Math.floor(rest / list.length);
      return one;
    });
    return joinCombinations(chosen.reverse());
  });
}
