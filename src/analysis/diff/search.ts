import type { AccessToken } from "../../decision/access-token.js";
import type { PreparedOperation } from "../../decision/prepared.js";
import { boundValueText } from "../../grammar/bound-value.js";
import type { CaseValue } from "../../policy/definition.js";
import { combinations } from "../combinations.js";
import { enrichedWaysOf, type Way, waysOf } from "../ways.js";
import { boundariesOf } from "./boundary-lists.js";
import { branchesOfCall, valuesOf } from "./call-values.js";
import {
  branchOfCall,
  compareCall,
  decideCall,
  gradeOf,
  NOW,
  type Widening,
  wantedOf,
} from "./compare-call.js";
import { leastOf } from "./granting-texts.js";
import type { ParamValues } from "./param-values.js";
import type { ProbeCall } from "./probe-calls.js";
import type { Sides } from "./sides.js";

/** Maximum number of search steps for one operation. */
const MAX_STEPS = 150_000;

/** The result of the search in one operation. */
export interface SearchResult {
  readonly found: readonly Widening[];
  /** Whether nothing else can be found. If `false`, the search stopped at its limit. */
  readonly isComplete: boolean;
}

/**
 * Searches the calls of one operation for those that are allowed under `after` only, or enriched under `after` only: one for each
 * alternative.
 *
 * @param most - the number of findings after which the search ends
 */
export function searchWidenings(
  target: ProbeCall,
  sides: Sides,
  most = Number.POSITIVE_INFINITY,
): SearchResult {
  const found: Widening[] = [];
  let left = MAX_STEPS;
  for (const step of searchBranches(target, sides)) {
    if (step !== undefined) found.push(step);
    if (found.length >= most) break;
    left -= 1;
    if (left === 0) return { found, isComplete: false };
  }
  return { found, isComplete: true };
}

/** A call of one branch, with the arguments that choose it. */
interface BranchCall extends ProbeCall {
  readonly args: ParamValues;
}

/** Yields after each search step: the widening that the step found, or `undefined`. */
function* searchBranches(target: ProbeCall, sides: Sides): Generator<Widening | undefined> {
  for (const branch of branchesOfCall(target)) {
    yield;
    yield* search({ ...target, ...branch }, sides);
  }
}

function* search(target: BranchCall, sides: Sides): Generator<Widening | undefined> {
  const { operation } = target;
  if (operation.denied !== undefined) return;
  if (operation.public) {
    for (const values of valuesOf(target, sides.values)) {
      const open = compareCall(target, sides, undefined, values);
      yield open;
      if (open !== undefined) break;
    }
  }
  for (const way of tokenWaysOf(operation)) {
    for (const step of searchWay(way, target, sides)) {
      yield step;
      if (step !== undefined) break;
    }
  }
}

/** Yields every way to be allowed with a token, then every way to be enriched. */
function* tokenWaysOf(operation: PreparedOperation): Generator<Way> {
  if (!operation.public) yield* waysOf(operation);
  yield* enrichedWaysOf(operation);
}

function* searchWay(way: Way, target: BranchCall, sides: Sides): Generator<Widening | undefined> {
  for (const values of valuesOf(target, sides.values)) {
    for (const firstParty of way.reserved ? [true] : [false, true]) {
      const texts = textsOfWay(way, values, firstParty, sides);
      yield;
      if (texts === undefined) continue;
      for (const facts of factsOfWay(way, values, firstParty, target, sides))
        yield* searchTexts(texts, facts, values, target, sides);
    }
  }
}

/** Returns the texts that grant each scope of a way; `undefined` if no token with or without `first_party` needs to be compared. */
function textsOfWay(
  way: Way,
  values: ParamValues,
  firstParty: boolean,
  { before, sources: { after: sourcesOf } }: Sides,
): readonly (readonly string[])[] | undefined {
  // a number fills a placeholder with its digits
  const texts: ParamValues = new Map(
    [...values].map(([name, value]) => [name, boundValueText(value) as CaseValue]),
  );
  const sources = way.uses.map((use) => sourcesOf(use, texts, firstParty));
  // without a reserved scope, `first_party` makes no difference under `after`
  const isSame = firstParty && !way.reserved && !sources.flat().some((one) => one.reserved);
  if (isSame || sources.some((list) => list.length === 0)) return undefined;
  return sources.map((list) => leastOf(list, firstParty, before));
}

/** Yields the members of the tokens that meet the conditions of a way, and nothing more. */
function* factsOfWay(
  way: Way,
  values: ParamValues,
  firstParty: boolean,
  target: ProbeCall,
  sides: Sides,
): Generator<Omit<AccessToken, "scope">> {
  const classes = target.operation.authentication?.acr;
  const [before, after] = [sides.before.policy, sides.after.policy];
  const limits = boundariesOf(way.within, values, before.boundaries, after.boundaries);
  for (const [acr, ...chosen] of combinations([classes ?? [""], ...way.typeConditions])) {
    const types = [...new Set(chosen)];
    const facts = {
      ...leastTier(way.tier, sides),
      ...(types.length > 0 ? { account_type: types.length === 1 ? types[0] : types } : {}),
      ...(classes === undefined ? {} : { acr }),
      ...authenticationOf(target, values, sides),
      ...(way.entitlements.length > 0 ? { entitlements: way.entitlements } : {}),
      ...(firstParty ? { first_party: true } : {}),
    };
    for (const limit of limits) yield { ...facts, ...limit };
  }
}

/** Searches tokens with one text of each list. If `before` allows some of the texts already, it allows them with any others too. */
function* searchTexts(
  texts: readonly (readonly string[])[],
  facts: Omit<AccessToken, "scope">,
  values: ParamValues,
  target: ProbeCall,
  sides: Sides,
): Generator<Widening | undefined> {
  const tokenOf = (granted: readonly string[]): AccessToken => ({
    scope: [...new Set(granted)].join(" "),
    ...facts,
  });
  const open = texts.filter((list) => list.length > 1);
  function* choose(granted: readonly string[], at: number): Generator<Widening | undefined> {
    const token = tokenOf(granted);
    const list = open[at];
    if (list === undefined) {
      yield compareCall(target, sides, token, values);
      return;
    }
    yield;
    if (gradeOf(decideCall(target, sides.before, token, values)) >= wantedOf(target)) return;
    for (const text of list) yield* choose([...granted, text], at + 1);
  }
  yield* choose(texts.filter((list) => list.length === 1).flat(), 0);
}

/** Returns an authentication whose age `after` accepts and `before` does not, if there is one: halfway between both limits. */
function authenticationOf(
  target: ProbeCall,
  values: ParamValues,
  { before }: Sides,
): Pick<AccessToken, "auth_time"> {
  const most = target.operation.authentication?.maxAge;
  if (most === undefined) return {};
  const allowed = branchOfCall(target, before, values)?.authentication?.maxAge ?? 0;
  const least = allowed < most ? allowed : 0;
  return { auth_time: Math.max(1, NOW - Math.ceil((least + most) / 2)) };
}

/** Returns the tier that meets a condition of `after` and ranks lowest under `before`. */
function leastTier(rank: number, { before, after }: Sides): Pick<AccessToken, "tier"> {
  if (rank < 0) return {};
  const rankBefore = (tier: string) => before.policy.tierRank.get(tier) ?? -1;
  const tier = after.policy.tiers
    .slice(rank)
    .reduce((least, one) => (rankBefore(one) < rankBefore(least) ? one : least));
  return { tier };
}
