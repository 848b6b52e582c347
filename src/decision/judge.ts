import type { CompiledPolicy, Param } from "../policy/compiled.js";
import type { ValueSearch } from "./bindings.js";
import {
  accountTypeRequired,
  bindingMismatch,
  type Denial,
  insufficientScope,
  RESERVED_SCOPE,
  upgradeRequired,
} from "./decision.js";
import { boundValues, type Held, holds, holdsBound } from "./held.js";
import {
  type Case,
  type PreparedAlternative,
  type PreparedRule,
  type PreparedUse,
  textOf,
  type Values,
} from "./prepare.js";

/** What a decision reads of a token besides its scopes, each once. */
export interface Facts {
  readonly firstParty: boolean;
  /** The plan as the token names it, and its rank: below the lowest where the policy does not know it. */
  readonly tier: string | undefined;
  readonly rank: number;
  readonly accountType: unknown;
}

/** What stands in the way of an alternative; the first that applies is its blocker. */
const BLOCKED_BY = { reserved: 0, accountType: 1, tier: 2, binding: 3, nothing: 4 } as const;

/** Which blocker gives the answer, where every alternative is blocked. */
const ANSWERS = [
  BLOCKED_BY.nothing,
  BLOCKED_BY.binding,
  BLOCKED_BY.accountType,
  BLOCKED_BY.tier,
  BLOCKED_BY.reserved,
] as const;

/** The first gate that an alternative fails. */
function gateOf({ source, gated }: PreparedAlternative, facts: Facts): number {
  if (!gated) return BLOCKED_BY.nothing;
  if (source.reserved && !facts.firstParty) return BLOCKED_BY.reserved;
  if (source.accountTypes?.some((type) => type === facts.accountType) === false)
    return BLOCKED_BY.accountType;
  return facts.rank < source.tier ? BLOCKED_BY.tier : BLOCKED_BY.nothing;
}

/** Whether an alternative is met: its gates are passed and every scope of it is held, for these very values. */
export function isMet(
  alternative: PreparedAlternative,
  held: Held,
  facts: Facts,
  values: Values,
): boolean {
  // loops by index: this is what every decision runs
  const { literals, bound } = alternative;
  for (let index = 0; index < literals.length; index += 1) {
    if (!holds(held, literals[index] as number)) return false;
  }
  for (let index = 0; index < bound.length; index += 1) {
    if (holdsBound(held, bound[index] as PreparedUse, values) !== true) return false;
  }
  return gateOf(alternative, facts) === BLOCKED_BY.nothing;
}

/** The scopes of an alternative with their values; those whose values are not known are left out. */
export function scopesOf({ source, uses }: PreparedAlternative, values: Values): readonly string[] {
  return source.scopes ?? print(uses, values);
}

/** Two templates may come out as one text, where two parameters have the same value. */
function print(uses: readonly PreparedUse[], values: Values): readonly string[] {
  const known = uses.filter(({ params }) => params.every((place) => values[place] !== undefined));
  const texts = known.map((use) => textOf(use, values));
  return texts.length === 1 ? texts : [...new Set(texts)];
}

/** An alternative with what stands in its way. */
export interface Judged {
  readonly rule: PreparedRule;
  readonly alternative: PreparedAlternative;
  readonly values: Values;
  readonly blockedBy: number;
}

/** The alternatives of a rule under the values of a call. */
export function judgeCall({ rule, values }: Case, held: Held, facts: Facts): readonly Judged[] {
  return rule.alternatives.map((alternative) => {
    const gate = gateOf(alternative, facts);
    const isElsewhere =
      gate === BLOCKED_BY.nothing && mismatchesOf(alternative, held, values).length > 0;
    return { rule, alternative, values, blockedBy: isElsewhere ? BLOCKED_BY.binding : gate };
  });
}

/** The alternatives of a rule under the values that the token itself is bound to. */
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

/** The templates that the token holds, but for other values. */
function mismatchesOf({ bound }: PreparedAlternative, held: Held, values: Values) {
  return bound.filter((use) => holdsBound(held, use, values) === false);
}

/** The alternatives of an operation, one list for each rule; all of the rules must hold. */
export type JudgedRules = readonly (readonly Judged[])[];

/**
 * Returns why an operation is refused whose rules are not all met: what consent can fix if anything, else the blocker that
 * is nearest to being met.
 *
 * @param rejudge - judges the same rules for other facts
 */
export function refuse(
  policy: CompiledPolicy,
  judged: JudgedRules,
  held: Held,
  facts: Facts,
  rejudge: (facts: Facts) => JudgedRules,
): Denial {
  const answer = answerOf(judged);
  const blocked = judged.flat().find(({ blockedBy }) => blockedBy === answer) as Judged;
  const { source } = blocked.alternative;
  switch (answer) {
    case BLOCKED_BY.binding:
      return bindingMismatch(paramOf(blocked, held));
    case BLOCKED_BY.accountType:
      return accountTypeRequired(source.accountTypes as readonly string[]);
    case BLOCKED_BY.tier: {
      const upgraded = { ...facts, rank: lowestTier(judged) };
      const isEnough = areMet(rejudge(upgraded), held, upgraded);
      return upgradeRequired(policy.tiers[upgraded.rank] as string, facts.tier, !isEnough);
    }
    case BLOCKED_BY.reserved:
      return RESERVED_SCOPE;
    default:
      return missingOf(judged, held);
  }
}

/**
 * What blocks every combination of one alternative of each rule. A combination is blocked by the first that blocks any of
 * them: an answer is that of some combination where one rule has it and every other has it or a later one.
 */
