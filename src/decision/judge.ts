import type { CompiledPolicy, Param } from "../policy/compiled.js";
import { valuesOfHeld } from "./bindings.js";
import {
  accountTypeRequired,
  bindingMismatch,
  type Denial,
  insufficientScope,
  RESERVED_SCOPE,
  upgradeRequired,
} from "./decision.js";
import { type Held, holdsLiteral } from "./held.js";
import {
  type Case,
  type PreparedAlternative,
  type PreparedRule,
  type PreparedUse,
  textOf,
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
  values: readonly string[],
): boolean {
  // loops by index: this is what every decision runs
  const { literals, bound } = alternative;
  for (let index = 0; index < literals.length; index += 1) {
    if (!holdsLiteral(held, literals[index] as number)) return false;
  }
  for (let index = 0; index < bound.length; index += 1) {
    if (holdsBound(held, bound[index] as PreparedUse, values) !== true) return false;
  }
  return gateOf(alternative, facts) === BLOCKED_BY.nothing;
}

/** Whether a template is held for these values; `undefined` where it is held for none. Values hold no space to confuse them. */
function holdsBound(held: Held, { scope, params }: PreparedUse, values: readonly string[]) {
  const key =
    params.length === 1
      ? (values[params[0] as number] as string)
      : params.map((index) => values[index]).join(" ");
  return held.bound.get(scope)?.has(key);
}

/** The scopes of an alternative with their values; where no values are known, those that need none. */
export function scopesOf(
  { source, uses }: PreparedAlternative,
  values: Case["values"],
): readonly string[] {
  return source.scopes ?? print(uses, values);
}

/** Two templates may come out as one text, where two parameters have the same value. */
function print(uses: readonly PreparedUse[], values: Case["values"]): readonly string[] {
  const known = values === undefined ? uses.filter((use) => use.params.length === 0) : uses;
  const texts = known.map((use) => textOf(use, values ?? []));
  return texts.length === 1 ? texts : [...new Set(texts)];
}

interface Judged {
  readonly rule: PreparedRule;
  readonly alternative: PreparedAlternative;
  readonly values: Case["values"];
  readonly blockedBy: number;
}

function judge({ rule, values }: Case, held: Held, facts: Facts): readonly Judged[] {
  return rule.alternatives.map((alternative) => {
    const gate = gateOf(alternative, facts);
    const elsewhere =
      gate === BLOCKED_BY.nothing &&
      (values === undefined
        ? valuesOfHeld(alternative, held) === undefined
        : mismatchesOf(alternative, held, values).length > 0);
    return { rule, alternative, values, blockedBy: elsewhere ? BLOCKED_BY.binding : gate };
  });
}

/** The templates that the token holds, but for other values. */
function mismatchesOf({ bound }: PreparedAlternative, held: Held, values: readonly string[]) {
  return bound.filter((use) => holdsBound(held, use, values) === false);
}

/**
 * Why no alternative of any case is met: what consent could fix if anything, else what stands nearest to the way.
 */
export function refuse(
  policy: CompiledPolicy,
  cases: readonly Case[],
  held: Held,
  facts: Facts,
): Denial {
  const judged = cases.map((one) => judge(one, held, facts));
  // A combination of one alternative of each case is blocked by the first that blocks any of them: `blocker` is that of
  // some combination where one case has it and every other has it or a later one.
  const answer = ANSWERS.find(
    (blocker) =>
      judged.every((list) => list.some(({ blockedBy }) => blockedBy >= blocker)) &&
      judged.some((list) => list.some(({ blockedBy }) => blockedBy === blocker)),
  );
  const blocked = judged.flat().find(({ blockedBy }) => blockedBy === answer) as Judged;
  const { source } = blocked.alternative;
  switch (answer) {
    case BLOCKED_BY.binding:
      return bindingMismatch(paramOf(blocked, held));
    case BLOCKED_BY.accountType:
      return accountTypeRequired(source.accountTypes as readonly string[]);
    case BLOCKED_BY.tier:
      return upgradeRequired(policy.tiers[lowestTier(judged)] as string, facts.tier);
    case BLOCKED_BY.reserved:
      return RESERVED_SCOPE;
    default:
      return missingOf(judged, held);
  }
}

/** The lowest plan on which some combination would pass its gates: the highest of what each case needs at least. */
function lowestTier(judged: readonly (readonly Judged[])[]): number {
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
function paramOf({ rule, alternative, values = [] }: Judged, held: Held): string {
  const [{ scope, params }] = mismatchesOf(alternative, held, values) as [PreparedUse];
  const known = [...(held.bound.get(scope) as ReadonlySet<string>)].map((key) => key.split(" "));
  const strange = params.findIndex(
    (place, at) => !known.some((list) => list[at] === values[place]),
  );
  const place = params.at(strange) as number; // -1, where none is strange, is the last
  return (rule.params[place] as Param).name;
}

const MOST_COMBINATIONS = 1_024;

interface Combination {
  readonly scopes: readonly string[];
  readonly missing: readonly string[];
}

/**
 * One obtainable alternative of each case together. Several patterns that fit one name can multiply; beyond 1,024
 * combinations the first ones in declared order stand for all, each of which suffices.
 */
function missingOf(judged: readonly (readonly Judged[])[], held: Held): Denial {
  const [first = [], ...others] = judged.map((list) =>
    list
      .filter(({ blockedBy }) => blockedBy === BLOCKED_BY.nothing)
      .map((one) => combinationOf(one, held)),
  );
  const combinations = others.reduce(product, first);
  let best = combinations[0] as Combination;
  for (const combination of combinations) {
    if (combination.missing.length < best.missing.length) best = combination;
  }
  return insufficientScope(
    best.missing,
    best.scopes,
    combinations.map(({ scopes }) => scopes),
  );
}

function combinationOf({ alternative, values }: Judged, held: Held): Combination {
  const lacking = alternative.uses.filter((use) =>
    use.params.length === 0
      ? !holdsLiteral(held, use.scope)
      : values === undefined || holdsBound(held, use, values) !== true,
  );
  return { scopes: scopesOf(alternative, values), missing: print(lacking, values) };
}

function product(
  left: readonly Combination[],
  right: readonly Combination[],
): readonly Combination[] {
  const all: Combination[] = [];
  for (const one of left) {
    for (const other of right) {
      if (all.length === MOST_COMBINATIONS) return all;
      all.push({
        scopes: [...new Set([...one.scopes, ...other.scopes])],
        missing: [...new Set([...one.missing, ...other.missing])],
      });
    }
  }
  return all;
}
