import { bindTemplate } from "../grammar/template.js";
import type { CompiledPolicy, ScopeUse } from "../policy/compiled.js";
import {
  accountTypeRequired,
  bindingMismatch,
  type Denial,
  insufficientScope,
  RESERVED_SCOPE,
  upgradeRequired,
} from "./decision.js";
import { type Held, holdsLiteral } from "./held.js";
import type { Case, PreparedAlternative } from "./prepare.js";

/** What a decision reads of a token besides its scopes, each once. */
export interface Facts {
  readonly firstParty: boolean;
  /** The plan as the token names it, and its rank: below the lowest where the policy does not know it. */
  readonly tier: string | undefined;
  readonly rank: number;
  readonly accountType: unknown;
}

/**
 * What stands in the way of an alternative. The order is that of the question (a reserved scope is asked for first);
 * where every alternative is blocked, the one that got furthest gives the answer.
 */
const BLOCKED_BY = { reserved: 0, accountType: 1, tier: 2, binding: 3, nothing: 4 } as const;

/** The first gate that an alternative fails. */
function gateOf({ source, gated }: PreparedAlternative, facts: Facts): number {
  if (!gated) return BLOCKED_BY.nothing;
  if (source.reserved && !facts.firstParty) return BLOCKED_BY.reserved;
  if (source.accountTypes?.some((type) => type === facts.accountType) === false) return BLOCKED_BY.accountType;
  return facts.rank < source.tier ? BLOCKED_BY.tier : BLOCKED_BY.nothing;
}

/** Whether an alternative is met: its gates are passed and every scope of it is held, for these very values. */
export function isMet(
  alternative: PreparedAlternative,
  held: Held,
  facts: Facts,
  values: readonly string[],
): boolean {
  const { literals, bound } = alternative;
  for (let index = 0; index < literals.length; index += 1) {
    if (!holdsLiteral(held, literals[index] as number)) return false;
  }
  return (
    gateOf(alternative, facts) === BLOCKED_BY.nothing &&
    bound.every(({ scope, params }) => held.bound.get(scope)?.has(keyOf(params, values)) === true)
  );
}

/** Safe values hold no space, so no two lists of them share a key. */
function keyOf(params: readonly number[], values: readonly string[]): string {
  return params.map((index) => values[index]).join(" ");
}

/** The scopes of an alternative with their values; where no values are known, those that need none. */
export function scopesOf({ source }: PreparedAlternative, values: Case["values"]): readonly string[] {
  return source.scopes ?? print(source.uses, values);
}

/** Two templates may come out as one text, where two parameters have the same value. */
function print(uses: readonly ScopeUse[], values: Case["values"]): readonly string[] {
  const known = values === undefined ? uses.filter((use) => use.params.length === 0) : uses;
  const texts = known.map(({ scope, params }) =>
    bindTemplate(scope.template, params.map((index) => values?.[index] ?? "")),
  );
  return [...new Set(texts)];
}

interface Judged {
  readonly alternative: PreparedAlternative;
  readonly blockedBy: number;
  readonly values: readonly string[] | undefined;
}

function judge(alternative: PreparedAlternative, held: Held, facts: Facts, values: Case["values"]): Judged {
  const gate = gateOf(alternative, facts);
  const mismatch = gate === BLOCKED_BY.nothing && mismatchOf(alternative, held, values) !== undefined;
  return { alternative, values, blockedBy: mismatch ? BLOCKED_BY.binding : gate };
}

/** The first template that the token holds for other values only, as it is used. */
function mismatchOf({ bound }: PreparedAlternative, held: Held, values: Case["values"]) {
  if (values === undefined) return undefined;
  return bound.find(({ scope, params }) => held.bound.get(scope)?.has(keyOf(params, values)) === false);
}

/**
 * Why no alternative of any case is met: what consent could fix if anything, else what stands nearest to the way.
 */