function answerOf(judged: JudgedRules): number | undefined {
  return ANSWERS.find(
    (blocker) =>
      judged.every((list) => list.some(({ blockedBy }) => blockedBy >= blocker)) &&
      judged.some((list) => list.some(({ blockedBy }) => blockedBy === blocker)),
  );
}

/** Returns whether a refusal would be for values that the token does not have, which consent cannot fix. */
export function isMismatch(judged: JudgedRules): boolean {
  return answerOf(judged) === BLOCKED_BY.binding;
}

/** Returns whether each rule has an alternative that is met. */
function areMet(judged: JudgedRules, held: Held, facts: Facts): boolean {
  return judged.every((list) =>
    list.some(({ alternative, values }) => isMet(alternative, held, facts, values)),
  );
}

/** Returns the lowest tier that some combination of alternatives accepts: the highest of what each rule needs at least. */
function lowestTier(judged: JudgedRules): number {
  const needs = judged.map((list) => {
    const within = list.filter(({ blockedBy }) => blockedBy >= BLOCKED_BY.tier);
    return Math.min(
      ...within.map((one) =>
        one.blockedBy === BLOCKED_BY.tier ? one.alternative.source.tier : -1,
      ),
    );
  });
  return Math.max(...needs);
}

/** The parameter whose value no held scope of the template has; where each has been seen with another, the last. */
function paramOf({ rule, alternative, values }: Judged, held: Held): string {
  const [{ scope, params }] = mismatchesOf(alternative, held, values) as [PreparedUse];
  const known = params.length === 1 ? [] : boundValues(held, scope);
  const strange = params.findIndex(
    (place, at) => !known.some((list) => list[at] === values[place]),
  );
  const place = params.at(strange) as number; // -1, where none is strange, is the last
  return (rule.params[place] as Param).name;
}

/** How many scopes lists are joined at most where several patterns fit one name. */
const MOST_JOINS = 2_048;
/** From how many alternatives the search for the fewest missing scopes begins at most, where several patterns fit. */
const MOST_SEEDS = 512;
/** How many missing scopes that search looks at. */
const MOST_LOOKS = 1_000_000;

interface Combination {
  readonly scopes: readonly string[];
  readonly missing: readonly string[];
}

/**
 * Denies with one obtainable alternative of each rule together. Several patterns that fit one name can multiply: beyond
 * some 1,000 combinations the first ones in declared order stand for all in `accepted`, and `candidates` are considered in
 * addition.
 */
function missingOf(judged: JudgedRules, held: Held): Denial {
  const lists = judged.map((list) =>
    list
      .filter(({ blockedBy }) => blockedBy === BLOCKED_BY.nothing)
      .map((one): Combination => {
        const { alternative, values } = one;
        return {
          scopes: scopesOf(alternative, values),
          missing: print(lackingOf(one, held), values),
        };
      }),
  );
  const most = Math.max(1, Math.floor(MOST_JOINS / lists.length));
  const count = lists.reduce((product, list) => product * list.length, 1);
  const combinations = firstOf(lists, Math.min(count, most));
  const isAll = count <= most;
  const chosen = fewestMissing(isAll ? combinations : [...combinations, ...candidates(lists)]);
  return insufficientScope(
    chosen.missing,
    chosen.scopes,
    combinations.map(({ scopes }) => scopes),
  );
}

/**
 * Where not every combination is considered: with each alternative of a rule, what adds the least to it of every other
 * rule; of very many alternatives, with the best of each rule alone, and of very many scopes, with the first ones. For two
 * rules of up to 512 alternatives together with few scopes the best of all is among them.
 */
function candidates(lists: readonly (readonly Combination[])[]): readonly Combination[] {
  const all = lists.flat();
  const looks = all.reduce((sum, { missing }) => sum + 1 + missing.length, 0);
  const seeds = all.length > MOST_SEEDS ? lists.map(fewestMissing) : all;
  return seeds.slice(0, Math.max(1, Math.floor(MOST_LOOKS / looks))).map((seed) => {
    const known = new Set(seed.missing);
    const added = (one: Combination) => one.missing.filter((scope) => !known.has(scope)).length;
    return join(lists.map((list) => (list.includes(seed) ? seed : leastOf(list, added))));
  });
}

/** The scopes of an alternative that are not held, those whose values are not known among them. */
function lackingOf({ alternative, values }: Judged, held: Held): readonly PreparedUse[] {
  return alternative.uses.filter((use) =>
    use.params.length === 0 ? !holds(held, use.scope) : holdsBound(held, use, values) !== true,
  );
}

/** The first of those with the fewest missing scopes. */
function fewestMissing(combinations: readonly Combination[]): Combination {
  return leastOf(combinations, ({ missing }) => missing.length);
}

/** The first of those for which a number is the least. */
function leastOf(
  combinations: readonly Combination[],
  numberOf: (one: Combination) => number,
): Combination {
  let best = combinations[0] as Combination;
  let least = Number.POSITIVE_INFINITY;
  for (const one of combinations) {
    const number = numberOf(one);
    if (number < least) [best, least] = [one, number];
  }
  return best;
}

function join(all: readonly Combination[]): Combination {
  return {
    scopes: [...new Set(all.flatMap(({ scopes }) => scopes))],
    missing: [...new Set(all.flatMap(({ missing }) => missing))],
  };
}

/** The first combinations of one of each list, in declared order: the choice from the last list changes first. */
function firstOf(
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
    return join(chosen.reverse());
  });
}