export function refuse(policy: CompiledPolicy, cases: readonly Case[], held: Held, facts: Facts): Denial {
  const [only] = cases;
  if (cases.length === 1 && only?.rule.accepted !== undefined) {
    if (only.rule.refusal !== undefined) return only.rule.refusal;
    return shortage(only.rule.alternatives, only.rule.accepted, held);
  }
  const judged = cases.map(({ rule, values }) =>
    rule.alternatives.map((alternative) => judge(alternative, held, facts, values)),
  );
  // A combination of one alternative of each case is blocked by what blocks any of them first; the best combination
  // takes the best of each.
  const reach = judged.map((list) => Math.max(...list.map(({ blockedBy }) => blockedBy)));
  const nearest = Math.min(...reach);
  const blocked = judged[reach.indexOf(nearest)]?.find(({ blockedBy }) => blockedBy === nearest);
  if (nearest === BLOCKED_BY.nothing || blocked === undefined) return missingOf(judged, held);
  if (nearest === BLOCKED_BY.binding) return bindingMismatch(paramOf(blocked, cases, held));
  if (nearest === BLOCKED_BY.accountType) return accountTypeRequired(blocked.alternative.source.accountTypes ?? []);
  if (nearest === BLOCKED_BY.reserved) return RESERVED_SCOPE;
  return upgradeRequired(policy.tiers[lowestTier(judged)] ?? "", facts.tier);
}

/** The refusal of one rule without gates and parameters, which is most of them: nothing is made that can be shared. */
function shortage(
  alternatives: readonly PreparedAlternative[],
  accepted: readonly (readonly string[])[],
  held: Held,
): Denial {
  let best = 0;
  let fewest = Number.POSITIVE_INFINITY;
  for (let index = 0; index < alternatives.length; index += 1) {
    let lacking = 0;
    for (const scope of alternatives[index]?.literals ?? []) if (!holdsLiteral(held, scope)) lacking += 1;
    if (lacking < fewest) {
      best = index;
      fewest = lacking;
    }
  }
  const scopes = accepted[best] ?? [];
  const literals = alternatives[best]?.literals ?? [];
  const missing =
    fewest === scopes.length ? scopes : scopes.filter((_, index) => !holdsLiteral(held, literals[index] ?? 0));
  return insufficientScope(missing, scopes, accepted);
}

/** The lowest plan on which some combination would pass its gates: the highest of what each case needs at least. */
function lowestTier(judged: readonly (readonly Judged[])[]): number {
  const needs = judged.map((list) => {
    const within = list.filter(({ blockedBy }) => blockedBy >= BLOCKED_BY.tier);
    return Math.min(...within.map((one) => (one.blockedBy === BLOCKED_BY.tier ? one.alternative.source.tier : -1)));
  });
  return Math.max(...needs);
}

/** The parameter whose value no held scope of the template has, or the template's last. */
function paramOf({ alternative, values = [] }: Judged, cases: readonly Case[], held: Held): string {
  const use = mismatchOf(alternative, held, values);
  const params = use?.params ?? [];
  const known = [...(held.bound.get(use?.scope ?? -1) ?? [])].map((key) => key.split(" "));
  const other = params.find((param, at) => !known.some((list) => list[at] === values[param])) ?? params.at(-1);
  const owner = cases.find(({ rule }) => rule.alternatives.includes(alternative));
  return owner?.rule.params[other ?? 0]?.name ?? "";
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
    list.filter(({ blockedBy }) => blockedBy === BLOCKED_BY.nothing).map((one) => combinationOf(one, held)),
  );
  const combinations = others.reduce(product, first);
  let best = combinations[0] as Combination;
  for (const combination of combinations) {
    if (combination.missing.length < best.missing.length) best = combination;
  }
  return insufficientScope(best.missing, best.scopes, combinations.map(({ scopes }) => scopes));
}

function combinationOf({ alternative, values }: Judged, held: Held): Combination {
  const lacking = alternative.source.uses.filter(({ scope, params }) =>
    params.length === 0
      ? !holdsLiteral(held, scope.id)
      : values === undefined || held.bound.get(scope.id)?.has(keyOf(params, values)) !== true,
  );
  return { scopes: scopesOf(alternative, values), missing: print(lacking, values) };
}

function product(left: readonly Combination[], right: readonly Combination[]): readonly Combination[] {
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
